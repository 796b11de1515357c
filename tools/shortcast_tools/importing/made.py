"""Rows of a table made into videos, or into looks at videos; every cell that can't be used is named."""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shortcast_ml.data.mapping import Source
from shortcast_ml.records import BadRow, ChannelHistory, Counts, Draft, Platform, Published, utc_now
from shortcast_tools.draft import SHORTS_MAX_S, find_hashtags, guess_language
from shortcast_tools.importing.columns import Layout
from shortcast_tools.importing.problems import Problems
from shortcast_tools.importing.readers import LINKS, Mended, at_hour, id_in, is_empty, reader_of
from shortcast_tools.importing.tables import Batch
from shortcast_vectorstore.rows import AHEAD, Look

NEEDED = ("video_id", "views", "platform")  # a row in which they can't be read is dropped
HIDDEN_LIKES = 10  # no views beside so many likes: the views were hidden, not none
SHOWN = 60  # characters of a cell in a report
MOST_HASHTAGS = 100

Values = dict[str, Any]


class Maker:
    """Makes records of one table's batches, and names what it can't use."""

    def __init__(self, path: Path, layout: Layout, read_at: datetime, problems: Problems) -> None:
        self._path = path
        self._layout = layout
        self._file_date = read_at  # when the table itself doesn't say
        self._problems = problems
        self._readers = {
            field: reader_of(field, source, path.parent) for field, source in layout.sources.items()
        }
        self._latest = utc_now() + AHEAD
        self.undated = False  # whether a row's counts were taken to be of the file's date

    def videos(self, batch: Batch) -> Iterator[tuple[int, int | None, Published]]:
        """Yield (row, line, video) of the rows that can be used."""
        for row, line, values in self._rows(batch):
            try:
                video = self._video(row, line, values)
            except ValidationError as error:
                first = error.errors()[0]
                self.drop(row, line, str(first["loc"][-1]) if first["loc"] else "", first["msg"])
                continue
            if video is not None:
                yield row, line, video

    def looks(self, batch: Batch) -> Iterator[tuple[int, int | None, Look]]:
        """Yield (row, line, look) of the rows that can be used; a look without views says nothing."""
        for row, line, values in self._rows(batch):
            video_id = values["video_id"]
            if self._layout.ids:
                video_id = self._layout.ids.get(video_id)
            if video_id is None:
                self.drop(row, line, self._name("video_id"), "is empty or unknown")
                continue
            if values.get("views") is None:
                continue
            read_h = self._layout.read_h
            at = values.get("read_at")
            look = Look(
                video_id=video_id,
                counts=_counts(values),
                at=at_hour(at, read_h) if at is not None and read_h is not None else at,
                age_days=values.get("age_days"),
                platform=values.get("platform"),
                by_day=read_h is not None,
            )
            yield row, line, look

    def drop(self, row: int, line: int | None, column: str, problem: str) -> None:
        """Name a row that is not kept."""
        self._problems.add(self._bad(row, line, column, problem, dropped=True))

    # --- cells ---------------------------------------------------------------------------------------

    def _rows(self, batch: Batch) -> Iterator[tuple[int, int | None, Values]]:
        """Yield (row, line, values by field) of a batch; dropped rows are named and left out."""
        n, ragged = len(batch.rows), deque(batch.ragged)
        columns: dict[str, list[Any]] = {}
        wrong: dict[int, list[tuple[str, str, bool]]] = {}
        for field, source in self._layout.sources.items():
            given = batch.columns[source.column] if source.column is not None else [source.value] * n
            columns[field] = self._read(field, given, wrong)
        fields = list(columns)
        for i, cells in enumerate(zip(*columns.values(), strict=True)):
            row, line, found = batch.rows[i], batch.lines[i], wrong.get(i, ())
            while ragged and ragged[0][0] < row:
                self._drop_ragged(*ragged.popleft())
            dropped = any(drops for _, _, drops in found)
            for field, problem, drops in found:
                self._problems.add(self._bad(row, line, self._name(field), problem, dropped=drops))
            values = dict(zip(fields, cells, strict=True))
            if not dropped and not self._hidden(row, line, values):
                yield row, line, values
        for rest in ragged:
            self._drop_ragged(*rest)

    def _drop_ragged(self, row: int, line: int | None, problem: str) -> None:
        self.drop(row, line, "", problem)

    def _read(self, field: str, given: list[Any], wrong: dict[int, list[tuple[str, str, bool]]]) -> list[Any]:
        """Return a column's values, None where there is none; what is wrong goes into `wrong`, by position."""
        read, values = self._readers[field], list[Any]()
        for i, cell in enumerate(given):
            value = None
            if not is_empty(field, cell):
                try:
                    value = read(cell)
                except Mended as mended:
                    value = mended.value
                    wrong.setdefault(i, []).append((field, f"{_shown(cell)} {mended}", False))
                except (ValueError, OverflowError, OSError, TypeError) as error:
                    wrong.setdefault(i, []).append((field, f"{_shown(cell)} {error}", field in NEEDED))
            values.append(value)
        return values

    def _hidden(self, row: int, line: int | None, values: Values) -> bool:
        likes = values.get("likes") or 0
        if values.get("views") == 0 and likes >= HIDDEN_LIKES:
            self.drop(row, line, self._name("views"), f"is 0 beside {likes:,} likes: the views were hidden")
            return True
        return False

    def _bad(self, row: int, line: int | None, column: str, problem: str, *, dropped: bool) -> BadRow:
        return BadRow(
            file=self._path.name, row=row, line=line, column=column, problem=problem, dropped=dropped
        )

    def _name(self, field: str) -> str:
        source = self._layout.sources.get(field, Source(value=""))
        return source.column or field

    # --- videos --------------------------------------------------------------------------------------

    def _video(self, row: int, line: int | None, values: Values) -> Published | None:
        url = values.get("url")
        named = id_in(url) if url else None
        video_id = values.get("video_id") or (named[0] if named else None)
        if video_id is None:
            self.drop(row, line, self._name("video_id"), "is empty: the row does not say which video it is")
            return None
        title, description = values.get("title") or "", values.get("description") or ""
        tags = (*find_hashtags(title, description), *(values.get("hashtags") or ()))
        hashtags = tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_HASHTAGS]
        platform = self._platform(values, named[1] if named else None, hashtags)
        if platform is None:
            self.drop(row, line, self._name("platform"), "is empty: the row does not say where the video is")
            return None
        fetched_at, published_at, age_days = self._times(row, line, values)
        name, followers = values.get("channel_name"), values.get("followers")
        return Published(
            draft=Draft(
                platform=platform,
                title=title,
                description=description,
                hashtags=hashtags,
                language=values.get("language") or guess_language(title or description),
                duration_s=values.get("duration_s"),
                publish_at=published_at,
                thumbnail_path=values.get("thumbnail"),
            ),
            video_id=video_id,
            url=url or LINKS[platform].format(id=video_id),
            fetched_at=fetched_at,
            published_at=published_at,
            age_days=age_days,
            counts=_counts(values) if values.get("views") is not None else None,
            channel_id=values.get("channel_id") or name,
            channel=ChannelHistory(name=name, followers=followers) if name or followers is not None else None,
            source="csv",
        )

    def _platform(
        self, values: Mapping[str, Any], by_link: Platform | None, hashtags: tuple[str, ...]
    ) -> Platform | None:
        """Return what the row says, else its link, else the whole table; a YouTube video may be a Short."""
        said: Platform | None = values.get("platform")
        platform = said or by_link or self._layout.platform
        if platform != "youtube" or said is not None:
            return platform
        duration_s = values.get("duration_s")
        brief = duration_s is not None and duration_s <= SHORTS_MAX_S
        tagged = values.get("short") or "shorts" in (tag.casefold() for tag in hashtags)
        return "youtube_shorts" if brief or (tagged and duration_s is None) else "youtube"

    def _times(
        self, row: int, line: int | None, values: Values
    ) -> tuple[datetime, datetime | None, float | None]:
        """Return when the counts were read, when it was published, and its age then, as far as they are said."""
        published: datetime | None = values.get("published_at")
        read: datetime | None = values.get("read_at")
        age: float | None = values.get("age_days")
        if read is not None and read > self._latest:
            self._left_out(row, line, "read_at", read, "is in the future")
            read = None
        if published is not None and published > self._latest:
            self._left_out(row, line, "published_at", published, "is in the future")
            published = None
        if read is None and published is not None and age is not None:
            read = published + timedelta(days=age)
            if read > self._latest:
                self._left_out(row, line, "age_days", age, "ends in the future")
                read = age = None
        if read is None:
            read, self.undated = self._file_date, True
        if published is not None and published > read:
            self._left_out(row, line, "published_at", published, "is after its views were read")
            published = None
        if published is not None and age is None:
            age = (read - published).total_seconds() / 86400 or None
        return read, published, age

    def _left_out(self, row: int, line: int | None, field: str, value: Any, problem: str) -> None:
        shown = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else _shown(value)
        self._problems.add(self._bad(row, line, self._name(field), f"{shown} {problem}", dropped=False))


def _counts(values: Mapping[str, Any]) -> Counts:
    return Counts(
        views=values["views"],
        likes=values.get("likes"),
        comments=values.get("comments"),
        shares=values.get("shares"),
    )


def _shown(cell: Any) -> str:
    text = str(cell)
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
