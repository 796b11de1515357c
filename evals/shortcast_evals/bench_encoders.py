"""How fast pictures become vectors: `shortcast bench-encoders`.

Ours, the plain open_clip loop and Chroma's own function encode real thumbnails from files, with the same random
weights, in turns of one run, so that other load on the machine hits all alike. The slow ones get a sample.
"""

import io
import json
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from shortcast_evals.bench_training import peak_gb

if TYPE_CHECKING:
    from shortcast_ml.encoders.clip import OpenClipEncoder

DATASET = "youtube_thumbs_trending_2020_21"
JPEG_SIZE, JPEG_QUALITY = (1280, 720), 85  # as YouTube serves `maxresdefault.jpg`
JPEG_SHARE = 5  # one in so many pictures is also written as a large JPEG
DRAFT_TITLE = "I tried the 3 second latte trick so you do not have to"

Encode = Callable[[Sequence[Path]], Any]


def bench_encoders(
    data: Annotated[Path, typer.Option(help="Folder of the data sets, with the thumbnails' one inside.")],
    model: Annotated[str, typer.Option(help="A model of open_clip, with random weights.")] = "ViT-B-32",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    images: Annotated[int, typer.Option(min=50, help="Pictures that ours encodes.")] = 2_000,
    sample: Annotated[int, typer.Option(min=10, help="Pictures that the two slow ones encode.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="Turns that the pictures are spread over.")] = 10,
    draft: Annotated[
        int, typer.Option(min=0, help="Drafts that are decoded, embedded, forecast and explained.")
    ] = 0,
    compiled: Annotated[bool, typer.Option(help="Let torch compile the picture network.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Encode real thumbnails; print milliseconds a picture beside two other ways and the device's ceiling."""
    from shortcast_ml.encoders.clip import OpenClipEncoder
    from shortcast_ml.encoders.devices import choose_device
    from shortcast_ml.encoders.measure import PlainEncoder, hardware, write_random_weights
    from shortcast_vectorstore.chroma_encoder import chroma_encoder

    where = choose_device(device)
    with tempfile.TemporaryDirectory(prefix="shortcast-bench-") as home:
        say("writing random weights, loading them three times")
        weights = Path(home) / "random.safetensors"
        write_random_weights(model, weights)
        ours = _load(f"open_clip:{model}/{weights}", str(where), compiled)
        assert isinstance(ours, OpenClipEncoder)  # noqa: S101  for the type checker
        others: dict[str, Encode] = {
            "plain": PlainEncoder(model, weights, where).encode_images,
            "chroma": chroma_encoder(model, weights, str(where)),
        }
        result: dict[str, Any] = {
            "hardware": hardware(where),
            "device": str(where),
            "model": model,
            "dtype": str(ours.image_dtype).removeprefix("torch."),
            "batch": ours.batches.size,
            "lanes": ours.batches.lanes,
            "pictures": {},
        }
        for kind, paths in write_pictures(data, images, Path(home)):
            say(
                f"encoding {len(paths):,} pictures, {kind}, and {min(sample, len(paths))} of them the other ways"
            )
            result["pictures"][kind] = race(ours, others, paths, min(sample, len(paths)), rounds)
        if draft:
            say(f"forecasting {draft} drafts")
            result["draft"] = time_drafts(ours, paths[:draft])
        result["batch_at_the_end"] = ours.batches.size  # smaller where memory ran out
        result["peak_gb"] = round(peak_gb(), 2)
    typer.echo(json.dumps(result) if as_json else as_table(result))


def _load(id: str, device: str, compiled: bool) -> object:
    from shortcast_ml.encoders import load_encoder

    return load_encoder(id, device=device, compiled=compiled)


def write_pictures(data: Path, n: int, home: Path) -> Iterator[tuple[str, list[Path]]]:
    """Yield (what they are, files): n thumbnails as they are, then every fifth as a JPEG of 1280x720.

    Raises InputError when the collection is not in `data`.
    """
    from PIL import Image

    from shortcast_ml.errors import InputError

    pack = data / DATASET / "thumbs.zip"
    if not pack.is_file():
        raise InputError(f"There is no {DATASET}/thumbs.zip in {data}; give the folder of the data sets.")
    with zipfile.ZipFile(pack) as inside:
        names = [name for name in inside.namelist() if name.endswith(".webp")]
        names = names[:: max(len(names) // n, 1)][:n]
        small = [home / f"{i:05d}.webp" for i in range(len(names))]
        for name, path in zip(names, small, strict=True):
            path.write_bytes(inside.read(name))
    yield "WebP 288x162", small
    large = []
    for path in small[::JPEG_SHARE]:
        picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
        large.append(path.with_suffix(".jpg"))
        picture.resize(JPEG_SIZE, Image.Resampling.LANCZOS).save(large[-1], quality=JPEG_QUALITY)
    yield "JPEG 1280x720", large


def race(
    ours: "OpenClipEncoder", others: dict[str, Encode], paths: list[Path], sample: int, rounds: int
) -> dict[str, Any]:
    """Let each encode its share of the pictures in every round, and return what came out.

    How many times as fast is the median over rounds, as is the share of the ceiling. `least_cosine` is the
    lowest between our vectors and those of the plain loop.
    """
    from shortcast_ml.encoders.measure import forward_only

    ways: dict[str, Encode] = {"ours": ours.encode_images, "ceiling": partial(forward_only, ours), **others}
    for name, encode in ways.items():  # all are warm before the first round
        encode(paths[:2] if name in others else paths[: ours.batches.size])
    spent: dict[str, list[float]] = {name: [] for name in ways}
    cosines: list[float] = []
    for turn, part in enumerate(np.array_split(np.arange(len(paths)), rounds)):
        share = [paths[i] for i in part]
        few = share[: max(sample // rounds, 1)]
        names = [*ways][turn % len(ways) :] + [*ways][: turn % len(ways)]  # nobody is always first
        found = {name: timed(ways[name], few if name in others else share) for name in names}
        for name, (ms, _) in found.items():
            spent[name].append(ms)
        cosines.extend((found["ours"][1][: len(few)] * found["plain"][1]).sum(axis=1).tolist())
    ratio = {
        name: statistics.median(other / own for other, own in zip(ms, spent["ours"], strict=True))
        for name, ms in spent.items()
    }
    return {
        "count": len(paths),
        "sample": len(cosines),
        "rounds": rounds,
        "ms": {name: round(statistics.median(ms), 2) for name, ms in spent.items()},
        "images_per_s": round(1e3 / statistics.median(spent["ours"]), 1),
        "times_as_fast": {name: round(ratio[name], 2) for name in others},
        "share_of_ceiling": round(ratio["ceiling"], 3),
        "least_cosine": round(min(cosines), 6),
    }


def timed(encode: Encode, paths: Sequence[Path]) -> tuple[float, Any]:
    """Return (milliseconds a picture, what came out)."""
    start = time.perf_counter()
    out = encode(paths)
    return 1e3 * (time.perf_counter() - start) / len(paths), out


def time_drafts(encoder: "OpenClipEncoder", thumbnails: Sequence[Path]) -> dict[str, Any]:
    """Return milliseconds of each step from a thumbnail and a title to an explained forecast, one at a time.

    `embed` is the encoder that is measured. The forecast is the shipped one, which reads the draft with the
    bundled encoder: that is `embed_for_forecast`.
    """
    from shortcast_ml.encoders import encode_draft, load_encoder
    from shortcast_ml.forecast import load_model
    from shortcast_ml.records import ChannelHistory, Draft

    model = load_model("starter")
    bundled = load_encoder(model.encoder_id)
    channel = ChannelHistory(followers=12_000, typical_views=3_000)

    def steps(draft: Draft) -> dict[str, float]:
        laps, last = {}, time.perf_counter()

        def lap(name: str) -> None:
            nonlocal last
            laps[name], last = 1e3 * (time.perf_counter() - last), time.perf_counter()

        encode_draft(encoder, draft)
        lap("embed")
        vectors = encode_draft(bundled, draft)
        lap("embed_for_forecast")
        row = model.features(draft, channel, vectors)
        lap("measure")
        model.forecast(row)
        lap("forecast")
        model.explain(row)
        lap("explain")
        return laps

    drafts = [
        Draft(title=f"{DRAFT_TITLE} {number}", thumbnail_path=thumbnail, duration_s=24)
        for number, thumbnail in enumerate(thumbnails)
    ]
    steps(drafts[0])  # loads what is loaded late
    laps = [steps(draft) for draft in drafts]
    totals = [sum(lap.values()) for lap in laps]
    without = [sum(lap.values()) - lap["embed_for_forecast"] for lap in laps]
    return {
        "drafts": len(drafts),
        "p95_ms": round(float(np.percentile(totals, 95)), 1),
        "p95_ms_without_bundled_encoder": round(float(np.percentile(without, 95)), 1),
        "median_ms": {name: round(statistics.median(lap[name] for lap in laps), 2) for name in laps[0]},
    }


def as_table(result: dict[str, Any]) -> str:
    """Return the result to read."""
    lines = [
        f"{result['model']} with random weights, {result['dtype']} on {result['hardware']}",
        f"batches of {result['batch']}, {result['lanes'] or 'no'} lanes, {result['peak_gb']} GB at most",
        "",
        f"{'':<16}{'ours':>10}{'plain':>10}{'Chroma':>10}{'ceiling':>10}   times as fast as plain, Chroma",
    ]
    for kind, found in result["pictures"].items():
        ms, times = found["ms"], found["times_as_fast"]
        lines.append(
            f"{kind:<16}{ms['ours']:>7} ms{ms['plain']:>7} ms{ms['chroma']:>7} ms{ms['ceiling']:>7} ms   "
            f"x{times['plain']:.1f}, x{times['chroma']:.1f}; {found['images_per_s']:,.0f} pictures/s, "
            f"{found['share_of_ceiling']:.0%} of the ceiling, cosine {found['least_cosine']:.5f} or more "
            f"({found['count']:,} pictures, {found['sample']} the other ways, {found['rounds']} rounds)"
        )
    if "draft" in result:
        found = result["draft"]
        steps = ", ".join(f"{name} {ms} ms" for name, ms in found["median_ms"].items())
        lines.append(
            f"One draft: p95 {found['p95_ms']} ms, {found['p95_ms_without_bundled_encoder']} ms without the "
            f"bundled encoder ({found['drafts']} drafts; {steps})"
        )
    return "\n".join(lines)


def say(stage: str) -> None:
    """Tell on stderr what is going on."""
    print(stage, file=sys.stderr, flush=True)
