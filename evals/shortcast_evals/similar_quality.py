"""Whether similar videos are alike in what they don't show the search: `shortcast similar-quality`.

Each set becomes a library with a real index, and some of its videos are searched for. Measured is the share
of the 10 nearest that are of the same channel. Where a set names no channels (the thumbnails' set), it is the
share whose titles have a telling word in common with the query's: hidden from a search by picture alone.
Chance is the same share with the videos shuffled.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.records import Embedding, Published
    from shortcast_vectorstore.index import Index
    from shortcast_vectorstore.library import Library

K = 10
SETS = ("tiktok_vn_2025", "youtube_thumbs_trending_2020_21", "youtube_tech_fr_2026", "bilibili_2025")
PICTURED = ("youtube_thumbs_trending_2020_21", "bilibili_2025")
SHUFFLES = 20


@dataclass(frozen=True)
class Set:
    """A collection as videos with their vectors, in one order."""

    name: str
    videos: "list[Published]"
    embeddings: "list[Embedding]"


def similar_quality(
    data: Annotated[Path, typer.Option(help="Folder of the data sets.")],
    encoder: Annotated[str, typer.Option(help="Encoder whose vectors are searched.")] = "mini:1",
    queries: Annotated[int, typer.Option(min=10, help="Videos of each set that are searched for.")] = 500,
    pictures: Annotated[bool, typer.Option(help="Search by pictures too, where a set has them.")] = True,
    sets: Annotated[list[str] | None, typer.Option("--set", help="Only this set; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Search real sets for their own videos; print how often the nearest share channel or words, and chance."""
    from shortcast_ml.encoders import load_encoder
    from shortcast_ml.encoders.remembered import remembering
    from shortcast_ml.settings import Settings

    reader = remembering(load_encoder(encoder), Settings().home / "cache")
    loaded = [read_set(name, data, reader, pictures) for name in sets or SETS if (data / name).is_dir()]
    result = {}
    for nth, one in enumerate(loaded):
        other = loaded[nth - 1] if len(loaded) > 1 else None
        result[one.name] = measure(one, other, reader, queries)
        if not as_json:
            _print(one.name, result[one.name])
    if as_json:
        typer.echo(json.dumps({"encoder": reader.id, "k": K, "sets": result}))


def read_set(name: str, data: Path, encoder: "Encoder", pictures: bool) -> Set:
    """Return a collection's videos and vectors; what was encoded before is remembered."""
    from shortcast_ml.data import load_table
    from shortcast_ml.features import table_texts
    from shortcast_ml.pictures import read_pictures
    from shortcast_ml.records import Embedding
    from shortcast_ml.titles import title_vectors

    table = load_table(name, data / name)
    titles = title_vectors(table_texts(table), encoder, _say).rows()
    images = np.full_like(titles, np.nan)
    if pictures and name in PICTURED:
        rows = np.flatnonzero(table.thumbnail.notna())
        images[rows] = read_pictures(table.thumbnail.iloc[rows].tolist(), data / name, encoder, _say).vectors
    embeddings = [
        Embedding(
            encoder_id=encoder.id,
            title=title if np.isfinite(title[0]) else None,
            image=image if np.isfinite(image[0]) else None,
        )
        for title, image in zip(titles, images, strict=True)
    ]
    return Set(name, [_video(row) for row in table.itertuples()], embeddings)


def measure(one: Set, other: Set | None, encoder: "Encoder", queries: int) -> dict[str, Any]:
    """Return the figures of one set; `other` lends titles that should find nothing alike."""
    from shortcast_ml.settings import Settings
    from shortcast_vectorstore.index import open_index
    from shortcast_vectorstore.library import open_library

    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(prefix="shortcast-quality-") as folder:
        settings = Settings(home=Path(folder))
        library = open_library(settings.home)
        library.remove_demo()
        _fill(library, one, encoder.id)
        index = open_index(library, encoder, settings)
        labels = _Labels(one)
        found: dict[str, Any] = {"videos": len(one.videos), "label": labels.kind}
        found["by"] = {
            by: _precision(index, one, labels, by, queries, rng) for by in ("title", "picture", "both")
        }
        found["by"] = {by: row for by, row in found["by"].items() if row}
        found["better"] = _better(index, one, queries, rng)
        found["alike"] = {
            "own": _told_alike(index, one, one, queries, rng),
            "foreign": _told_alike(index, one, other, queries, rng) if other else None,
        }
        index.close()
        library.close()
    return found


class _Labels:
    """What two videos may share that says that they belong together: their channel, else words of their titles."""

    def __init__(self, one: Set) -> None:
        from shortcast_vectorstore.alike import shared_words

        self.drafts = [video.draft for video in one.videos]
        self.channels = [video.channel_id for video in one.videos]
        self.kind = "channel" if any(self.channels) else "words of the title"
        self._shared = shared_words

    def share(self, a: int, b: int) -> bool:
        if self.kind == "channel":
            return self.channels[a] is not None and self.channels[a] == self.channels[b]
        return bool(self._shared(self.drafts[a].title, self.drafts[b]))

    def can_ask(self, a: int, counts: dict[str | None, int]) -> bool:
        """Return whether there is another video that it could share its label with."""
        return self.kind != "channel" or (self.channels[a] is not None and counts[self.channels[a]] > 1)


