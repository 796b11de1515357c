"""The demo library: invented videos, so that "similar videos" works before anything is collected.

Titles, channels and counts are made up; pictures are drawn, each with a DEMO mark. No record here is a
real video, and each says so (`demo=True`, `source="demo"`, a link that leads nowhere).
"""

import json
import os
import random
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.records import ChannelHistory, Counts, Draft, Published

if TYPE_CHECKING:
    from PIL import Image, ImageFont

DATA = Path(__file__).with_name("demo_library.json")
SIZE = (360, 640)
ICON_PX = 200


def demo_videos(pictures: Path) -> list[Published]:
    """Return the invented videos; their thumbnails are expected in the folder `pictures`."""
    return [video for video, _, _ in _entries(pictures)]


def unrelated_titles() -> list[str]:
    """Return the words of the invented titles, each once: they are about a dozen things, in several languages."""
    from shortcast_ml.text import words_to_embed

    return list(dict.fromkeys(words_to_embed(video.draft) for video in demo_videos(Path())))


def draw_demo_pictures(pictures: Path) -> int:
    """Draw the thumbnails that the folder `pictures` lacks, and return how many. Raises OSError."""
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for video, niche, cover in _entries(pictures):
        path = video.draft.thumbnail_path
        if path is None or path.exists():
            continue
        part = path.with_suffix(f".{os.getpid()}.part")  # renamed when whole: a kill leaves no half picture
        _draw(niche, cover, video.video_id).save(part, "JPEG", quality=85)
        part.replace(path)
        drawn += 1
    return drawn


def _entries(pictures: Path) -> list[tuple[Published, dict[str, Any], str]]:
    """Return (video, niche, words on its thumbnail) of each entry of the data file."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    fetched_at = datetime.fromisoformat(data["fetched_at"])
    entries = []
    for niche in data["niches"]:
        for channel in niche["channels"]:
            for number, (title, cover, views, age_days, duration_s) in enumerate(channel["uploads"], start=1):
                video_id = f"demo-{channel['id']}-{number}"
                video = Published(
                    draft=Draft(
                        platform=channel["platform"],
                        title=title,
                        hashtags=tuple(re.findall(r"#(\w+)", title)),
                        language=channel["language"],
                        duration_s=duration_s,
                        width_px=1080,
                        height_px=1920,
                        thumbnail_path=pictures / f"{video_id}.jpg",
                    ),
                    video_id=video_id,
                    url=f"https://example.invalid/demo/{video_id}",
                    fetched_at=fetched_at,
                    published_at=fetched_at - timedelta(days=age_days),
                    age_days=age_days,
                    counts=Counts(views=views),
                    channel_id=f"demo-{channel['id']}",
                    channel=ChannelHistory(name=channel["name"], followers=channel["followers"]),
                    source="demo",
                    demo=True,
                )
                entries.append((video, niche, cover))
    return entries


# --- drawing -----------------------------------------------------------------------------------------


def _draw(niche: dict[str, Any], cover: str, video_id: str) -> "Image.Image":
    """Return a vertical thumbnail: a gradient, soft circles, the niche's icon, big words, a DEMO mark."""
    from PIL import Image, ImageDraw, ImageOps

    width, height = SIZE
    chance = random.Random(video_id)  # noqa: S311 - the same picture every time, nothing secret
    ramp = Image.linear_gradient("L").resize(SIZE)
    if chance.random() < 0.5:
        ramp = ImageOps.flip(ramp)
    picture = ImageOps.colorize(ramp, niche["top"], niche["bottom"])
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(4):
        x, y, r = chance.randint(0, width), chance.randint(0, height), chance.randint(40, 150)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255, chance.randint(14, 40)))

    icon = _icon(json.dumps(niche["icon"])).rotate(chance.uniform(-12, 12), expand=True)
    x = (width - icon.width) // 2 + chance.randint(-50, 50)
    y = chance.randint(300, 360)
    draw.ellipse((x - 6, y - 6, x + icon.width + 6, y + icon.height + 6), fill=(0, 0, 0, 45))
    picture.paste(icon, (x, y), icon)

    y = 90
    for line in _wrap(cover, 50, width - 40):
        font = _font(50)
        left = (width - font.getlength(line)) / 2
        draw.text((left + 3, y + 3), line, font=font, fill=(0, 0, 0, 140))
        draw.text((left, y), line, font=font, fill="white", stroke_width=1, stroke_fill="white")
        y += 60
    draw.rectangle((width / 2 - 40, y + 8, width / 2 + 40, y + 14), fill=niche["accent"])
    draw.rounded_rectangle((width - 84, 14, width - 14, 42), 8, fill=(0, 0, 0, 150))
    draw.text((width - 49, 28), "DEMO", font=_font(20), fill="white", anchor="mm")
    return picture


@cache
def _icon(shapes: str) -> "Image.Image":
    """Return an icon as RGBA from the shapes of the data file, given on a 100 by 100 grid."""
    from PIL import Image, ImageDraw

    scale = 2 * ICON_PX / 100  # drawn at twice the size: shrinking smooths the edges
    image = Image.new("RGBA", (2 * ICON_PX, 2 * ICON_PX))
    draw = ImageDraw.Draw(image)
    for kind, *rest in json.loads(shapes):
        if kind == "oval":
            draw.ellipse([scale * v for v in rest[:4]], fill=rest[4])
        elif kind == "round":
            draw.rounded_rectangle([scale * v for v in rest[:4]], scale * rest[4], fill=rest[5])
        elif kind == "arc":
            box, (start, end, width, colour) = rest[:4], rest[4:]
            draw.arc([scale * v for v in box], start, end, colour, round(scale * width))
        elif kind == "line":
            points, width, colour = rest
            draw.line([scale * v for v in points], colour, round(scale * width), joint="curve")
        else:
            points, colour = rest
            draw.polygon([scale * v for v in points], fill=colour)
    return image.resize((ICON_PX, ICON_PX), Image.Resampling.LANCZOS)


@cache
def _font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _wrap(words: str, size: int, width: int) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        if lines and _font(size).getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
