"""The collections by name: their table, and the report of its cleaning."""

from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.data.adapters import COLLECTIONS
from shortcast_ml.data.cleaning import CleaningReport, RuleResult, clean, drop_impossible
from shortcast_ml.data.looks import falling, load_looks
from shortcast_ml.data.own import load_own
from shortcast_ml.data.schema import COLUMNS, write_table
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def load_table(dataset: str, folder: Path | str, clean: bool = True) -> "pd.DataFrame":
    """Return the training table of a collection, oldest upload first within each channel.

    With `clean`, rows that can't be right are left out: the table then passes `check_table`.
    Raises InputError when the collection is unknown or its files don't have their columns.
    """
    table = _read(dataset, folder)
    return _sorted(drop_impossible(table)[0] if clean else table)


def load_report(dataset: str, folder: Path | str) -> CleaningReport:
    """Return what cleaning drops and flags in a collection, its repeated looks too. Slower than the table."""
    return _with_report(dataset, folder)[1]


def make_table(
    dataset_or_file: str, data: Path | str, out: Path | str, mapping: Path | str | None = None
) -> CleaningReport:
    """Write the clean table of a collection under `data`, or of a file of your own, to `out`; return the report.

    `mapping` names the columns of a file of your own: see `load_own`.
    """
    if dataset_or_file in COLLECTIONS:
        if mapping is not None:
            raise InputError(f"{dataset_or_file} is a known collection and needs no mapping.")
        table, report = _with_report(dataset_or_file, Path(data) / dataset_or_file)
    elif Path(dataset_or_file).is_file():
        table, report = load_own(dataset_or_file, mapping)
    else:
        raise InputError(
            f"{dataset_or_file} is neither a file nor one of {', '.join(COLLECTIONS)}. Give the path of a CSV or "
            "Parquet file."
        )
    write_table(_sorted(table), out)
    return report


def _read(dataset: str, folder: Path | str) -> "pd.DataFrame":
    if dataset not in COLLECTIONS:
        raise InputError(f"There is no dataset called {dataset!r}. Known are {', '.join(COLLECTIONS)}.")
    return COLLECTIONS[dataset](Path(folder))


def _sorted(table: "pd.DataFrame") -> "pd.DataFrame":
    ordered = table[COLUMNS].sort_values(["group", "published_at", "video_id"], kind="stable")
    return ordered.reset_index(drop=True)


def _with_report(dataset: str, folder: Path | str) -> tuple["pd.DataFrame", CleaningReport]:
    table, report = clean(_read(dataset, folder))
    looks = load_looks(dataset, folder, clean=False)
    if looks is not None and (bad := falling(looks)).any():
        result = RuleResult(
            name="falling views",
            meaning="fewer than at an earlier look at the same video",
            unit="looks",
            dropped=int(bad.sum()),
            examples=tuple(looks.video_id[bad].unique()[:5]),
        )
        report = report.model_copy(update={"rules": (*report.rules, result)})
    return table, report
