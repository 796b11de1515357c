"""Items through a network in batches, as each kind of device likes it; where memory runs out, in smaller ones.

A GPU computes a batch while threads make the next ones ready, in pinned memory, and the vectors of the last ones
come back. A CPU has lanes instead: each core takes a batch of its own all the way. That is as fast as all cores on
one batch where the machine is quiet, and twice as fast where it is not, because no core waits for another.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from shortcast_ml.encoders.pictures import Fit, fitted
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import torch
    from numpy.typing import NDArray
    from PIL.Image import Image

T = TypeVar("T")

SIZES = {"cuda": 128, "mps": 64, "cpu": 32}
AHEAD = 3  # batches that are made ready, or on their way back, while one is computed
MOST_THREADS = 16
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")

_tokenizing = threading.Lock()  # tokenizers written in Rust refuse a second caller

Ready = Callable[[], "torch.Tensor"]  # waits until a batch is there
Make = Callable[[Executor, Sequence[T], bool], Ready]  # starts to make one ready, in pinned memory or not
Compute = Callable[["torch.Tensor"], "torch.Tensor"]  # on the device: (k, ...) to (k, dim)


class Here(Executor):
    """Runs what it is given at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run it; what it raises is raised here."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Batches:
    """How many items one device takes at once. Safe to share between threads."""

    def __init__(self, device: "torch.device", size: int = 0, lanes: int | None = None) -> None:
        import torch

        self.device = device
        self.size = size or SIZES.get(device.type, 32)  # falls when memory runs out, and stays there
        self._threads = torch.get_num_threads()
        own = self._threads if device.type == "cpu" else 0
        self.lanes = own if lanes is None else lanes  # 0: batches stream to the device

    def vectors(
        self, items: Sequence[T], dim: int, make: "Make[T]", compute: Compute
    ) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm.

        What `make` raises is passed on. EncoderError when not even one item fits into memory.
        """
        import numpy as np
        import torch

        out = np.empty((len(items), dim), dtype=np.float32)
        with torch.inference_mode():
            if self.lanes == 0:
                self._stream(items, make, compute, out)
            elif len(items) >= self.lanes > 1:
                self._in_lanes(items, make, compute, out)
            else:  # all cores on the same batch
                for start in range(0, len(items), self.size):
                    self._all_the_way(items, start, self.size, make, compute, out)
        return out

    def _in_lanes(
        self, items: Sequence[T], make: "Make[T]", compute: Compute, out: "NDArray[np.float32]"
    ) -> None:
        """Give each core its own batches; all lanes get alike many."""
        import torch

        turns = -(-len(items) // (self.lanes * self.size))
        size = -(-len(items) // (self.lanes * turns))

        def lane(start: int) -> None:
            with torch.inference_mode():
                self._all_the_way(items, start, size, make, compute, out)

        with ThreadPoolExecutor(self.lanes, "shortcast-lane", initializer=one_core) as pool:
            try:
                for _ in pool.map(lane, range(0, len(items), size)):
                    pass
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            finally:
                torch.set_num_threads(self._threads)  # the lanes changed what threads to come begin with

    def _all_the_way(
        self,
        items: Sequence[T],
        start: int,
        size: int,
        make: "Make[T]",
        compute: Compute,
        out: "NDArray[np.float32]",
    ) -> None:
        """Make one batch ready, compute it and keep its vectors, in this thread."""
        row = start
        for vectors in self._halving(make(Here(), items[start : start + size], False)(), compute):
            out[row : row + len(vectors)] = vectors.numpy()
            row += len(vectors)

    def _stream(
        self, items: Sequence[T], make: "Make[T]", compute: Compute, out: "NDArray[np.float32]"
    ) -> None:
        """Keep the device busy: batches are made ready, computed and fetched at the same time."""
        coming: deque[Callable[[], None]] = deque()
        with ThreadPoolExecutor(min(cores(), MOST_THREADS), "shortcast-batch") as pool:
            try:
                row = 0
                for batch in self._made(items, make, pool):
                    for vectors in self._halving(batch, compute):
                        coming.append(self._fetch(vectors, out[row : row + len(vectors)]))
                        row += len(vectors)
                        if len(coming) > AHEAD:
                            coming.popleft()()
                for fetch in coming:
                    fetch()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _made(self, items: Sequence[T], make: "Make[T]", pool: Executor) -> "Iterator[torch.Tensor]":
        """Yield batches in order, with some more under way."""
        waiting: deque[Ready] = deque()
        pinned = self.device.type == "cuda"
        start = 0
        while start < len(items) or waiting:
            while start < len(items) and len(waiting) < AHEAD:
                size = self.size
                waiting.append(make(pool, items[start : start + size], pinned))
                start += size
            yield waiting.popleft()()

    def _halving(self, batch: "torch.Tensor", compute: Compute) -> "Iterator[torch.Tensor]":
        """Yield unit vectors of a batch, whole or in parts that fit into the device's memory."""
        import torch

        done = 0
        while done < len(batch):
            part = batch[done : done + self.size]
            try:
                seen = compute(part.to(self.device, non_blocking=True))
                yield torch.nn.functional.normalize(seen.float(), dim=-1)
                done += len(part)
                continue
            except RuntimeError as error:  # torch.OutOfMemoryError is one
                if not is_out_of_memory(error):
                    raise
                if len(part) == 1:
                    raise EncoderError(
                        f"Not even one item fits into the memory of {self.device}; choose a smaller encoder, "
                        "set SHORTCAST_DEVICE=cpu, or end what else uses that memory."
                    ) from error
            # Out here the error is gone, and with it what its frames still held.
            self.size = min(self.size, len(part)) // 2
            if self.device.type in ("cuda", "mps"):
                getattr(torch, self.device.type).empty_cache()

    def _fetch(self, vectors: "torch.Tensor", to: "NDArray[np.float32]") -> Callable[[], None]:
        """Start to copy vectors back; the function that is returned waits for them."""
        import torch

        if self.device.type != "cuda":
            to[:] = vectors.cpu().numpy()
            return lambda: None
        host = torch.empty(vectors.shape, dtype=torch.float32, pin_memory=True)
        host.copy_(vectors, non_blocking=True)
        arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
        arrived.record()

        def fetch() -> None:
            arrived.synchronize()
            to[:] = host.numpy()

        return fetch


