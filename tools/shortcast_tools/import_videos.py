"""Importing tables of videos, CSV or Parquet, into the library: in batches, each kept as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.errors import InputError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import ImportReport, Platform, Published
from shortcast_tools.importing.columns import Layout, layout_of
from shortcast_tools.importing.known import completed
from shortcast_tools.importing.made import Maker
from shortcast_tools.importing.problems import Problems
from shortcast_tools.importing.tables import SUFFIXES, Batch, read_batches, read_header
from shortcast_tools.parts import parts
from shortcast_tools.progress import report
from shortcast_vectorstore.exchange import import_library, is_export

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library
    from shortcast_vectorstore.rows import LookOutcome

# Why a look was not kept.
AGAINST: "dict[LookOutcome, str]" = {
    "unknown": "is of a video that is not in the library",
    "ambiguous": "is of a video that is in the library on several platforms; give --platform",
    "undated": "has an age, but it is not known when its video was published",
    "early": "is at a time before its video was published",
    "ahead": "is at a time that is still to come",
    "contradicted": "has other counts than an earlier look at the same time",
}


def import_videos(
    path: Path | str,
    mapping: Path | str | None = None,
    platform: Platform | None = None,
    problems: Path | str | None = None,
) -> ImportReport:
    """Put the videos of a table into the library: CSV or Parquet, a folder of them, or an exported library.

    Columns are found by the names in common use, or as a YAML `mapping` says. Rows about the same video at other
    times become its snapshots, and so do those of a table that holds nothing but counts. `platform` is taken
    where the table does not say. Every cell that can't be used is named in the report, and in the CSV file
    `problems`; no row but its own is lost. Real videos replace the demo library. What is in the library is not
    read by the encoder yet: that happens at the next search.

    Interrupted at any moment and run again, it ends in the same library. Raises InputError.
    """
    path = Path(path)
    library = parts().library
    if is_export(path):
        return import_library(library, path, report)
    tables = _tables(path, Path(mapping) if mapping is not None else None, platform)
    found = Problems(Path(problems) if problems is not None else None)
    run = _Run(library, found)
    try:
        for table, layout in tables.read:
            (run.take_looks if layout.looks else run.take_videos)(table, layout)
    finally:
        found.close()
    if not run.rows and not run.looks:
        raise InputError(f"{path} has no rows. Give a table with a row for each video.")
    return ImportReport(
        file=str(path),
        rows=run.rows,
        added=run.added,
        updated=run.updated,
        known=run.rows - run.added - run.updated - run.dropped,
        dropped=run.dropped,
        looks=run.looks,
        looks_added=run.looks_added,
        looks_dropped=run.looks_dropped,
        bad_rows=tuple(found.first),
        more_bad_rows=found.count - len(found.first),
        notes=(*tables.notes, *run.notes),
        library_size=library.count(),
    )


# --- which tables ------------------------------------------------------------------------------------


@dataclass
class _Tables:
    read: list[tuple[Path, Layout]]  # tables of videos before those of looks at them
    notes: list[str]


def _tables(path: Path, mapping: Path | None, platform: Platform | None) -> _Tables:
    """Return the tables at a path and how each is read; in a folder, those that hold no videos are left aside."""
    if path.is_file():
        if path.suffix not in SUFFIXES:
            raise InputError(f"{path} is neither .csv, .tsv nor .parquet. Save the table as one of them.")
        return _Tables([(path, layout_of(path, read_header(path), mapping, platform))], [])
    if not path.is_dir():
        raise InputError(f"There is no file or folder {path}.")
    found = _Tables([], [])
    files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())
    first_error: InputError | None = None
    for file in files:
        try:
            found.read.append((file, layout_of(file, read_header(file), mapping, platform)))
        except InputError as error:
            first_error = first_error or error
            found.notes.append(f"Left aside: {error}")
    if not found.read:
        raise first_error or InputError(f"{path} holds no .csv or .parquet file.")
    found.read.sort(key=lambda table: table[1].looks)  # stable: by name within
    return found


# --- taking them in ----------------------------------------------------------------------------------


@dataclass
class _Run:
    """One import under way: what has come so far."""

    library: "Library"
    problems: Problems
    rows: int = 0
    added: int = 0
    updated: int = 0
    dropped: int = 0
    looks: int = 0
    looks_added: int = 0
    looks_dropped: int = 0
    notes: list[str] = field(default_factory=list)
    _demo_is_gone: bool = False

    def take_videos(self, path: Path, layout: Layout) -> None:
        """Put a table's videos into the library, each batch in one transaction."""
        maker = Maker(path, layout, _date_of(path), self.problems)
        seen: dict[tuple[str, datetime], tuple[int, Any]] = {}
        before = self.problems.dropped
        for batch in _batches(path, layout):
            videos = list(self._without_contradictions(maker, batch, seen))
            with self.library.db.transaction():
                added, updated = self.library.add(completed(videos, self.library))
                if videos:
                    self._replace_demo()
            self.rows += len(batch.rows) + len(batch.ragged)
            self.added, self.updated = self.added + added, self.updated + updated
        self.dropped += self.problems.dropped - before
        if maker.undated:
            self.notes.append(
                f"{path.name} does not say of every row when its views were read: the date of the file,"
                f" {_date_of(path):%Y-%m-%d}, was taken. If you know better, say so in a mapping file:"
                " `read_at: {value: 2026-01-31}`."
            )

    def _without_contradictions(
        self, maker: Maker, batch: Batch, seen: dict[tuple[str, datetime], tuple[int, Any]]
    ) -> Iterator[Published]:
        """Yield a batch's videos, but not what has other counts than an earlier row about the same moment."""
        for row, line, video in maker.videos(batch):
            when = (key_of(video), video.fetched_at)
            counts = video.counts and tuple(video.counts.model_dump().values())
            earlier, known = seen.setdefault(when, (row, counts))
            if known != counts:
                maker.drop(
                    row, line, "", f"has other counts than row {earlier} about the same video and time"
                )
                continue
            yield video

    def take_looks(self, path: Path, layout: Layout) -> None:
        """Put a table's looks into the library as snapshots, each batch in one transaction."""
        maker = Maker(path, layout, _date_of(path), self.problems)
        before = self.problems.dropped
        for batch in _batches(path, layout):
            looks = list(maker.looks(batch))
            outcomes = self.library.add_looks([look for _, _, look in looks])
            for (row, line, look), outcome in zip(looks, outcomes, strict=True):
                if outcome in AGAINST:
                    maker.drop(row, line, "", f"{look.video_id!r} {AGAINST[outcome]}")
            self.looks += len(batch.rows) + len(batch.ragged)
            self.looks_added += outcomes.count("new")
        self.looks_dropped += self.problems.dropped - before

    def _replace_demo(self) -> None:
        if not self._demo_is_gone:
            self.library.remove_demo()
            self._demo_is_gone = True


def _batches(path: Path, layout: Layout) -> Iterator[Batch]:
    """Yield a table's batches, saying how far it is."""
    columns = list(dict.fromkeys(source.column for source in layout.sources.values() if source.column))
    text = f"Importing {path.name}"
    report(0, 1, text)
    which = "video_id" if "video_id" in layout.sources else "url"
    wordless = [column for name in (which, "views") if (column := layout.sources[name].column)]
    for batch in read_batches(path, columns, wordless):
        yield batch
        report(batch.done, batch.total, text)


def _date_of(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
