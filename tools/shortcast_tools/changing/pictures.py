"""Candidate thumbnails: words put on the picture, its words taken off, and frames of the video. Really drawn."""

from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.changes.patterns import without_emoji, words_of
from shortcast_ml.errors import ShortcastError
from shortcast_ml.records import Draft
from shortcast_tools.changing.edits import Edit
from shortcast_tools.drawn import QUALITY
from shortcast_tools.parts import parts
from shortcast_tools.progress import report

if TYPE_CHECKING:
    from PIL.Image import Image

    from shortcast_ml.watching.stills import Found
    from shortcast_ml.words_on_pictures import Words

FRAMES, MORE_FRAMES = 4, 12
ON_PICTURE_WORDS, ON_PICTURE_LETTERS = 3, 18  # what can be read on a phone
ALL_WORDS = 4  # a title of so many words goes on the picture whole
TEXT_SHARE = 0.13  # height of a line over the picture's
WIDTH_SHARE = 0.9
WORK_PX = 1_280
PLACES = {"bottom": 0.86, "top": 0.14}  # middle of the line, as a share of the height
GROWN = 0.012  # by how much a mask is wider than the words, of the picture's long side
MOST_COVERED = 0.35  # of the picture: more can't be painted over from its surroundings

WORDS_GROUP = "words on the picture"
FRAME_GROUP = "another frame as the thumbnail"


def stand_in(draft: Draft, folder: Path, *, thorough: bool) -> "tuple[Draft, list[Edit]]":
    """Return the draft with a thumbnail, and the frames of its video that could be one instead.

    Without a given thumbnail the frame a quarter into the video stands in. Frames that can't be read are no error
    here: the draft then stays as it is.
    """
    if draft.video_path is None:
        return draft, []
    report(20, 100, f"Looking through {draft.video_path.name}")
    try:
        found = _stills(draft.video_path, MORE_FRAMES if thorough else FRAMES)
    except ShortcastError:
        return draft, []
    given = draft.thumbnail_path is not None
    if not given:
        draft = draft.model_copy(update={"thumbnail_path": _kept(found.stand_in.image, folder, "stand-in")})
    before = "the thumbnail as it is" if given else f"the frame at {found.stand_in.at_s:.1f} s"
    edits = []
    for i, candidate in enumerate(found.candidates):
        path = _kept(candidate.image, folder, f"frame-{i}")
        edits.append(
            Edit(
                f"Take the frame at {candidate.at_s:.1f} s as the thumbnail.",
                FRAME_GROUP,
                "thumbnail",
                before,
                f"the frame at {candidate.at_s:.1f} s",
                draft.model_copy(update={"thumbnail_path": path}),
                ("picture",),
                image=candidate.image,
            )
        )
    return draft, edits


def _stills(video: Path, most: int) -> "Found":
    from shortcast_ml.watching.stills import find_stills

    settings = parts().settings
    return find_stills(
        video, max_mb=settings.max_video_mb, max_s=float(settings.max_video_s), enough=most, most=most
    )


def worded(draft: Draft, folder: Path, *, thorough: bool, shown: str = "") -> list[Edit]:
    """Return the thumbnail without the words on it; where it has none, with words of the title on it.

    Nothing where there is no thumbnail. Words are put on only where an installed font draws them, and taken off only
    where `rapidocr` finds them. `shown` is what pictures with words did beside those without.
    """
    if draft.thumbnail_path is None:
        return []
    from shortcast_ml.media import open_image
    from shortcast_ml.words_on_pictures import LOOK_PX, can_read_words, read_words

    report(40, 100, "Reading the words on the thumbnail")
    image = open_image(draft.thumbnail_path, max_mpx=parts().settings.max_image_mpx).convert("RGB")
    image.thumbnail((WORK_PX, WORK_PX))
    lines = read_words(image, LOOK_PX) if can_read_words() else ()
    if lines:
        cleaned = without_words(image, lines)
        if cleaned is None:
            return []
        made = [("Take the words off the thumbnail.", "with words", "without words", cleaned)]
    else:
        made = []
        text = short_words(draft.title)
        for place in PLACES if thorough else ("bottom",):
            drawn = with_words(image, text, place) if text else None
            if drawn is not None:
                what = f'Put the words "{text}" on the thumbnail, at the {place}.'
                made.append((what, "without words", f'"{text}" at the {place}', drawn))
    return [
        Edit(
            what,
            WORDS_GROUP,
            "thumbnail",
            before,
            after,
            draft.model_copy(update={"thumbnail_path": _kept(picture, folder, f"words-{i}")}),
            ("picture",),
            shown=shown,
            image=picture,
        )
        for i, (what, before, after, picture) in enumerate(made)
    ]


def short_words(title: str) -> str:
    """Return the title's words as they fit on a picture: all of a short title, else its first ones."""
    words = without_emoji(words_of(title)).split()
    text = " ".join(words if len(words) <= ALL_WORDS else words[:ON_PICTURE_WORDS])
    return text if len(text) <= ON_PICTURE_LETTERS else text[:ON_PICTURE_LETTERS].rsplit(" ", 1)[0]


def with_words(image: "Image", text: str, place: str) -> "Image | None":
    """Return the picture with white, black-edged words at the top or bottom; None where no font draws them."""
    from PIL import ImageDraw, ImageFont

    from shortcast_ml.niche.fonts import font_file

    file = font_file(text)
    if file is None:
        return None
    out = image.copy()
    draw = ImageDraw.Draw(out)
    size = max(8, round(TEXT_SHARE * out.height))
    font = ImageFont.truetype(file, size)
    wide = draw.textlength(text, font)
    if wide > WIDTH_SHARE * out.width:
        size = max(8, int(size * WIDTH_SHARE * out.width / wide))
        font = ImageFont.truetype(file, size)
    middle = (out.width / 2, PLACES[place] * out.height)
    draw.text(middle, text, "white", font, anchor="mm", stroke_width=max(1, size // 10), stroke_fill="black")
    return out


def without_words(image: "Image", lines: "tuple[Words, ...]") -> "Image | None":
    """Return the picture with its words painted over from what is around them; None where they cover too much.

    Source: Telea, "An image inpainting technique based on the fast marching method", 2004.
    """
    import cv2
    import numpy as np
    from PIL import Image

    pixels = np.asarray(image.convert("RGB"))
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    grow = max(1, round(GROWN * max(height, width)))
    for line in lines:
        x, y, w, h = line.box
        left, top = max(0, int(x * width) - grow), max(0, int(y * height) - grow)
        right, bottom = int((x + w) * width) + grow, int((y + h) * height) + grow
        mask[top:bottom, left:right] = 255
    if mask.mean() / 255 > MOST_COVERED:
        return None
    return Image.fromarray(cv2.inpaint(pixels, mask, 5, cv2.INPAINT_TELEA))


def _kept(image: "Image", folder: Path, name: str) -> Path:
    """Write a picture as `save_picture` does, so that what is forecast is what is kept."""
    path = folder / f"{name}.jpg"
    image.convert("RGB").save(path, "JPEG", quality=QUALITY, subsampling=0)
    return path
