"""The tool that shows where a thumbnail helps or hurts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from shortcast_ml.errors import InputError
from shortcast_ml.records import Box, ChannelHistory, Draft, Embedding, Region, ThumbnailExplanation
from shortcast_tools.analysis import feature_row
from shortcast_tools.arguments import Followers, PlatformName, RecentViews, Title, TypicalViews
from shortcast_tools.compare_variants import DECISIVE
from shortcast_tools.draft import read_draft
from shortcast_tools.drawn import save_picture
from shortcast_tools.parts import parts
from shortcast_tools.read_thumbnail import Thumbnail

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from shortcast_ml.seeing.occlusion import Occlusion, Score

SAME = 0.002  # log10: less than x1.005 is no effect
SAME_FIT = 0.01  # of a cosine

Of = Annotated[
    Literal["forecast", "title fit", "attention"],
    Field(
        description="What to explain: `forecast` (which parts raise or lower the forecast), `title fit` (which parts"
        " match the title), `attention` (where a vision transformer looks; open_clip ViT encoders only)."
    ),
]


def explain_thumbnail(
    thumbnail: Thumbnail,
    title: Title = "",
    platform: PlatformName = "youtube_shorts",
    followers: Followers = None,
    typical_views: TypicalViews = None,
    recent_views: RecentViews = None,
    of: Of = "forecast",
) -> ThumbnailExplanation:
    """Show where a thumbnail helps or hurts: each part is greyed out in turn and the model is asked again.

    Use it for "which part of my thumbnail works?" or "where does the model look?" The effects are the model's, small
    and learned from other videos; they are no cause. Not for what is on the picture (read_thumbnail), nor for
    choosing between pictures (compare_variants). Give the title: `title fit` needs it, and the forecast reads it.
    """
    if not thumbnail.strip():
        raise InputError("There is no thumbnail to explain: give the path of a picture.")
    read = read_draft(
        title=title,
        platform=platform,
        thumbnail=thumbnail,
        followers=followers,
        typical_views=typical_views,
        recent_views=recent_views,
    )
    path = read.draft.thumbnail_path
    assert path is not None  # noqa: S101  it was given

    from shortcast_ml.media import open_image

    image = open_image(path, max_mpx=parts().settings.max_image_mpx)
    if of == "attention":
        return _attention(image)
    if of == "title fit":
        return _title_fit(image, read.draft)
    return _forecast(image, read.draft, read.channel)


# --- the forecast ------------------------------------------------------------------------------------


def _forecast(image: "Image", draft: Draft, channel: ChannelHistory | None) -> ThumbnailExplanation:
    from shortcast_ml.seeing.letterbox import cut_bars
    from shortcast_ml.seeing.occlusion import occlude
    from shortcast_ml.seeing.overlay import draw_effects

    model = parts().model
    row = feature_row(draft, channel)
    if model.thumbnail is None:
        raise InputError(
            f"The forecast model {model.name} does not read thumbnails: ask for `title fit`, or use the starter."
        )
    content, within = cut_bars(image)
    found = occlude(image, _score(draft, channel), SAME, within)
    blind = feature_row(draft.model_copy(update={"thumbnail_path": None}), channel)
    whole = model.distribution(row, 30).centre - model.distribution(blind, 30).centre
    helps, hurts = _regions(found)
    notes = _notes(found, helps, hurts)
    if model.chance_of_order(abs(whole)) < DECISIVE:
        notes.insert(
            0,
            f"The whole picture changes the forecast ×{10**whole:.2f}, less than the model can tell from nothing.",
        )
    labelled = [
        (r.box, _percent(r.multiplier), good) for some, good in ((helps, True), (hurts, False)) for r in some
    ]
    top = max(float(abs(found.grid).max()), 2 * SAME)
    drawn = draw_effects(
        content,
        found.grid,
        labelled,
        (f"lowers the forecast {_percent(10**-top)}", "no effect", f"raises it {_percent(10**top)}"),
        2 * SAME,
    )
    return ThumbnailExplanation(
        method="occlusion",
        of="forecast",
        rows=found.grid.shape[0],
        columns=found.grid.shape[1],
        grid=tuple(tuple(float(v) for v in line) for line in found.grid),
        helps=helps,
        hurts=hurts,
        multiplier=10**whole,
        overlay_path=save_picture(drawn, "forecast-map"),
        notes=(*notes, *model.forecast(row).warnings),
        encoder_id=parts().model_encoder.id,
        model=model.name,
    )


def _score(draft: Draft, channel: ChannelHistory | None) -> "Score":
    """Return what gives log10 views at 30 days of a draft with other pictures in place of its own."""
    import numpy as np

    from shortcast_ml.encoders import encode_draft
    from shortcast_ml.features import PICTURE_COLUMNS
    from shortcast_ml.look import look_at

    model, encoder = parts().model, parts().model_encoder
    row = feature_row(draft, channel)
    title = encode_draft(encoder, draft.model_copy(update={"thumbnail_path": None})).title

    def score(images: "Sequence[Image]") -> "np.ndarray":
        out = []
        for image, vector in zip(images, encoder.encode_images(images), strict=True):
            seen = model.features(
                draft, channel, Embedding(encoder_id=encoder.id, title=title, image=vector)
            ).values
            picture = {column: seen[column] for column in (*PICTURE_COLUMNS, "alignment")} | look_at(image)
            changed = row.model_copy(update={"values": row.values | picture})
            out.append(model.distribution(changed, 30).centre)
        return np.array(out)

    return score


def _regions(found: "Occlusion") -> tuple[tuple[Region, ...], tuple[Region, ...]]:
    helps, hurts = (
        tuple(Region(box=box, multiplier=10**effect) for box, effect in some)
        for some in (found.helps, found.hurts)
    )
    return helps, hurts


def _notes(found: "Occlusion", helps: Sequence[Region], hurts: Sequence[Region]) -> list[str]:
    if not (helps or hurts):
        return ["No part by itself moves the forecast by as much as 0.5%."]
    return [
        "Each effect is the forecast with the part over the forecast with it greyed out: what the model makes of the"
        " picture, no cause. Grey changes sharpness and colour too."
    ]


def _percent(multiplier: float) -> str:
    return f"{100 * (multiplier - 1):+.1f}%"


# --- the title ---------------------------------------------------------------------------------------


def _title_fit(image: "Image", draft: Draft) -> ThumbnailExplanation:
    from shortcast_ml.seeing.letterbox import cut_bars
    from shortcast_ml.seeing.occlusion import occlude
    from shortcast_ml.seeing.overlay import draw_effects
    from shortcast_ml.text import words_to_embed

    words = words_to_embed(draft)
    if not words:
        raise InputError("There is no title to fit: give the title as well, or ask for `forecast`.")
    encoder = parts().encoder
    title = encoder.encode_texts([words])[0]
    image, _ = cut_bars(image)
    found = occlude(image, lambda images: encoder.encode_images(images) @ title, SAME_FIT)
    labelled = [
        (box, f"{effect:+.2f}", good)
        for some, good in ((found.helps, True), (found.hurts, False))
        for box, effect in some
    ]
    top = max(float(abs(found.grid).max()), 2 * SAME_FIT)
    drawn = draw_effects(
        image,
        found.grid,
        labelled,
        (f"fits the title less {-top:.2f}", "no effect", f"fits it more {top:+.2f}"),
        2 * SAME_FIT,
    )
    notes = [
        f"Title and picture have a cosine of {found.base:.2f} by {encoder.id}; it says nothing of views."
    ]
    for some, verb in ((found.helps, "speaks most for"), (found.hurts, "speaks most against")):
        if some:
            notes.append(f"The {some[0][0].place} {verb} the title ({some[0][1]:+.2f}).")
    if not labelled:
        notes.append("No part by itself changes how well they fit.")
    if encoder.notice:
        notes.append(encoder.notice)
    return ThumbnailExplanation(
        method="occlusion",
        of="title fit",
        rows=found.grid.shape[0],
        columns=found.grid.shape[1],
        grid=tuple(tuple(float(v) for v in line) for line in found.grid),
        overlay_path=save_picture(drawn, "title-map"),
        notes=tuple(notes),
        encoder_id=encoder.id,
        model=encoder.id,
    )


# --- attention ---------------------------------------------------------------------------------------


def _attention(image: "Image") -> ThumbnailExplanation:
    from shortcast_ml.seeing.attention import attention_map
    from shortcast_ml.seeing.overlay import draw_attention

    encoder = parts().encoder
    found = attention_map(encoder, image)
    rows, columns = found.grid.shape
    row, column = divmod(int(found.grid.argmax()), columns)
    most = Box(
        x=found.seen.x + found.seen.width * column / columns,
        y=found.seen.y + found.seen.height * row / rows,
        width=found.seen.width / columns,
        height=found.seen.height / rows,
    )
    notes = [
        "Where the network looks to describe the picture; it says nothing of views.",
        f"It draws most on the {most.place}.",
    ]
    if found.seen.width * found.seen.height < 0.98:
        notes.append("The network sees only the middle of the picture, as framed; the map covers that part.")
    if encoder.id.endswith("/random"):
        notes.append("Its weights are random: where they look means nothing.")
    return ThumbnailExplanation(
        method="attention rollout",
        of="attention",
        rows=rows,
        columns=columns,
        grid=tuple(tuple(float(v) for v in line) for line in found.grid),
        overlay_path=save_picture(draw_attention(image, found.grid, found.seen), "attention-map"),
        notes=tuple(notes),
        encoder_id=encoder.id,
        model=encoder.id,
    )
