"""The training table: one row per published video, from any collection, in the columns of `schema.SCHEMA`.

Other counts (likes, comments, shares, saves, rank, sound use) are left behind here: no later stage can see them.
The collections, what is dropped and why, and how to bring a table of your own: docs/data.md.
"""

from shortcast_ml.data.adapters import COLLECTIONS
from shortcast_ml.data.alike import near_duplicate_clusters, near_duplicate_pictures
from shortcast_ml.data.cleaning import CleaningReport, clean
from shortcast_ml.data.collections import load_report, load_table, make_table
from shortcast_ml.data.looks import load_looks
from shortcast_ml.data.own import load_own
from shortcast_ml.data.schema import COLUMNS, check_table, read_table, write_table

__all__ = [
    "COLLECTIONS",
    "COLUMNS",
    "CleaningReport",
    "check_table",
    "clean",
    "load_looks",
    "load_own",
    "load_report",
    "load_table",
    "make_table",
    "near_duplicate_clusters",
    "near_duplicate_pictures",
    "read_table",
    "write_table",
]
