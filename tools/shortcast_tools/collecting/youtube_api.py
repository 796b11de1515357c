"""The YouTube Data API v3 as a source of videos: exact counts, and a cost that is known beforehand."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shortcast_ml.errors import LinkError
from shortcast_ml.records import CollectRequest, QuotaPlan, SourceName, utc_now
from shortcast_tools.collecting.quota_plan import PAGE, Listed, plan_of, work_of
from shortcast_tools.collecting.retries import Patience
from shortcast_tools.collecting.sources import Page, Reading
from shortcast_tools.collecting.youtube_client import TIMEOUT_S, Json, YouTubeClient
from shortcast_tools.collecting.youtube_links import VIDEO_ID, Channel, Playlist, Videos, target_of
from shortcast_tools.collecting.youtube_search import (
    list_of,
    list_page,
    pages_of_links,
    pages_of_list,
    pages_of_strata,
    pages_of_words,
)
from shortcast_tools.collecting.youtube_videos import PARTS, PLAYER_HEIGHT, reading_of
from shortcast_vectorstore.quota import QUOTAS, Bucket, QuotaLedger, account_of

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings
    from shortcast_vectorstore.database import Database


@dataclass(frozen=True)
class LookedUp:
    """A channel or playlist that was looked up, with the first page of its list: nothing is asked twice."""

    playlist: str
    first: Json
    channel_calls: int

    @property
    def listed(self) -> Listed:
        """What planning needs of it."""
        total = self.first.get("pageInfo", {}).get("totalResults")
        return Listed(len(self.first.get("items", ())) if total is None else int(total), self.channel_calls)

    @property
    def units(self) -> int:
        """What looking it up cost."""
        return self.channel_calls + 1


class YouTubeApi:
    """A `Source`. Threads may share it. Raises InputError when the settings have no key for the API."""

    name: SourceName = "youtube-api"
    batch = PAGE

    def __init__(
        self,
        settings: "Settings",
        db: "Database",
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = utc_now,
        timeout_s: float = TIMEOUT_S,
        quotas: dict[Bucket, int] | None = None,
    ) -> None:
        key = settings.youtube_api_key
        self.ledger = QuotaLedger(
            db, account_of(key.get_secret_value() if key else ""), clock, quotas or QUOTAS
        )
        self.client = YouTubeClient(
            settings, self.ledger, patience=patience, sleep=sleep, timeout_s=timeout_s
        )
        self._clock = clock
        self._looked_up: dict[Channel | Playlist, LookedUp] = {}
        self._channels: dict[str, Json] = {}  # those that were looked up, by id

    def plan(self, request: CollectRequest) -> QuotaPlan:
        """Say what the request costs: `QuotaPlan.exact` tells whether that is also the least of a clean run.

        A channel costs two units to look up (three at an address of old), a playlist one: these are the
        run's own first calls, are part of the plan, and `discover` does not make them again.

        Raises InputError, LinkError and ServiceError.
        """
        target = target_of(request)
        if not isinstance(target, Channel | Playlist):
            return plan_of(work_of(target, request, None), 0, self.ledger)
        found = self._look_up(target)
        return plan_of(work_of(target, request, found.listed), found.units, self.ledger)

    def discover(self, request: CollectRequest, cursor: str | None) -> Iterator[Page]:
        """Yield pages of videos, 50 or fewer on each, no more pages than planned.

        Where the plan ends before the list does, the last page's cursor says where a larger limit goes on.
        """
        target = target_of(request)
        if isinstance(target, Videos):
            yield from pages_of_links(target.items, cursor)
        elif isinstance(target, Channel | Playlist):
            playlist, first = list_of(cursor), None
            if playlist is None:
                found = self._look_up(target)
                playlist, first = found.playlist, found.first
                self._looked_up.pop(target, None)  # the next time it may list more
            yield from pages_of_list(self.client, playlist, request, cursor, first)
        elif request.stratified:
            yield from pages_of_strata(self.client, target.q, request, cursor, self._clock())
        else:
            yield from pages_of_words(self.client, target.q, request, cursor)

    def read(self, items: Sequence[str]) -> Iterator[Reading]:
        """Yield one reading for each item, in their order. Costs two units for every 50."""
        for start in range(0, len(items), PAGE):
            yield from self._read(items[start : start + PAGE])

    def _read(self, items: Sequence[str]) -> list[Reading]:
        ids = [item for item in dict.fromkeys(items) if VIDEO_ID.fullmatch(item)]
        videos: dict[str, Json] = {}
        if ids:
            answer = self.client.list("videos", part=PARTS, id=",".join(ids), maxHeight=PLAYER_HEIGHT)
            videos = {str(video.get("id")): video for video in answer.get("items", ())}
        now = self._clock()
        of = {id: str(video.get("snippet", {}).get("channelId", "")) for id, video in videos.items()}
        channels = self._read_channels({channel for channel in of.values() if channel})
        return [
            reading_of(item, videos.get(item), channels.get(of.get(item, "")), now)
            if VIDEO_ID.fullmatch(item)
            else Reading(item, None, reason="it is not the link of a YouTube video")
            for item in items
        ]

    def _read_channels(self, ids: set[str]) -> dict[str, Json]:
        """Return the channels of a batch, asked for anew: what a batch costs is then known beforehand."""
        unknown = sorted(ids - self._channels.keys())
        if not unknown:
            return self._channels
        answer = self.client.list(
            "channels", part="snippet,statistics", id=",".join(unknown), maxResults=PAGE
        )
        return self._channels | {str(channel.get("id")): channel for channel in answer.get("items", ())}

    def _look_up(self, target: Channel | Playlist) -> LookedUp:
        """Return a channel's uploads or a playlist, with its first page. Raises LinkError when there is none."""
        if target in self._looked_up:
            return self._looked_up[target]
        playlist, calls = (target.id, 0) if isinstance(target, Playlist) else self._uploads(target)
        try:
            first = list_page(self.client, playlist, None)
        except LinkError:
            if isinstance(target, Playlist):
                raise LinkError("YouTube has no such playlist, or it is private; check the link.") from None
            first = {}  # a channel without uploads has no such playlist
        found = self._looked_up[target] = LookedUp(playlist, first, calls)
        return found

    def _uploads(self, target: Channel) -> tuple[str, int]:
        """Return a channel's uploads playlist, and the calls that finding it took. Raises LinkError."""
        for calls, (way, value) in enumerate(target.ways, 1):
            answer = self.client.list(
                "channels", part="snippet,statistics,contentDetails", maxResults=PAGE, **{way: value}
            )
            for channel in answer.get("items", ()):
                uploads = channel.get("contentDetails", {}).get("relatedPlaylists", {}).get("uploads")
                if uploads:
                    self._channels[str(channel.get("id"))] = channel
                    return str(uploads), calls
        raise LinkError(
            f"YouTube has no channel {target.ways[0][1]!r} (any more); check the link, or copy it from the"
            " channel's page."
        )