def _precision(
    index: "Index", one: Set, labels: _Labels, by: str, queries: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the share of neighbours with the query's label, chance, and what the floor `alike` parts."""
    counts: dict[str | None, int] = {}
    for channel in labels.channels:
        counts[channel] = counts.get(channel, 0) + 1
    asked = {i: side for i, e in enumerate(one.embeddings) if (side := _side(e, by)) is not None}
    able = [i for i in asked if labels.can_ask(i, counts)]
    if len(able) < K:
        return {}
    chosen = rng.permutation(able)[:queries]
    row_of = {video.video_id: i for i, video in enumerate(one.videos)}
    hits, alike, times = [], [], []
    for i in chosen:
        start = time.perf_counter()
        found = index.nearest(asked[i], K, where=_but(one.videos[i]))
        times.append(time.perf_counter() - start)
        hits += [labels.share(i, row_of[video.video_id]) for video in found]
        alike += [video.alike for video in found]
    rows = np.fromiter(asked, np.int64)
    chance = [
        labels.share(i, j)
        for _ in range(SHUFFLES)
        for i, j in zip(chosen, rng.permutation(rows), strict=False)
    ]
    hit, is_alike = np.array(hits), np.array(alike)
    most = (
        np.mean([min(K, counts[labels.channels[i]] - 1) / K for i in chosen])
        if labels.kind == "channel"
        else 1.0
    )
    return {
        "queries": len(chosen),
        "precision": round(float(hit.mean()), 4),
        "chance": round(float(np.mean(chance)), 5),
        "possible": round(float(most), 4),
        "precision_alike": round(float(hit[is_alike].mean()), 4) if is_alike.any() else float("nan"),
        "precision_not_alike": round(float(hit[~is_alike].mean()), 4) if not is_alike.all() else float("nan"),
        "share_alike": round(float(is_alike.mean()), 4),
        "p50_ms": round(float(np.median(times)) * 1000, 1),
    }


def _better(index: "Index", one: Set, queries: int, rng: np.random.Generator) -> dict[str, float]:
    """Return how many videos `better` gave, of how many queries, and how many were not above typical."""
    given = wrong = empty = 0
    chosen = rng.permutation(len(one.videos))[:queries]
    for i in chosen:
        found = index.better(one.embeddings[i], K, where=_but(one.videos[i]))
        given += len(found)
        wrong += sum(video.vs_channel is None or video.vs_channel <= 1 for video in found)
        empty += not found
    return {"queries": len(chosen), "given": given, "not_above_typical": wrong, "without_any": empty}


def _told_alike(index: "Index", one: Set, asked: Set, queries: int, rng: np.random.Generator) -> float:
    """Return the share of another set's titles (or its own) whose nearest video is told to be alike."""
    told = []
    for i in rng.permutation(len(asked.videos))[:queries]:
        title = _side(asked.embeddings[i], "title")
        if title is not None:
            found = index.nearest(title, 1, where=_but(asked.videos[i]))
            told.append(bool(found) and found[0].alike)
    return round(float(np.mean(told)), 4)


def _side(embedding: "Embedding", by: str) -> "Embedding | None":
    """Return an embedding with the sides of one kind of search; None where it lacks one."""
    sides = {"title": ("title",), "picture": ("image",), "both": ("title", "image")}[by]
    if any(getattr(embedding, side) is None for side in sides):
        return None
    return embedding.model_copy(update={side: None for side in ("title", "image") if side not in sides})


def _but(video: "Published") -> Any:
    from shortcast_ml.library_table import key_of
    from shortcast_ml.records import SearchFilter

    return SearchFilter(exclude=frozenset([key_of(video)]))


def _fill(library: "Library", one: Set, encoder_id: str) -> None:
    from shortcast_ml.library_table import key_of

    library.add(one.videos)
    keys = [key_of(video) for video in one.videos]
    for kind in ("title", "image"):
        vectors = {key: getattr(e, kind) for key, e in zip(keys, one.embeddings, strict=True)}
        library.vectors.put(encoder_id, kind, vectors)


def _video(row: Any) -> "Published":
    from shortcast_ml.records import Counts, Draft, Published, utc_now

    return Published(
        draft=Draft(platform=row.platform, title=row.title or "", hashtags=tuple(row.hashtags)),
        video_id=str(row.video_id),
        url="",
        fetched_at=utc_now(),
        age_days=float(row.age_days) if row.age_days > 0 else None,
        counts=Counts(views=int(row.views)),
        channel_id=row.channel_id if isinstance(row.channel_id, str) else None,
        source="csv",
    )


def _print(name: str, found: dict[str, Any]) -> None:
    typer.echo(f"{name}: {found['videos']:,} videos, sharing {found['label']}")
    for by, row in found["by"].items():
        typer.echo(
            f"  by {by:8} {row['precision']:.3f} of the {K} nearest (possible {row['possible']:.3f}), chance"
            f" {row['chance']:.5f}; told alike {row['share_alike']:.2f}: {row['precision_alike']:.3f} of these,"
            f" {row['precision_not_alike']:.3f} of the others; {row['p50_ms']:.1f} ms"
        )
    better, alike = found["better"], found["alike"]
    typer.echo(
        f"  better: {better['given']} videos for {better['queries']} queries ({better['without_any']} without any),"
        f" {better['not_above_typical']} not above typical"
    )
    foreign = "" if alike["foreign"] is None else f", of another set's {alike['foreign']:.2f}"
    typer.echo(f"  nearest told alike: of its own titles {alike['own']:.2f}{foreign}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
