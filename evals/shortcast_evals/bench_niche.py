"""How good the view of a niche is on real videos: `shortcast bench-niche`.

Topics are set beside what they were not made from: the categories of charted videos, and the channels that videos are
of. Times and lengths are tried where there is nothing to find: real videos whose times and lengths were shuffled
within each channel.
"""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.niche.facts import Facts

CHARTS, TIKTOK, BILIBILI = "youtube_charts_2025_26", "tiktok_vn_2025", "bilibili_2025"
SEEDS = (7, 8, 9, 10, 11)
SEED = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def bench_niche(
    data: Annotated[Path, typer.Option(help="Folder of the data sets.")],
    titles: Annotated[
        int, typer.Option(min=200, help="Videos of each set that are parted into topics.")
    ] = 3000,
    shuffles: Annotated[
        int, typer.Option(min=0, help="Sets without any effect in which times and lengths are looked for.")
    ] = 100,
    speed: Annotated[int, typer.Option(min=0, help="Videos to time the whole view on; 0: not.")] = 5000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge topics of real titles by categories and channels, count effects found where none is, and time it."""
    result: dict[str, Any] = {
        "topics": [topics_of(data, name, titles) for name in (CHARTS, TIKTOK, BILIBILI)]
    }
    if shuffles:
        result["nothing_to_find"] = found_in_nothing(data, shuffles)
    if speed:
        result["speed"] = timed(data, speed)
    if as_json:
        typer.echo(json.dumps(result))
        return
    for row in result["topics"]:
        categories = (
            f"; categories: agreement {row['category_ami']:.2f} (all {row['category_ami_all']:.2f}, shuffled "
            f"{row['category_ami_shuffled']:.2f}), purity {row['purity']:.2f}, largest category {row['largest']:.2f}"
            if "purity" in row
            else ""
        )
        typer.echo(
            f"{row['set']}: {row['topics']} topics of {row['videos']:,} videos, {row['other']:.0%} fit none; halves "
            f"agree {row['stability']:.2f}, seeds {row['seeds_ari']:.2f}; two videos of one channel share a topic "
            f"{row['same_channel']:.2f}, of two channels {row['chance']:.2f}{categories}"
        )
    if shuffles:
        row = result["nothing_to_find"]
        typer.echo(
            f"Times and lengths shuffled within channels: something stood out in {row['runs_with_any']} of "
            f"{row['runs']} runs ({row['said']} of {row['asked']} times and lengths)"
        )
    if speed:
        row = result["speed"]
        typer.echo(
            f"{row['videos']:,} videos: {row['view_s']:.1f} s of CPU for the view and {row['map_s']:.1f} s for the map"
        )


def topics_of(data: Path, name: str, most: int) -> dict[str, Any]:
    """Return how well topics of a set's titles agree with themselves, with channels and (charts) with categories."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    from shortcast_ml.niche.topics import find_topics

    table, vectors = _sample(data, name, most)
    empty = np.full_like(vectors, np.nan)
    found = find_topics(vectors, empty)
    fits = found.label >= 0
    again = [find_topics(vectors, empty, seed).label for seed in SEEDS]
    ari = [
        adjusted_rand_score(again[a][both], again[b][both])
        for a in range(len(again))
        for b in range(a)
        if (both := (again[a] >= 0) & (again[b] >= 0)).any()
    ]
    row = {
        "set": name,
        "videos": len(table),
        "topics": found.k,
        "other": float(1 - fits.mean()),
        "stability": found.stability,
        "seeds_ari": float(np.mean(ari)),
        **_same_channel(table.channel_id.to_numpy(str)[fits], found.label[fits]),
    }
    if name == CHARTS:
        import pandas as pd

        known = pd.read_parquet(data / name / "videos.parquet", columns=["video_id", "category_id"])
        category = table.video_id.map(known.set_index("video_id").category_id).fillna(-1).to_numpy(int)
        own, label = category[fits], found.label[fits]
        shuffled = np.random.default_rng(SEED).permutation(own)
        purity = sum(np.bincount(own[label == topic] + 1).max() for topic in range(found.k)) / len(own)
        row |= {
            "category_ami": float(adjusted_mutual_info_score(own, label)),
            "category_ami_all": float(adjusted_mutual_info_score(category, found.label)),
            "category_ami_shuffled": float(adjusted_mutual_info_score(shuffled, label)),
            "purity": float(purity),
            "largest": float(np.bincount(own + 1).max() / len(own)),
        }
    return row


def found_in_nothing(data: Path, runs: int) -> dict[str, int]:
    """Return in how many sets without effects something stood out: TikTok, shuffled within each channel."""
    from shortcast_ml.niche.performance import stand_out, standings
    from shortcast_ml.niche.slots import length_parts, week_parts, zone_named

    facts = _facts(_table(data, TIKTOK))
    facts = facts.take(np.flatnonzero(np.isfinite(facts.vs_channel)))
    zone = zone_named("UTC")
    out = {"runs": runs, "runs_with_any": 0, "said": 0, "asked": 0}
    by_channel = np.argsort(facts.channel, kind="stable")
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        mixed = np.empty(len(facts), int)
        mixed[by_channel] = np.lexsort((rng.random(len(facts)), facts.channel))
        parts = [*week_parts(facts.published_s[mixed], zone), length_parts(facts.duration_s[mixed])]
        found = standings(facts, parts)
        said = sum(sum(of) for of in stand_out(found))
        out["runs_with_any"] += said > 0
        out["said"] += said
        out["asked"] += sum(s is not None for of in found for s in of)
    return out


def timed(data: Path, videos: int) -> dict[str, float]:
    """Return the CPU seconds of the view and of the map, without encoding; a set too small is repeated with noise."""
    from shortcast_ml.niche.map import draw_map
    from shortcast_ml.niche.summary import summarize

    table, vectors = _sample(data, TIKTOK, min(videos, 5000))
    rows = np.resize(np.arange(len(table)), videos)
    rng = np.random.default_rng(SEED)
    drawn = vectors[rows] + rng.normal(0, 0.02, (videos, vectors.shape[1])).astype(np.float32)
    facts = _facts(table).take(rows)
    start = time.process_time()
    niche = summarize(facts, drawn, np.full_like(drawn, np.nan), read=lambda keys: {}, encoder_id="bench")
    middle = time.process_time()
    draw_map(niche, facts.vs_channel)
    return {"videos": videos, "view_s": middle - start, "map_s": time.process_time() - middle}


def _same_channel(channel: np.ndarray, label: np.ndarray) -> dict[str, float]:
    """Return how often two videos of one channel, and two of different ones, are of the same topic."""
    rng = np.random.default_rng(SEED)
    a, b = rng.integers(0, len(label), (2, 200_000))
    apart = channel[a] != channel[b]
    order = np.argsort(channel, kind="stable")
    together = channel[order][1:] == channel[order][:-1]
    same = label[order][1:] == label[order][:-1]
    return {
        "same_channel": float(same[together].mean()) if together.any() else float("nan"),
        "chance": float((label[a] == label[b])[apart].mean()),
    }


def _table(data: Path, name: str) -> "pd.DataFrame":
    from shortcast_ml.data.collections import load_table

    return load_table(name, data / name)


def _sample(data: Path, name: str, most: int) -> "tuple[pd.DataFrame, np.ndarray]":
    """Return rows drawn by chance, and their title vectors, (n, d); titles without words are left out."""
    from shortcast_ml.features import table_texts
    from shortcast_ml.titles import title_vectors

    table = _table(data, name)
    table = table[[bool(text) for text in table_texts(table)]]
    rows = np.sort(np.random.default_rng(SEED).permutation(len(table))[:most])
    table = table.iloc[rows].reset_index(drop=True)
    return table, title_vectors(table_texts(table), say=lambda text: typer.echo(text, err=True)).rows()


def _facts(table: "pd.DataFrame") -> "Facts":
    """Return the facts of a training table's videos, as of a library's."""
    from shortcast_ml.niche.facts import facts_of
    from shortcast_ml.records import Counts, Draft, Published
    from shortcast_vectorstore.channels import over_typical

    def known(value: Any) -> Any:
        return (
            value if value == value and value is not None else None
        )  # NaN and NaT are not equal to themselves

    columns = [
        "platform",
        "title",
        "hashtags",
        "duration_s",
        "video_id",
        "published_at",
        "age_days",
        "views",
        "channel_id",
    ]
    videos = [
        Published(
            draft=Draft(platform=platform, title=title, hashtags=tuple(tags), duration_s=known(duration_s)),
            video_id=video_id,
            url=f"https://example.invalid/{video_id}",
            fetched_at=NOW,
            published_at=known(published_at),
            age_days=known(age) or None,
            counts=Counts(views=int(views)),
            channel_id=known(channel),
        )
        for platform, title, tags, duration_s, video_id, published_at, age, views, channel in zip(
            *(table[column].tolist() for column in columns), strict=True
        )
    ]
    facts = facts_of(videos, {})
    codes = np.unique(facts.channel, return_inverse=True)[1]
    did = over_typical(np.where(facts.channel == "", -1, codes), facts.views_30)
    return replace(facts, vs_channel=did)
