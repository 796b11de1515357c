"""Pictures of SHAP values and the report around them: what they hold, and what they leave alone."""

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image
from tests.explained import planted
from tests.word_encoder import WordEncoder

from shortcast_ml import shap_pictures
from shortcast_ml.contributions import Contributions, contributions
from shortcast_ml.errors import InputError
from shortcast_ml.factor_report import FactorReport, explain_row, median_row, report_factors, report_markdown
from shortcast_ml.global_view import GlobalView, global_view
from shortcast_ml.records import Explanation, Factor
from shortcast_ml.shap_pictures import draw_beeswarm, draw_dependence, draw_waterfall
from shortcast_ml.what_works import times, what_works


@pytest.fixture(scope="module")
def found() -> Contributions:
    return contributions(*planted(), most=400)


@pytest.fixture(scope="module")
def view(found: Contributions) -> GlobalView:
    return global_view(*planted(), found, interaction_seconds=1)


def _factor(name: str, log10: float) -> Factor:
    return Factor(name=name, label=f"factor {name}", multiplier=10**log10, log10=log10, changeable=True)


def _explanation(effects: list[float]) -> Explanation:
    return Explanation(
        base_views=1000, base_log10=3.0, prediction_log10=3 + sum(effects), horizon_days=30, model="m",
        factors=tuple(_factor(str(i), e) for i, e in enumerate(effects)),
    )  # fmt: skip


def _opened(path: Path) -> Image.Image:
    picture = Image.open(path)
    assert picture.format == "PNG"
    assert picture.width == 1200
    return picture


def _texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is written on the next pictures, as it is when they are saved."""
    from matplotlib.text import Text

    written: list[str] = []
    real = shap_pictures._save

    def listen(figure: object, path: Path) -> None:
        written.extend(t.get_text() for t in figure.findobj(Text) if t.get_text())  # type: ignore[attr-defined]
        real(figure, path)  # type: ignore[arg-type]

    monkeypatch.setattr(shap_pictures, "_save", listen)
    return written


def test_the_waterfall_writes_every_multiplier_between_average_and_forecast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _texts(monkeypatch)
    draw_waterfall(_explanation([0.30103, -0.09691]), tmp_path / "w.png")
    _opened(tmp_path / "w.png")
    assert {"x2.00", "x0.80", "1K views", "1.6K views", "factor 0", "From 1K to 1.6K views"} <= set(written)


def test_more_factors_than_fit_are_drawn_as_one_and_still_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _texts(monkeypatch)
    draw_waterfall(_explanation([0.1] * 14), tmp_path / "w.png")
    assert "4 smaller factors together" in written
    assert times(10**0.4) in written
    written.clear()
    draw_waterfall(_explanation([0.1] * 11), tmp_path / "w.png")
    assert not [t for t in written if "together" in t]


def test_the_beeswarm_names_every_factor_and_says_multipliers(
    tmp_path: Path, found: Contributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _texts(monkeypatch)
    draw_beeswarm(found, tmp_path / "b.png")
    _opened(tmp_path / "b.png")
    assert {"video length", "channel size", "title wording", "x1", "High", "Low"} <= set(written)
    assert any(t.startswith(f"{len(found.base):,} videos") for t in written)


def test_pictures_leave_pyplot_the_backend_and_the_global_generator_alone(
    tmp_path: Path, found: Contributions, view: GlobalView
) -> None:
    import shap  # noqa: F401  it imports pyplot, which is not ours to judge
    from matplotlib import pyplot

    np.random.seed(5)
    before = (pyplot.get_fignums(), matplotlib.get_backend(), dict(matplotlib.rcParams))
    state = np.random.get_state()[1].copy()  # type: ignore[index]
    draw_beeswarm(found, tmp_path / "b.png")
    draw_dependence(found, view.dependence[0], tmp_path / "d.png")
    draw_waterfall(_explanation([0.2]), tmp_path / "w.png")
    assert (pyplot.get_fignums(), matplotlib.get_backend(), dict(matplotlib.rcParams)) == before
    assert (np.random.get_state()[1] == state).all()  # type: ignore[index]


def test_a_picture_is_the_same_each_time(tmp_path: Path, found: Contributions) -> None:
    for name in ("a", "b"):
        draw_beeswarm(found, tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_dependence_shows_each_range_with_its_videos(
    tmp_path: Path, found: Contributions, view: GlobalView, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _texts(monkeypatch)
    for dependence in view.dependence:
        draw_dependence(found, dependence, tmp_path / "d.png")
    _opened(tmp_path / "d.png")
    flat = " ".join(" ".join(t.split()) for t in written)
    for b in next(d for d in view.dependence if d.column == "publish_weekday").bins:
        assert f"{b.says} n = {b.n:,}" in flat
    assert "Video length (s)" in written
    hashtags = next(d for d in view.dependence if d.column == "hashtags").bins
    assert hashtags[0].says == "no hashtags"
    assert f"none\nn = {hashtags[0].n:,}" in written  # the title says what is counted


def test_a_picture_that_fails_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    path = tmp_path / "w.png"
    draw_waterfall(_explanation([0.2]), path)
    before = path.read_bytes()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure, "savefig", stop)
    with pytest.raises(KeyboardInterrupt):
        draw_waterfall(_explanation([0.4]), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_to_draw_is_said(tmp_path: Path, found: Contributions) -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match="nothing to draw"):
        draw_beeswarm(replace(found, values=np.zeros_like(found.values)), tmp_path / "b.png")


def test_the_row_that_is_drawn_adds_up_to_its_forecast(found: Contributions) -> None:
    model = planted()[0]
    row = median_row(found)
    explanation = explain_row(model, found, row)
    forecast = found.base + found.values.sum(axis=1)
    assert explanation.prediction_log10 == pytest.approx(np.median(forecast), abs=0.02)
    sums = explanation.base_log10 + sum(f.log10 for f in explanation.factors)
    assert sums == pytest.approx(forecast[row], abs=1e-9)


def test_the_report_writes_whole_files_that_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORTCAST_HOME", str(tmp_path / "home"))
    model, prepared = planted()
    table = prepared.table.assign(thumbnail=None)
    report = report_factors(
        table, model, tmp_path / "out", encoder=WordEncoder(dim=48), most=200, interaction_seconds=0.5
    )
    names = {f.name for f in report.files}
    assert names == {p.name for p in (tmp_path / "out").iterdir()}
    assert {"global.json", "factors.md", "beeswarm.png", "waterfall.png"} <= names
    kept = json.loads((tmp_path / "out" / "global.json").read_text(encoding="utf-8"))
    assert FactorReport.model_validate(kept).view == report.view
    assert report.view.rows == 1440
    assert report.view.n <= 200
    text = (tmp_path / "out" / "factors.md").read_text(encoding="utf-8")
    assert text == report_markdown(report)
    assert "| video length | x" in text
    for line in text.splitlines():
        if line.startswith("!["):
            assert line.split("(")[-1].rstrip(")") in names


def test_a_small_table_is_refused_and_nothing_is_said_where_nothing_is_known() -> None:
    model, prepared = planted()
    with pytest.raises(InputError, match="at least 50"):
        report_factors(prepared.table.head(20), model)
    view = global_view(model, prepared, contributions(model, prepared, most=200), interaction_seconds=0)
    quiet = view.model_copy(update={"with_usual": 0, "dependence": ()})
    assert "No channel here has six" in report_markdown(FactorReport(view=quiet, works=what_works(quiet)))
    beyond = view.model_copy(update={"dependence": ()})
    assert "Nothing stands out" in report_markdown(FactorReport(view=beyond, works=()))
