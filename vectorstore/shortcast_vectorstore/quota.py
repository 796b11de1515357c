"""The ledger of what was spent of an API's daily quota: every call is written down before it is made."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from shortcast_ml.errors import ServiceError
from shortcast_ml.records import utc_now
from shortcast_vectorstore.database import Database

Bucket = Literal["search", "units"]

# What a project has a day. Source: YouTube Data API, "Quota and compliance audits" (search.list has a bucket
# of its own, every other read costs one unit).
QUOTAS: dict[Bucket, int] = {"search": 100, "units": 10_000}
NAMES: dict[Bucket, str] = {"search": "search calls", "units": "units"}
ZONE = "America/Los_Angeles"  # quotas are filled again at midnight there
SAID_TO_BE_SPENT = "said to be spent"  # the method of a row that stands for what others spent


def account_of(key: str) -> str:
    """Return the name under which a key's spending is kept: a digest, from which the key can't be had."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class QuotaLedger:
    """What one account has spent today and may still spend. Threads and processes may share the file.

    A row is committed before its call, so that a call whose process was killed counts as made.
    """

    def __init__(
        self,
        db: Database,
        account: str,
        clock: Callable[[], datetime] = utc_now,
        quotas: dict[Bucket, int] | None = None,
    ) -> None:
        self._db = db
        self._account = account
        self._clock = clock
        self._quotas = quotas or QUOTAS

    def spend(self, bucket: Bucket, method: str, cost: int = 1) -> None:
        """Write down a call that is about to be made. Raises ServiceError when too little is left for it."""
        with self._db.transaction():
            if self.left(bucket) < cost:
                raise self.used_up(bucket)
            self._write(bucket, method, cost)

    def left(self, bucket: Bucket) -> int:
        """Return what may still be spent today."""
        return max(self._quotas[bucket] - self._sum(bucket, ""), 0)

    def spent(self, bucket: Bucket) -> int:
        """Return what our own calls of today cost, failed ones too."""
        return self._sum(bucket, SAID_TO_BE_SPENT)

    def mark_spent(self, bucket: Bucket) -> ServiceError:
        """Believe the service that nothing is left, whatever was written here, and return the error to raise.

        Another program may use the same key, or the project's quota may be smaller.
        """
        with self._db.transaction():
            left = self.left(bucket)
            if left:
                self._write(bucket, SAID_TO_BE_SPENT, left)
        return self.used_up(bucket)

    def resets_at(self) -> datetime:
        """Return when the buckets are filled again: the next midnight in Los Angeles, as aware UTC."""
        zone = ZoneInfo(ZONE)
        tomorrow = self._clock().astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), zone).astimezone(UTC)

    def used_up(self, bucket: Bucket) -> ServiceError:
        """Return the error that says that a bucket is empty, and until when."""
        return ServiceError(
            f"Today's {self._quotas[bucket]:,} {NAMES[bucket]} of the YouTube Data API are used up; the same"
            f" request goes on after {self.when_reset()}."
        )

    def when_reset(self) -> str:
        """Say when the buckets are filled again, in UTC and in hours from now."""
        at = self.resets_at()
        hours = (at - self._clock()).total_seconds() / 3600
        return f"{at:%Y-%m-%d %H:%M} UTC (in {hours:.1f} hours)"

    def _sum(self, bucket: Bucket, without: str) -> int:
        day = self._clock().astimezone(ZoneInfo(ZONE)).date().isoformat()
        return int(
            self._db.one(
                "SELECT ifnull(sum(cost), 0) FROM quota"
                " WHERE account = ? AND day = ? AND bucket = ? AND method <> ?",
                (self._account, day, bucket, without),
            )
        )

    def _write(self, bucket: Bucket, method: str, cost: int) -> None:
        now = self._clock()
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO quota (account, day, bucket, method, cost, at) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self._account,
                    now.astimezone(ZoneInfo(ZONE)).date().isoformat(),
                    bucket,
                    method,
                    cost,
                    now.astimezone(UTC).isoformat(),
                ),
            )
