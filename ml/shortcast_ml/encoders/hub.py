"""Weights on the Hugging Face hub: from the cache when there, else fetched, else refused within seconds.

open_clip and huggingface_hub retry for most of a minute where the hub is out of reach; here one request
with a time limit decides.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shortcast_ml.encoders import WeightsUnavailable

PATIENCE_S = 3.0
HELP = (
    "Connect to the network, or name a local file (`open_clip:<model>//path/to/weights.safetensors`), "
    "or use the bundled encoder `mini`."
)


def weights_file(repo: str, filename: str, what: str) -> Path:
    """Return the local path of a file on the hub, fetched when need be (a progress bar goes to stderr).

    The .safetensors twin of a .bin or .pth is preferred. WeightsUnavailable says what stood in the way.
    """
    from huggingface_hub import hf_hub_download

    wanted = candidates(filename)
    for name in wanted:
        cached = cached_file(repo, name)
        if cached is not None:
            return cached
    refuse_when_offline(what)
    for name in wanted:
        if within(lambda name=name: exists(repo, name), f"{what} is not on this machine"):  # type: ignore[misc]
            try:
                return Path(hf_hub_download(repo, name))
            except Exception as error:
                raise WeightsUnavailable(f"Fetching {what} failed: {first_line(error)} {HELP}") from error
    raise WeightsUnavailable(f"The hub has no weights {repo}/{filename} for {what}. {HELP}")


def candidates(filename: str) -> tuple[str, ...]:
    """Return the names under which weights may stand in a repository, best first."""
    if not filename:
        return ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
    stem, dot, suffix = filename.rpartition(".")
    return (f"{stem}.safetensors", filename) if dot and suffix in ("bin", "pth") else (filename,)


def cached_file(repo: str, filename: str) -> Path | None:
    """Return the file in the hub's local cache, without any request."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repo, filename)
    return Path(found) if isinstance(found, str) else None


def refuse_when_offline(what: str) -> None:
    """Raise WeightsUnavailable when HF_HUB_OFFLINE forbids fetching."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise WeightsUnavailable(
            f"{what} is not on this machine, and HF_HUB_OFFLINE forbids fetching it. {HELP}"
        )


def exists(repo: str, filename: str) -> bool:
    """Ask the hub once whether it has a file."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError

    try:
        get_hf_file_metadata(hf_hub_url(repo, filename), timeout=PATIENCE_S)
    except EntryNotFoundError:
        return False
    return True


def within(ask: Callable[[], bool], what_if_not: str, seconds: float = PATIENCE_S) -> bool:
    """Return the answer of a request; WeightsUnavailable when it fails or takes too long.

    The thread is left behind when it hangs: a name look-up knows no time limit of its own.
    """
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(ask())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True, name="hub-probe")
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise WeightsUnavailable(f"{what_if_not}, and the hub did not answer within {seconds:.0f} s. {HELP}")
    if isinstance(outcome[0], Exception):
        reason = first_line(outcome[0])
        raise WeightsUnavailable(
            f"{what_if_not}, and the hub can't be reached: {reason} {HELP}"
        ) from outcome[0]
    return bool(outcome[0])


def first_line(error: BaseException) -> str:
    """Return the first line of an error, bounded, as a sentence."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0][:160].rstrip()
    return line if line.endswith(".") else f"{line}."
