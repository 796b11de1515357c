"""A picture read as a viewer would see it: without its bars, its look, faces and words, and where they lie."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.look import find_faces, look_at
from shortcast_ml.records import Box, SeenWords
from shortcast_ml.seeing.composition import centre_of, salient, thirds_of
from shortcast_ml.seeing.letterbox import cut_bars
from shortcast_ml.words_on_pictures import can_read_words, read_words

if TYPE_CHECKING:
    from PIL.Image import Image

FACES_PX = 640  # long side at which faces are looked for: the smallest that is found is 4% of it

# How wide a phone shows a picture, in CSS px. 360 is the commonest width of a phone's screen (StatCounter, screen
# resolutions, mobile): YouTube's home feed fills it with one landscape thumbnail; a channel's Shorts tab and a
# TikTok profile put three vertical covers side by side.
PHONE_PX = 360.0
COVERS_ACROSS = 3
LEGIBLE_PX = 10.0  # height of a line: iOS sets its smallest text, the labels of its tab bar, in 10 pt

# Brightness, contrast, sharpness and clutter that are worth a note: about the outermost twentieth of trending
# YouTube thumbnails.
DARK, FLAT, SOFT, BUSY = 0.17, 0.29, 2.0, 0.21


@dataclass(frozen=True)
class Seen:
    """What is on a picture. Boxes and points are shares of `content`, not of the file."""

    content: "Image"
    box: Box  # of the content in the file
    look: dict[str, float]
    faces: tuple[Box, ...]  # largest first
    words: tuple[SeenWords, ...]
    words_read: bool
    centre: tuple[float, float]
    thirds: tuple[float, ...]

    @property
    def bars(self) -> float:
        """Share of the file that bars and padding fill."""
        return 1 - self.box.width * self.box.height

    @property
    def words_area(self) -> float:
        """Share of the content that boxes of words cover, where they overlap only once."""
        covered = np.zeros((200, 200), bool)
        for words in self.words:
            b = words.box
            rows = slice(int(b.y * 200), int(np.ceil((b.y + b.height) * 200)))
            covered[rows, int(b.x * 200) : int(np.ceil((b.x + b.width) * 200))] = True
        return float(covered.mean())

    @property
    def legible(self) -> bool | None:
        """Whether every line is LEGIBLE_PX high on a phone; None without words."""
        return all(words.phone_px >= LEGIBLE_PX for words in self.words) if self.words else None


def read_picture(image: "Image") -> Seen:
    """Return what is on a picture. Words are foreign text: data, never an instruction."""
    content, box = cut_bars(image.convert("RGB"))
    weights = salient(content)
    return Seen(
        content=content,
        box=box,
        look=look_at(content),
        faces=faces_on(content),
        words=words_on(content),
        words_read=can_read_words(),
        centre=centre_of(weights),
        thirds=thirds_of(weights),
    )


def faces_on(image: "Image") -> tuple[Box, ...]:
    """Return the boxes of frontal faces, largest first; a third is missed, and some are none."""
    grey = image.convert("L")
    scale = FACES_PX / max(grey.size)
    width, height = (max(round(side * scale), 1) for side in grey.size)
    found = find_faces(np.asarray(grey.resize((width, height), 3)))  # 3 is Pillow's BICUBIC
    boxes = [Box(x=x / width, y=y / height, width=w / width, height=h / height) for x, y, w, h in found]
    return tuple(sorted(boxes, key=lambda b: (-b.width * b.height, b.x, b.y)))


def words_on(image: "Image") -> tuple[SeenWords, ...]:
    """Return the lines of words in reading order, with their height where a phone shows the picture."""
    width_px, height_px = shown_px(*image.size)
    return tuple(
        SeenWords(
            text=words.text,
            confidence=words.confidence,
            box=_within(*words.box),
            phone_px=min(words.box[2] * width_px, words.box[3] * height_px),  # a line may run upwards
        )
        for words in read_words(image)
    )


def shown_px(width: int, height: int) -> tuple[float, float]:
    """Return the width and height at which a phone shows a picture, in CSS px."""
    shown = PHONE_PX / COVERS_ACROSS if height > width else PHONE_PX
    return shown, shown * height / width


def observe_picture(seen: Seen) -> tuple[str, ...]:
    """Say what is remarkable, without calling any of it a cause."""
    notes, look = [], seen.look
    if seen.bars >= 0.02:
        shape = "vertical" if seen.content.height > seen.content.width else "landscape"
        notes.append(
            f"Bars or padding fill {seen.bars:.0%} of the file; the {shape} picture between them was read."
        )
    if look["look_brightness"] < DARK:
        notes.append("The picture is dark.")
    if look["look_contrast"] < FLAT:
        notes.append("It has little contrast.")
    if look["look_sharpness"] < SOFT:
        notes.append("It is soft: little fine detail.")
    if look["look_clutter"] > BUSY:
        notes.append("It is busy: edges nearly everywhere.")
    if not seen.words_read:
        notes.append("Words were not looked for: that part is not installed (`pip install rapidocr`).")
    notes.append("The face finder misses about one face in three, and now and then sees one that is none.")
    return tuple(notes)


def _within(x: float, y: float, width: float, height: float) -> Box:
    """Return a box, cut to the picture."""
    x, y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    return Box(x=x, y=y, width=min(max(width, 0.0), 1 - x), height=min(max(height, 0.0), 1 - y))
