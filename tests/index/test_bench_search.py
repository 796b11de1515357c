"""The search's bench and the quality measure, on small invented data."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from tests.indexed import ENCODER, a_video
from typer.testing import CliRunner

from shortcast_evals import bench_search, similar_quality
from shortcast_ml.records import Embedding


def test_the_bench_finds_what_exact_search_finds_and_says_how_long_it_took(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(bench_search.bench_search)
    told = CliRunner().invoke(app, ["--rows", "800", "--dim", "16", "--queries", "10", "--json"])
    result = json.loads(told.stdout.splitlines()[-1])
    for kind in ("clustered", "uniform"):
        searches = result[kind]["searches"]
        assert [(s["share"], s["filter"]) for s in searches] == [
            (share, of) for share in ("half", "tenth", "hundredth") for of in ("chance", "with", "against")
        ]
        assert min(s["recall"] for s in searches) == 1
        assert all(s["p50_ms"] <= s["p95_ms"] and s["times_faster"] > 0 for s in searches)
        assert result[kind]["rows_per_s"] > 0
    printed = CliRunner().invoke(app, ["--rows", "500", "--dim", "8", "--queries", "10", "--no-plain"]).stdout
    assert printed.count("recall") == 18
    assert "plain" not in printed


@pytest.mark.parametrize("share", [2, 10, 100])
@pytest.mark.parametrize("of", ["chance", "with", "against"])
def test_the_benchs_filters_let_their_share_through(share: int, of: str) -> None:
    world = bench_search.invent("clustered", 20_000, 8, 30)
    for query in range(30):
        rows = bench_search._matching(world, bench_search._filter(world, of, share, query))
        assert rows.mean() == pytest.approx(1 / share, rel=0.35)
        if of != "chance":
            assert (world.query_cluster[query] in world.cluster[rows]) == (of == "with")


def test_quality_is_the_share_of_neighbours_of_the_same_channel_against_chance() -> None:
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((20, 16))
    matrix = np.repeat(centres, 12, axis=0) + 0.1 * rng.standard_normal((240, 16))
    matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
    videos = [
        a_video(f"v{i}", f"title {i}", int(rng.integers(100, 9999)), channel_id=f"c{i // 12}")
        for i in range(240)
    ]
    embeddings = [Embedding(encoder_id=ENCODER.id, title=row) for row in matrix]
    one = similar_quality.Set("mine", videos, embeddings)
    strange = rng.standard_normal((40, 16))
    strange = (strange / np.linalg.norm(strange, axis=1, keepdims=True)).astype(np.float32)
    other = similar_quality.Set(
        "other",
        [a_video(f"o{i}", "x") for i in range(40)],
        [Embedding(encoder_id=ENCODER.id, title=row) for row in strange],
    )
    found = similar_quality.measure(one, other, ENCODER, 40)
    assert list(found["by"]) == ["title"]
    by_title = found["by"]["title"]
    assert by_title["precision"] == by_title["possible"] == 1
    assert by_title["chance"] == pytest.approx(11 / 239, abs=0.03)
    assert found["better"]["given"] > 0
    assert found["better"]["not_above_typical"] == 0
    assert found["alike"]["own"] == 1
    assert found["alike"]["foreign"] < 0.5


def test_where_no_channel_is_known_the_words_of_the_titles_tell() -> None:
    videos = [a_video(f"v{i}", f"{('latte', 'violin')[i % 2]} number{i}") for i in range(60)]
    rng = np.random.default_rng(2)
    matrix = np.eye(16)[[i % 2 for i in range(60)]] + 0.1 * rng.standard_normal((60, 16))
    matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
    embeddings = [Embedding(encoder_id=ENCODER.id, title=row, image=row[::-1].copy()) for row in matrix]
    found = similar_quality.measure(similar_quality.Set("mine", videos, embeddings), None, ENCODER, 20)
    assert found["label"] == "words of the title"
    assert list(found["by"]) == ["title", "picture", "both"]
    assert found["by"]["picture"]["precision"] == 1
    assert found["by"]["picture"]["chance"] == pytest.approx(0.5, abs=0.15)
    assert found["alike"]["foreign"] is None