def make_pixels(fit: Fit) -> "Make[str | Path | Image]":
    """Return what makes pictures ready: decoded and fitted in threads, (k, height, width, 3) uint8."""

    def make(pool: Executor, images: "Sequence[str | Path | Image]", pinned: bool) -> Ready:
        import torch

        pixels = torch.empty((len(images), fit.height, fit.width, 3), dtype=torch.uint8, pin_memory=pinned)
        rows = pixels.numpy()

        def fill(row: int, image: "str | Path | Image") -> None:
            rows[row] = fitted(image, fit)

        filled = [pool.submit(fill, row, image) for row, image in enumerate(images)]

        def ready() -> torch.Tensor:
            for each in filled:
                each.result()
            return pixels

        return ready

    return make


def make_tokens(tokenize: "Callable[[list[str]], torch.Tensor]", *, trim: bool = False) -> "Make[str]":
    """Return what makes texts ready: a batch of them tokenised at once, in a thread, (k, length) integers.

    With `trim`, what stands behind the last end mark, the highest number of a row, is cut off.
    """

    def make(pool: Executor, texts: Sequence[str], pinned: bool) -> Ready:
        def tokens() -> Any:
            with _tokenizing:
                found = tokenize(list(texts))
            if trim:
                found = found[:, : int(found.argmax(dim=-1).max()) + 1].contiguous()
            return found.pin_memory() if pinned else found

        return pool.submit(tokens).result

    return make


def one_core() -> None:
    """Let what this thread computes with torch use one core."""
    import torch

    torch.get_num_threads()  # else the first computation would set it once more
    torch.set_num_threads(1)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tell whether an error of torch means that memory ran out: CUDA has a type for it, MPS and CPU words."""
    import torch

    return isinstance(error, torch.OutOfMemoryError) or any(
        words in str(error).lower() for words in OUT_OF_MEMORY
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
