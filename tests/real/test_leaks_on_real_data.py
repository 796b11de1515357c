"""The leak canaries on the real collections: honest columns pass, counts that came later are found."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shortcast_ml.anchors import fit_anchors, target
from shortcast_ml.data import load_table
from shortcast_ml.features import feature_table
from shortcast_ml.folds import honest_folds, protocol_for
from shortcast_ml.growth import starter_growth
from shortcast_ml.leakage import check_behaviour, check_names
from shortcast_ml.titles import Vectors

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def tiktok(data_dir: Path) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, np.ndarray]:
    """Features without title vectors, what was counted later, log10 views, and the anchor (NaN without one)."""
    folder = data_dir / "tiktok_vn_2025"
    table = load_table("tiktok_vn_2025", folder)
    raw = pd.read_parquet(folder / "videos.parquet")
    raw = raw.assign(video_id=raw.vid_id.astype(str)).set_index("video_id").loc[table.video_id]
    knots = starter_growth()
    X = feature_table(table, knots, Vectors.of(np.full((len(table), 4), np.nan, np.float32)))
    anchor, source = fit_anchors(table, target(table, knots)).of(X, table.platform.to_numpy())
    later = raw[["likes", "saves", "comments", "shares", "music_n_used", "n_obs"]].reset_index(drop=True)
    log10_views = np.log10(table.views.to_numpy(float) + 1)
    known = X.loc[:, X.notna().any()]
    return known, later.astype(float), log10_views, np.where(source == "uploads", anchor, np.nan)


def test_no_honest_column_is_taken_for_a_leak(tiktok: tuple, data_dir: Path) -> None:
    X, _, y, anchor = tiktok
    table = load_table("tiktok_vn_2025", data_dir / "tiktok_vn_2025")
    fold = honest_folds(table, protocol_for("tiktok_vn_2025"))[0]
    assert check_names(X.columns) == []
    assert check_behaviour(X, y, fold, anchor) == []


def test_counts_of_later_are_found_by_name_and_the_telling_ones_under_any_name(
    tiktok: tuple, data_dir: Path
) -> None:
    X, later, y, anchor = tiktok
    table = load_table("tiktok_vn_2025", data_dir / "tiktok_vn_2025")
    fold = honest_folds(table, protocol_for("tiktok_vn_2025"))[0]
    assert {c for leak in check_names(later.columns) for c in leak.columns} == set(later.columns)
    renamed = {column: f"quality_{i}" for i, column in enumerate(later)}
    planted = pd.concat([X, later.rename(columns=renamed)], axis=1)
    found = {column for leak in check_behaviour(planted, y, fold, anchor) for column in leak.columns}
    assert found == {renamed[c] for c in ("likes", "saves", "comments", "shares")}
