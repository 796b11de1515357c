"""The one precision policy: the numbers in which each device computes pictures and texts.

A vector's cosine to that of float32 is at least 0.999, whatever is chosen (tested for every family of
networks that is used here). So the choice is no part of an encoder's id.
"""

import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

WORTH_IT = 1.3  # bfloat16 must be this many times as fast as float32 to be chosen on a CPU
GIVE_UP = 10.0  # emulated bfloat16 is this many times slower: one look is enough
LEAST_ROUNDS, MOST_ROUNDS, PATIENCE_S = 5, 40, 0.3


def choose_precision(device: "torch.device") -> "tuple[torch.dtype, torch.dtype]":
    """Return the dtypes of pictures and texts on a device.

    A GPU computes both in bfloat16, or float16 where it lacks that. A CPU sees in bfloat16 where that is
    really faster (AMX: 4 times, AVX512-BF16: 3), which is tried once in a process. It reads in float32: with
    bfloat16 and a causal mask torch takes a way that is 5 times slower.
    """
    import torch

    if device.type == "cuda":
        half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return half, half
    if device.type == "mps":
        return torch.float16, torch.float16
    return (torch.bfloat16 if bfloat16_gain() >= WORTH_IT else torch.float32), torch.float32


@cache
def bfloat16_gain() -> float:
    """Return how many times as fast this CPU multiplies matrices in bfloat16 as in float32; tried once.

    It takes some 20 ms, and at most 0.3 s where the machine is busy. Both take turns on one thread, and the
    best of each counts, so that other load hits them alike.
    """
    import torch

    ordinary = _layer(torch.float32)
    half = _layer(torch.bfloat16)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several would wait for the slowest, which other load decides
    try:
        with torch.inference_mode():
            best = min(_seconds(ordinary) for _ in range(2))
            best_half = _seconds(half)  # pays for finding its kernel, too
            if best_half > GIVE_UP * best + 0.1:
                return 0.0
            start = time.perf_counter()
            for done in range(1, MOST_ROUNDS + 1):
                best, best_half = min(best, _seconds(ordinary)), min(best_half, _seconds(half))
                clear = done >= LEAST_ROUNDS and best > 1.5 * WORTH_IT * best_half
                if clear or time.perf_counter() - start > PATIENCE_S:
                    break
    finally:
        torch.set_num_threads(threads)
    return best / best_half


def _layer(dtype: "torch.dtype") -> "Callable[[], object]":
    """Return a function that computes one layer, as wide as ViT-B's, of five pictures' 250 patches."""
    import torch

    rows, weight = torch.ones(250, 768, dtype=dtype), torch.ones(768, 768, dtype=dtype)
    return lambda: torch.nn.functional.linear(rows, weight)


def _seconds(run: "Callable[[], object]") -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
