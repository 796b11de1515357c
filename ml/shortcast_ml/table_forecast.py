"""Forecasting whole tables: a CSV or Parquet of drafts in, the same rows with their forecasts out.

| column         | meaning                                                                             |
|----------------|-------------------------------------------------------------------------------------|
| title          | title or caption, with or without hashtags (also read: `caption`)                   |
| hashtags       | more hashtags, separated by commas or spaces                                        |
| platform       | `youtube_shorts` (default), `tiktok`, `youtube` or `bilibili`                       |
| duration_s     | length in seconds                                                                   |
| publish_at     | ISO 8601; without an offset it is UTC (also read: `published_at`)                   |
| followers      | of the channel                                                                      |
| typical_views  | views that a typical recent video of the channel reaches                            |
| recent_views   | views of the channel's recent videos, oldest to newest, separated by `;` or a space |
| thumbnail      | path of a picture; a relative one starts at the table's folder                      |
| horizon_days   | age in days to forecast at (default 30)                                             |

Every column may be absent, every cell empty; other columns are passed through unread. A row that can't be
forecast keeps its place with the reason in `error`.
"""

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shortcast_ml.errors import InputError, ShortcastError
from shortcast_ml.records import ChannelHistory, Draft, Forecast, Upload

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.encoders import Encoder
    from shortcast_ml.forecast import ForecastModel

ALIASES = {"caption": "title", "published_at": "publish_at"}
READ = (
    "title", "hashtags", "platform", "duration_s", "publish_at", "followers", "typical_views", "recent_views",
    "thumbnail", "horizon_days",
)  # fmt: skip
RECENT_AGE_DAYS = 30.0  # the age at which `recent_views` are taken to have been read
BATCH = 64


def forecast_table(
    source: str | Path,
    out: str | Path,
    model: "ForecastModel",
    *,
    encoder: "Encoder",
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Forecast every row of `source` into `out` (CSV or Parquet, by suffix); return counts of rows and errors.

    `out` appears when complete. Raises InputError when the table can't be read or has no known column.
    """
    source, out = Path(source), Path(out)
    frame = _read(source)
    _check_suffix(out)
    cells = frame.rename(columns={a: b for a, b in ALIASES.items() if a in frame and b not in frame})
    rows: list[dict[Any, Any]] = cells[[c for c in READ if c in cells]].to_dict("records")
    results: list[dict[str, Any]] = []
    for start in range(0, len(rows), BATCH):
        results += _forecast_rows(rows[start : start + BATCH], source.parent, model, encoder)
        if progress:
            progress(len(results), len(rows))
    _write(frame, results, out)
    return {"rows": len(rows), "errors": sum(bool(r["error"]) for r in results)}


def _read(source: Path) -> "pd.DataFrame":
    import pandas as pd

    _check_suffix(source)
    if not source.is_file():
        raise InputError(f"There is no table at {source}.")
    try:
        frame = pd.read_csv(source) if source.suffix.lower() == ".csv" else pd.read_parquet(source)
    except (ValueError, OSError) as error:
        raise InputError(f"{source.name} can't be read as a table: {error}.") from error
    if not {*READ, *ALIASES} & set(frame.columns):
        raise InputError(f"{source.name} has none of the columns {', '.join(READ)}.")
    return frame


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise InputError(f"{path.name} must end in .csv or .parquet.")


def _forecast_rows(
    rows: list[dict[Any, Any]], folder: Path, model: "ForecastModel", encoder: "Encoder"
) -> list[dict[str, Any]]:
    from shortcast_ml.encoders import encode_drafts

    read: list[tuple[Draft, ChannelHistory | None, float] | str] = []
    for row in rows:
        try:
            read.append(_draft(row, folder))
        except (ValueError, ShortcastError) as error:
            read.append(_sentence(error))
    # pictures one by one, so that a broken one costs its own row only; words in one batch
    words = [r[0].model_copy(update={"thumbnail_path": None}) for r in read if not isinstance(r, str)]
    embeddings = iter(encode_drafts(encoder, words))
    out = []
    for entry in read:
        if isinstance(entry, str):
            out.append(_columns(None, entry))
            continue
        draft, channel, horizon = entry
        embedding = next(embeddings)
        try:
            if draft.thumbnail_path is not None:
                embedding = encode_drafts(encoder, [draft])[0]
            forecast = model.forecast(model.features(draft, channel, embedding), horizon)
            out.append(_columns(forecast, ""))
        except ShortcastError as error:
            out.append(_columns(None, str(error)))
    return out


def _draft(row: dict[Any, Any], folder: Path) -> tuple[Draft, ChannelHistory | None, float]:
    import pandas as pd

    from shortcast_ml.text import split_hashtags

    given = {
        k: v for k, v in row.items() if not (v is None or (not isinstance(v, list | tuple) and pd.isna(v)))
    }
    title = str(given.get("title", ""))
    tags = [t.strip("# ") for t in re.split(r"[,\s]+", str(given.get("hashtags", ""))) if t.strip("# ")]
    thumbnail = folder / str(given["thumbnail"]) if given.get("thumbnail") else None
    if not (title.strip() or tags or thumbnail):
        raise InputError("The row has neither title nor thumbnail.")
    if thumbnail is not None and not thumbnail.is_file():
        raise InputError(f"There is no picture at {given['thumbnail']}.")
    when = pd.to_datetime(given["publish_at"], utc=True).to_pydatetime() if "publish_at" in given else None
    draft = Draft(
        platform=given.get("platform", "youtube_shorts"),
        title=title,
        hashtags=tuple(dict.fromkeys([*split_hashtags(title)[1], *tags])),
        duration_s=float(given["duration_s"]) if "duration_s" in given else None,
        publish_at=when,
        thumbnail_path=thumbnail,
    )
    horizon = float(given.get("horizon_days", 30))
    if not 0 < horizon <= 365:
        raise InputError(f"horizon_days is {horizon:g}; give 1 to 365.")
    return draft, _channel(given), horizon


def _channel(given: dict[Any, Any]) -> ChannelHistory | None:
    recent = [int(float(v)) for v in re.split(r"[;\s,\[\]]+", str(given.get("recent_views", ""))) if v]
    if not recent and "followers" not in given and "typical_views" not in given:
        return None
    return ChannelHistory(
        followers=int(given["followers"]) if "followers" in given else None,
        typical_views=float(given["typical_views"]) if "typical_views" in given else None,
        uploads=tuple(Upload(views=v, age_days=RECENT_AGE_DAYS) for v in recent),
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}."
    return str(error)


def _columns(forecast: Forecast | None, error: str) -> dict[str, Any]:
    keys = ("views", "low", "high", "beats_typical", "typical_views", "anchor_source", "model")
    values = {f"forecast_{key}": getattr(forecast, key) if forecast else None for key in keys}
    return values | {"error": error}


def _write(frame: "pd.DataFrame", results: list[dict[str, Any]], out: Path) -> None:
    import pandas as pd

    added = pd.DataFrame(results, index=frame.index)
    for column in ("forecast_views", "forecast_low", "forecast_high", "forecast_typical_views"):
        added[column] = added[column].astype("Int64")
    whole = pd.concat([frame.drop(columns=[c for c in added if c in frame]), added], axis=1)
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{out.stem}-", suffix=out.suffix, dir=out.parent)
    os.close(handle)
    try:
        if out.suffix.lower() == ".csv":
            whole.to_csv(name, index=False)
        else:
            whole.to_parquet(name, index=False)
        os.chmod(name, 0o644)
        os.replace(name, out)
    finally:
        Path(name).unlink(missing_ok=True)
