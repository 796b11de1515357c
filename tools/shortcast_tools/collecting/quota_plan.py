"""What a request will be charged by the YouTube Data API, worked out from the calls that it will make.

A page of discovered videos (50 at most) is read with one videos.list and one channels.list, for the counts and
the followers. So a request's cost follows from its pages alone. The followers of a channel whose own uploads
are collected are known from looking it up.
"""

from dataclasses import dataclass
from math import ceil

from shortcast_ml.records import CollectRequest, QuotaPlan
from shortcast_tools.collecting.youtube_links import Channel, Target, Videos, Words
from shortcast_vectorstore.quota import QuotaLedger

PAGE = 50  # items on a page, and ids in a call: the most that the API takes
SEED_SEARCHES = (
    15  # of a stratified request at most: five windows of time in three orders, see youtube_search
)
STRATA_FACTOR = 3  # videos looked at for each one wanted, so that the bins at the ends fill too
LIST_FACTOR = 10  # the same in a channel or playlist, where most may be of the other kind


@dataclass(frozen=True)
class Listed:
    """What looking a channel or playlist up said: how many items it lists, and the calls that this took."""

    total: int
    channel_calls: int


@dataclass(frozen=True)
class Work:
    """The calls that a request makes, by what they are for."""

    searches: int = 0
    lookups: int = 0  # of a channel
    list_pages: int = 0  # of uploads and playlists
    reads: int = 0  # of videos.list, by 50
    channel_reads: int = 0
    exact: bool = True

    @property
    def units(self) -> int:
        """What they cost of the bucket that all but searches share."""
        return self.lookups + self.list_pages + self.reads + self.channel_reads


def search_pages(request: CollectRequest) -> tuple[int, int]:
    """Return the searches that words cost, and the pages of the found channels' uploads."""
    if not request.stratified:
        return ceil(request.limit / PAGE), 0
    pages = ceil(STRATA_FACTOR * request.limit / PAGE)
    searches = min(ceil(pages / 3), SEED_SEARCHES)
    return searches, pages - searches


def list_pages(request: CollectRequest) -> int:
    """Return how many pages of a channel or playlist are looked at, at most."""
    return LIST_FACTOR * ceil(request.limit / PAGE)


def work_of(target: Target, request: CollectRequest, listed: Listed | None) -> Work:
    """Return the calls for a request; `listed` is of a channel or playlist.

    The work is exact where a clean run can't end before it: links, words, and lists that are wanted whole. It
    is what is charged at most where the limit, or the bins of a stratified request, may be full earlier.
    """
    if isinstance(target, Videos):
        n = len(target.items)
        return Work(reads=ceil(n / PAGE), channel_reads=ceil(n / PAGE), exact=request.limit >= n)
    if isinstance(target, Words):
        searches, pages = search_pages(request)
        reads = searches + pages
        return Work(searches, 0, pages, reads, reads, exact=not request.stratified)
    if listed is None:
        raise ValueError("a channel or playlist is planned after it was looked up")
    pages = min(ceil(listed.total / PAGE), list_pages(request))
    return Work(
        lookups=listed.channel_calls,
        list_pages=max(pages, 1),
        reads=pages,
        channel_reads=0 if isinstance(target, Channel) else pages,
        exact=request.limit >= listed.total,
    )


def plan_of(work: Work, already: int, ledger: QuotaLedger) -> QuotaPlan:
    """Return the plan of some work, of which `already` units were charged for looking it up."""
    searches_left, units_left = ledger.left("search"), ledger.left("units")
    units_to_come = work.units - already
    enough = work.searches <= searches_left and units_to_come <= units_left
    parts = []
    if work.searches:
        parts.append(f"{work.searches:,} of today's {searches_left:,} remaining search calls")
    parts.append(f"{units_to_come:,} of {units_left:,} remaining units")
    says = f"This takes {'' if work.exact else 'at most '}{' and '.join(parts)} of the YouTube Data API"
    if already:
        says += f" (looking it up took {already})"
    if enough:
        says += "."
    else:
        says += f"; it stops when they are used up, and goes on when asked again after {ledger.when_reset()}."
    return QuotaPlan(
        search_calls=work.searches,
        units=work.units,
        exact=work.exact,
        search_calls_left=searches_left,
        units_left=units_left,
        enough=enough,
        says=says,
    )
