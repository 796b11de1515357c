"""The tool that looks again at the counts of chosen videos, on a schedule that is dense while they are young."""

from typing import Annotated

from pydantic import Field

from shortcast_ml.records import TrackReport
from shortcast_tools.collecting.following import follow_links, look, tracking_report
from shortcast_tools.parts import parts

MOST_ROWS = 50


def track_videos(
    links: Annotated[
        list[str], Field(max_length=50, description="Links of videos to follow from now on.")
    ] = [],  # noqa: B006 - never changed; a list is what every surface understands
    ids: Annotated[
        list[str], Field(max_length=50, description="Ids of library videos to follow from now on.")
    ] = [],  # noqa: B006
) -> TrackReport:
    """Follow videos' views over time, and look at every followed video that is due.

    Use it only when the user asks to follow, track or watch videos, or how followed ones are doing (then without
    arguments). A video is looked at 1, 2, 3, 4, 6, 9... hours after it was published, daily later, up to 90
    days; `shortcast track --watch` looks whenever one is due. To look at one video once use `fetch_video`.
    """
    here = parts()
    added, skipped = follow_links([*links, *ids], here) if links or ids else ([], [])
    found = look(here)
    if added:
        chosen = tracking_report(here, added)
        found = found.model_copy(update={"videos": chosen.videos, "skipped": (*skipped, *found.skipped)})
    return found.model_copy(update={"videos": found.videos[:MOST_ROWS]})
