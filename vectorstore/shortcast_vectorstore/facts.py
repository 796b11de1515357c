"""What videos are filtered by, as arrays: a filter over 100,000 videos takes a millisecond or two."""

from typing import TYPE_CHECKING, Any

from shortcast_ml.records import SearchFilter
from shortcast_vectorstore.channels import over_typical
from shortcast_vectorstore.database import Database

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

READ = 5000  # videos read at once: the library is free in between
NUMBERS = ("views", "age_days", "duration_s", "published_at")  # float64, NaN where unknown
NAMES = ("platform", "language", "channel_id")  # numbers that stand for names, -1 where unknown


class FactTable:
    """The facts of every video that an encoder has looked at, one row a video.

    A row stays where it is while its video is in the library, so that other arrays can lie beside. The
    caller keeps threads apart.
    """

    def __init__(self, db: Database, encoder_id: str) -> None:
        import numpy as np

        self._db = db
        self._encoder_id = encoder_id
        self._seq = 0  # how far in the library's vectors this has come
        self.keys: list[str] = []
        self.row_of: dict[str, int] = {}  # only of videos that are still in the library
        self._codes: dict[str, dict[str, int]] = {name: {} for name in (*NAMES, "channel")}
        self._alive = np.zeros(0, bool)
        self._demo = np.zeros(0, bool)
        self._numbers = {name: np.zeros(0) for name in NUMBERS}
        self._names = {name: np.zeros(0, np.int64) for name in (*NAMES, "channel")}
        self._vs_channel: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def wasteful(self) -> bool:
        """Whether so many videos have gone that making the table anew is worth it."""
        return len(self.keys) > 1000 and len(self.row_of) < len(self.keys) / 2

    # --- following the library -----------------------------------------------------------------------

    def follow(self) -> None:
        """Take in what changed since: whatever changes a video gives its vectors a new `seq`."""
        looked_at = (
            "SELECT seq, videos.key, platform, language, channel_id, demo, views, age_days, duration_s,"
            " published_at FROM vectors JOIN videos ON videos.key = vectors.key"
            " WHERE seq > ? AND encoder_id = ? AND kind = 'title' ORDER BY seq LIMIT ?"
        )
        while rows := self._db.rows(looked_at, (self._seq, self._encoder_id, READ)):
            self._put([tuple(row) for row in rows])
            self._seq = rows[-1]["seq"]
        present = "FROM vectors WHERE encoder_id = ? AND kind = 'title'"
        if self._db.one(f"SELECT count(*) {present}", (self._encoder_id,)) != len(self.row_of):
            left = self._db.rows(f"SELECT key {present}", (self._encoder_id,))
            for key in self.row_of.keys() - {row["key"] for row in left}:
                self._alive[self.row_of.pop(key)] = False
            self._vs_channel = None

    def _put(self, rows: list[tuple[Any, ...]]) -> None:
        """Write rows in place where the video has one, else after the last."""
        import numpy as np

        _, keys, platforms, languages, channels, demo, *numbers = zip(*rows, strict=True)
        fresh = [key for key in keys if key not in self.row_of]
        self.row_of |= {key: len(self.keys) + i for i, key in enumerate(fresh)}
        self.keys += fresh
        at = np.array([self.row_of[key] for key in keys])

        def put(column: "npt.NDArray[Any]", values: object) -> "npt.NDArray[Any]":
            longer = np.concatenate([column, np.zeros(len(fresh), column.dtype)])
            longer[at] = values
            return longer

        self._alive, self._demo = put(self._alive, True), put(self._demo, np.array(demo, bool))
        for name, values in zip(NUMBERS, numbers, strict=True):
            self._numbers[name] = put(self._numbers[name], np.array(values, float))
        own = [c and f"{p}:{c}" for p, c in zip(platforms, channels, strict=True)]
        for name, texts in zip(self._names, (platforms, languages, channels, own), strict=True):
            self._names[name] = put(self._names[name], [self._code(name, text) for text in texts])
        self._vs_channel = None

    def _code(self, name: str, text: str | None) -> int:
        codes = self._codes[name]
        return -1 if text is None else codes.setdefault(text, len(codes))

    # --- asking --------------------------------------------------------------------------------------

    @property
    def vs_channel(self) -> "npt.NDArray[np.float64]":
        """Views over the typical views of the own channel, (n,) float64; NaN where unknown."""
        import numpy as np

        from shortcast_ml.growth import views_at_30_days

        if self._vs_channel is None:
            platforms = np.array([*self._codes["platform"], ""])[self._names["platform"]]
            views = np.where(self._alive, self._numbers["views"], np.nan)
            at_30 = views_at_30_days(views, self._numbers["age_days"], platforms)
            self._vs_channel = over_typical(self._names["channel"], at_30)
        return self._vs_channel

    def all_rows(self) -> "Rows":
        """Return the rows of the videos that are in the library."""
        import numpy as np

        return np.flatnonzero(self._alive)

    def channels(self, rows: "Rows") -> "Rows":
        """Return a number for the channel of each row, -1 where it is not known."""
        return self._names["channel"][rows]

    def matching(self, where: SearchFilter) -> "Mask":
        """Return which rows a filter lets through, (n,) bool. What is unknown of a video is not let through."""
        mask = self._alive.copy()
        if where.platform is not None:
            mask &= self._names["platform"] == self._codes["platform"].get(where.platform, -2)
        if where.language is not None:
            mask &= self._names["language"] == self._codes["language"].get(where.language, -2)
        if where.channel_ids:
            mask &= self._any("channel_id", where.channel_ids)
        if where.exclude_channels:
            mask &= ~self._any("channel_id", where.exclude_channels)
        if where.demo is not None:
            mask &= self._demo == where.demo
        after, before = where.published_after, where.published_before
        for name, low, high in (
            ("published_at", after.timestamp() if after else None, before.timestamp() if before else None),
            ("age_days", where.min_age_days, where.max_age_days),
            ("duration_s", where.min_duration_s, where.max_duration_s),
            ("views", where.min_views, where.max_views),
            ("vs_channel", where.min_vs_channel, where.max_vs_channel),
        ):
            if low is None and high is None:
                continue
            column = self.vs_channel if name == "vs_channel" else self._numbers[name]
            if low is not None:
                mask &= column >= low
            if high is not None:
                mask &= column <= high
        for row in self._excluded(where.exclude):
            mask[row] = False
        return mask

    def _any(self, name: str, wanted: "frozenset[str] | tuple[str, ...]") -> "Mask":
        import numpy as np

        codes = [self._codes[name].get(text, -2) for text in wanted]
        return np.isin(self._names[name], codes)

    def _excluded(self, ids: frozenset[str]) -> list[int]:
        """Return the rows of videos by id or by key."""
        keys = [key for id in ids for key in (id, *(f"{of}:{id}" for of in self._codes["platform"]))]
        return [self.row_of[key] for key in keys if key in self.row_of]
