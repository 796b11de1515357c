"""The tool that looks through a video for frames that would make a thumbnail."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from shortcast_ml.records import (
    ChannelHistory,
    Draft,
    Embedding,
    Forecast,
    ThumbnailCandidate,
    ThumbnailSuggestions,
)
from shortcast_ml.text import words_to_embed
from shortcast_tools.arguments import (
    Followers,
    PlatformName,
    RecentViews,
    ThumbnailFile,
    Title,
    TypicalViews,
)
from shortcast_tools.compare_variants import DECISIVE
from shortcast_tools.draft import read_draft
from shortcast_tools.drawn import QUALITY, save_picture
from shortcast_tools.parts import parts
from shortcast_tools.progress import report
from shortcast_tools.read_video import WholeVideo

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from shortcast_ml.forecast import ForecastModel
    from shortcast_ml.watching.stills import Candidate, Found

COMPARED = 16  # frames that are encoded and forecast

HowMany = Annotated[int, Field(ge=1, le=12, description="How many frames to suggest.")]


@dataclass(frozen=True)
class _Judged:
    """A picture with what the model makes of it."""

    forecast: Forecast
    log10: float  # centre of the forecast
    alignment: float | None
    vector: "np.ndarray"


def suggest_thumbnails(
    video: WholeVideo,
    title: Title = "",
    thumbnail: ThumbnailFile = None,
    platform: PlatformName = "youtube_shorts",
    followers: Followers = None,
    typical_views: TypicalViews = None,
    recent_views: RecentViews = None,
    limit: HowMany = 4,
) -> ThumbnailSuggestions:
    """Find the frames of a local video that would make the best thumbnails, and save them as pictures.

    Use it for "which frame should be the thumbnail?" or "find a better thumbnail in my video". Each frame comes
    with the forecast's change against the current `thumbnail`; without one, a frame stands in for it. Give the
    title and what is known of the channel, as to forecast_views. Pictures move the forecast little: where
    `reliable` is false, say that the frames are good stills and the choice is the creator's. To compare pictures
    that exist already, use compare_variants.
    """
    from shortcast_ml.watching.stills import find_stills

    read = read_draft(
        title=title,
        platform=platform,
        video=video,
        thumbnail=thumbnail,
        followers=followers,
        typical_views=typical_views,
        recent_views=recent_views,
    )
    path = read.draft.video_path
    assert path is not None  # noqa: S101  it was given
    settings = parts().settings
    found = find_stills(
        path,
        max_mb=settings.max_video_mb,
        max_s=float(settings.max_video_s),
        enough=limit + 2,
        most=COMPARED,
        said=lambda done, total, text: report(done * 8 // 10, total, f"Looking through {path.name}"),
    )
    report(80, 100, f"Comparing {len(found.candidates)} frames")
    with tempfile.TemporaryDirectory(prefix="shortcast-frames-") as folder:
        current = read.draft.thumbnail_path or _save(found.stand_in.image, Path(folder) / "current.jpg")
        files = [current]
        for i, candidate in enumerate(found.candidates):
            files.append(_save(candidate.image, Path(folder) / f"{i}.jpg"))
        before, *judged = _judge(read.draft, read.channel, files)
        return _suggestions(found, before, judged, current, limit, given=bool(thumbnail))


def _save(image: "Image", path: Path) -> Path:
    """Write a frame as `save_picture` does, so that what is judged is what is kept."""
    image.convert("RGB").save(path, "JPEG", quality=QUALITY, subsampling=0)
    return path


def _judge(draft: Draft, channel: ChannelHistory | None, files: list[Path]) -> list[_Judged]:
    """Return what the model makes of the draft with each picture; they are encoded together."""
    model, encoder = parts().model, parts().model_encoder
    words = words_to_embed(draft)
    named = encoder.encode_texts([words])[0] if words else None
    out = []
    for file, vector in zip(files, encoder.encode_images(files), strict=True):
        embedding = Embedding(encoder_id=encoder.id, title=named, image=vector)
        pictured = draft.model_copy(update={"thumbnail_path": file, "video_path": None})
        row = model.features(pictured, channel, embedding)
        forecast = model.forecast(row)
        centre = model.distribution(row, forecast.horizon_days).centre
        out.append(_Judged(forecast, centre, embedding.alignment, vector))
    return out


def _suggestions(
    found: "Found", before: _Judged, judged: list[_Judged], current: Path, limit: int, *, given: bool
) -> ThumbnailSuggestions:
    import numpy as np

    from shortcast_ml.watching.ranking import choose

    model = parts().model
    effects = np.array([j.log10 - before.log10 for j in judged])
    chosen = choose(
        effects,
        np.array([c.quality for c in found.candidates]),
        np.stack([j.vector for j in judged]) if judged else np.zeros((0, 1), np.float32),
        limit,
    )
    candidates = tuple(
        ThumbnailCandidate(
            rank=rank,
            at_s=round(found.candidates[i].at_s, 2),
            path=save_picture(found.candidates[i].image, "frame"),
            multiplier=10 ** float(effects[i]),
            views=judged[i].forecast.views,
            quality=found.candidates[i].quality,
            alignment=judged[i].alignment,
            notes=_faces(found.candidates[i].faces),
        )
        for rank, i in enumerate(chosen, start=1)
    )
    reliable = _tells_apart(model, [float(e) for e in effects], chosen)
    report(95, 100, "Drawing")
    return ThumbnailSuggestions(
        baseline=before.forecast,
        candidates=candidates,
        looked_at=found.looked_at,
        reliable=reliable,
        strip_path=save_picture(_contact(found, chosen, candidates, current, before, given), "frames"),
        notes=_notes(found, model, candidates, reliable, given=given),
    )


def _tells_apart(model: "ForecastModel", effects: list[float], chosen: list[int]) -> bool:
    """Tell whether the first frame's lead over the usual one is as large as pictures were measured to tell.

    The measure is how often the picture that was ahead by so much did better: `pair_slope` of the thumbnail term's
    own metrics where it was taken there, else that of whole videos of one channel.
    """
    import math
    from statistics import median

    measured = model.card.get("thumbnail") or {}
    if model.thumbnail is None or not chosen or len(effects) < 2:
        return False
    if measured.get("spearman_of_remainder", {}).get("low", 0.0) <= 0:
        return False
    lead = effects[chosen[0]] - median(e for i, e in enumerate(effects) if i != chosen[0])
    slope = float(measured.get("pair_slope", model.calibration["pair_slope"]))
    return lead > 0 and 1 / (1 + math.exp(-slope * lead)) >= DECISIVE


def _notes(
    found: "Found",
    model: "ForecastModel",
    candidates: tuple[ThumbnailCandidate, ...],
    reliable: bool,
    *,
    given: bool,
) -> tuple[str, ...]:
    notes = []
    if not given:
        notes.append(
            f"No thumbnail was given: the frame at {found.stand_in.at_s:.1f} s stands in for the current one."
        )
    if model.thumbnail is None:
        notes.append(
            "The model in use knows nothing of thumbnails: the order is that of their quality alone."
        )
    elif candidates and not reliable:
        told = (model.card.get("thumbnail") or {}).get("spearman_of_remainder", {}).get("value")
        how = f" (rank correlation {told:.2f} with what titles leave open)" if told is not None else ""
        notes.append(
            "The frames differ in forecast by less than thumbnails were measured to tell"
            f"{how}: they are good stills to choose from, not a ranking of views."
        )
    if found.one_scene:
        notes.append("The video shows much the same throughout: the frames differ in detail only.")
    left_out = [
        f"{count} {what}" for count, what in ((found.dark, "dark"), (found.blurred, "blurred")) if count
    ]
    if left_out:
        notes.append(f"Moments left out: {' and '.join(left_out)}.")
    return tuple(notes)


def _faces(count: int) -> tuple[str, ...]:
    return (f"{count} face{'s' if count > 1 else ''} in view.",) if count else ()


def _contact(
    found: "Found",
    chosen: list[int],
    candidates: tuple[ThumbnailCandidate, ...],
    current: Path,
    before: _Judged,
    given: bool,
) -> "Image":
    from shortcast_ml.media import open_image
    from shortcast_ml.watching.contact import Shown, draw_contact

    first = Shown(
        open_image(current),
        "",
        "as it stands" if given else f"at {found.stand_in.at_s:.1f} s, standing in",
        f"{before.forecast.views:,} views",
    )
    shown = [first]
    for i, candidate in zip(chosen, candidates, strict=True):
        seen: Candidate = found.candidates[i]
        shown.append(
            Shown(
                seen.image,
                str(candidate.rank),
                f"at {candidate.at_s:.1f} s",
                f"x{candidate.multiplier:.2f} · {candidate.views:,} views",
            )
        )
    kept = f"{len(candidates)} frame{'' if len(candidates) == 1 else 's'}" if candidates else "No frame"
    return draw_contact(
        f"{kept} of {found.looked_at} for a thumbnail",
        f"What the forecast becomes at {before.forecast.horizon_days:g} days with each; all are sharp, lit and unlike.",
        shown,
    )
