"""Write a small network as an ONNX model, without the `onnx` package.

ONNX is a protobuf; the few messages used here are written by hand. The bytes are the same on every
machine for the same weights, so their hash can be checked.

Source: field numbers from https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 7).
"""

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

IR_VERSION = 7
FLOAT = 1  # TensorProto.DataType
TYPES = {"float32": FLOAT, "uint8": 2}
OWN = "com.microsoft"  # onnxruntime's operators beyond the standard


class Graph:
    """Collects nodes and weights; `model` gives the bytes. Names of values are returned by each node."""

    def __init__(self, opset: int = 13) -> None:
        self._opset = opset
        self._own = False
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._values = 0

    def weight(self, name: str, array: "NDArray[Any]") -> str:
        """Add a constant tensor: float32 or uint8."""
        body = b"".join(_int(1, size) for size in array.shape)
        body += _int(2, TYPES[array.dtype.name]) + _text(8, name)
        body += _bytes(9, array.astype(array.dtype.newbyteorder("<")).tobytes())
        self._weights.append(body)
        return name

    def node(self, op: str, inputs: list[str], **attributes: int | float | str | list[int]) -> str:
        """Add an operation with one output, and return the output's name.

        Own operators of onnxruntime are written with their domain: com.microsoft.Gelu.
        """
        domain, _, op = op.rpartition(".")
        self._own |= domain == OWN
        self._values += 1
        output = f"v{self._values}"
        body = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, op)
        body += b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
        body += _text(7, domain) if domain else b""
        self._nodes.append(body)
        return output

    def model(self, *, inputs: dict[str, list[int | str]], output: str, shape: list[int | str]) -> bytes:
        """Return the whole model; a dimension that is a word may vary."""
        graph = b"".join(_bytes(1, node) for node in self._nodes) + _text(2, "shortcast")
        graph += b"".join(_bytes(5, weight) for weight in self._weights)
        graph += b"".join(_bytes(11, _value(name, dims)) for name, dims in inputs.items())
        graph += _bytes(12, _value(output, shape))
        sets = _bytes(8, _int(2, self._opset))
        sets += _bytes(8, _text(1, OWN) + _int(2, 1)) if self._own else b""
        return _int(1, IR_VERSION) + _text(2, "shortcast") + _bytes(7, graph) + sets


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _attribute(name: str, value: int | float | str | list[int]) -> bytes:
    body = _text(1, name)
    if isinstance(value, int):
        return body + _int(3, value) + _int(20, 2)
    if isinstance(value, float):
        return body + _varint(2 << 3 | 5) + struct.pack("<f", value) + _int(20, 1)
    if isinstance(value, str):
        return body + _text(4, value) + _int(20, 3)
    return body + b"".join(_int(8, item) for item in value) + _int(20, 7)


def _value(name: str, dims: list[int | str]) -> bytes:
    sizes = [_int(1, size) if isinstance(size, int) else _text(2, size) for size in dims]
    tensor = _int(1, FLOAT) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _text(1, name) + _bytes(2, _bytes(1, tensor))
