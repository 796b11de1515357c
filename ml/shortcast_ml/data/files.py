"""Reading a collection's files: the columns that were asked for, or an error that names what is missing."""

from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def read_columns(folder: Path, name: str, columns: list[str]) -> "pd.DataFrame":
    """Return columns of a CSV or Parquet file of a collection; other columns are never read.

    Raises InputError when the file is missing, is not what its name says, or lacks a column.
    """
    import pandas as pd

    path = folder / name
    if not path.is_file():
        raise InputError(
            f"There is no {name} in {folder}. Give the folder that holds the collection's files."
        )
    try:
        if path.suffix == ".csv":
            present = list(pd.read_csv(path, nrows=0).columns)
        else:
            import pyarrow.parquet as pq

            present = list(pq.read_schema(path).names)
        missing = [c for c in columns if c not in present]
        if missing:
            raise InputError(f"{path} lacks the columns {', '.join(missing)}.")
        if path.suffix == ".csv":
            return pd.read_csv(path, usecols=columns)[columns]
        return pd.read_parquet(path, columns=columns)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} can't be read as {path.suffix[1:]}: {error}.") from error
