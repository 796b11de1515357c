"""Columns to factors: hundreds of columns, summed into about a dozen things that a creator knows.

One readable table: the factor's name, its words for a creator, whether the creator can change it, and the
columns that belong to it (a trailing * stands for every column that begins so).
"""

from typing import NamedTuple

from shortcast_ml.growth import REFERENCE_DAYS
from shortcast_ml.records import ChannelHistory, Draft


class FactorRow(NamedTuple):
    """One factor of the table."""

    name: str
    label: str
    changeable: bool
    columns: tuple[str, ...]


FACTORS = (
    FactorRow("age", "time since publishing", False, ("log10_age_days",)),
    FactorRow("channel_size", "channel size", False, ("log10_followers",)),
    FactorRow(
        "channel_level", "what the channel usually reaches", False,
        ("history_median", "history_low", "history_high", "history_spread", "history_uploads"),
    ),
    FactorRow(
        "recent_form", "the channel's recent form", False,
        ("history_recent", "history_last", "history_2nd_last", "history_3rd_last", "history_4th_last",
         "history_weighted", "history_lowest_of_5", "history_highest_of_5", "history_spread_of_5",
         "history_trend", "history_past_3_days", "history_past_14_days"),
    ),
    FactorRow(
        "rhythm", "publishing rhythm", True,
        ("history_gap_days", "history_interval_days", "history_last_day", "history_last_7_days",
         "history_last_30_days"),
    ),
    FactorRow("length", "video length", True, ("log10_duration", "history_same_length")),
    FactorRow("title_length", "title length", True, ("title_chars", "title_words")),
    FactorRow(
        "title_wording", "title wording", True,
        ("title_exclaims", "title_question", "title_digits", "title_caps_share", "title_emoji",
         "title_mentions", "title_click_words", "title_hangul_share", "title_latin_share", "title_accent_share"),
    ),
    FactorRow("hashtags", "hashtags", True, ("hashtags", "hashtags_generic")),
    FactorRow(
        "publish_time", "publish time", True, ("publish_hour_utc", "publish_weekday", "history_same_hour")
    ),
    FactorRow(
        "topic",
        "topic of the title",
        True,
        ("topic_*", "history_alike", "history_alike_close", "history_alike_most"),
    ),
    FactorRow("faces", "faces on the thumbnail", True, ("look_faces", "look_face_area")),
    FactorRow(
        "thumbnail_look", "thumbnail look", True,
        ("look_brightness", "look_contrast", "look_colourfulness", "look_saturation", "look_warmth",
         "look_sharpness", "look_clutter"),
    ),
    FactorRow("thumbnail_content", "what the thumbnail shows", True, ("picture_*",)),
    FactorRow("title_thumbnail_fit", "fit of title and thumbnail", True, ("alignment",)),
)  # fmt: skip


def factor_of(column: str) -> FactorRow:
    """Return the factor that a column belongs to; each column has exactly one."""
    for factor in FACTORS:
        for pattern in factor.columns:
            if column == pattern or (pattern.endswith("*") and column.startswith(pattern[:-1])):
                return factor
    raise KeyError(f"column {column} belongs to no factor")


def factor_table_markdown() -> str:
    """Return the table as Markdown, for the docs and a model's card."""
    rows = [
        f"| {f.label} | {'yes' if f.changeable else 'no'} | {', '.join(f'`{c}`' for c in f.columns)} |"
        for f in FACTORS
    ]
    return "\n".join(["| factor | can be changed | columns |", "|---|---|---|", *rows])


def observe(draft: Draft, channel: ChannelHistory | None, values: dict[str, float]) -> dict[str, str]:
    """Return what was seen of each factor, in a few words; a factor with nothing to say is left out."""
    titled = bool(draft.title.strip())
    uploads = len(channel.uploads) if channel else 0
    level = f"{uploads} earlier uploads" if uploads else "not given"
    if not uploads and channel and channel.typical_views:
        level = f"{channel.typical_views:,.0f} views, as stated"
    known_size = channel is not None and channel.followers is not None
    seen = {
        "age": f"{REFERENCE_DAYS:.0f} days",
        "channel_size": f"{channel.followers:,} followers" if channel and known_size else "not given",
        "channel_level": level,
        "recent_form": f"{min(uploads, 5)} latest uploads" if uploads else "not given",
        "length": f"{draft.duration_s:.0f} s" if draft.duration_s else "not given",
        "title_length": f"{values['title_chars']:.0f} characters" if titled else "not given",
        "hashtags": f"{len(draft.hashtags)} hashtags" if titled or draft.hashtags else "not given",
        "publish_time": draft.publish_at.strftime("%A %H:%M UTC") if draft.publish_at else "not planned",
    }
    if draft.thumbnail_path is not None:
        seen["faces"] = (
            f"{values['look_faces']:.0f} found" if values["look_faces"] == values["look_faces"] else ""
        )
        if values["alignment"] == values["alignment"]:
            seen["title_thumbnail_fit"] = f"similarity {values['alignment']:.2f}"
    return {name: text for name, text in seen.items() if text}
