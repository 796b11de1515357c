"""Frames suggested as thumbnails: what is computed for each is what the forecast gives for its picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.odd_videos import film

from shortcast_ml.media import open_image
from shortcast_tools import forecast_views
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening
from shortcast_tools.suggest_thumbnails import _tells_apart, suggest_thumbnails

TITLE = "I tried the 3-second latte trick"


@pytest.fixture(autouse=True)
def _parts(shared_parts: Parts) -> object:
    with use(shared_parts):
        yield


def shot(seed: int, n: int = 8) -> list[np.ndarray]:
    """Return n equal frames of coloured tiles."""
    rng = np.random.default_rng(seed)
    tiles = np.clip(rng.integers(20, 230, 3) + rng.integers(-70, 70, (16, 9, 3)), 0, 255).astype(np.uint8)
    return [np.asarray(Image.fromarray(tiles).resize((180, 320), Image.Resampling.NEAREST))] * n


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    return film(folder / "six shots.mp4", [frame for seed in range(6) for frame in shot(seed)])


def test_each_frame_comes_with_the_forecast_of_its_picture(video: Path) -> None:
    heard: list[tuple[int, int, str]] = []
    with listening(lambda *step: heard.append(step)):
        told = suggest_thumbnails(str(video), TITLE, followers=12_000, limit=3)
    assert [frame.rank for frame in told.candidates] == [1, 2, 3]
    assert len({int(frame.at_s / 0.8) for frame in told.candidates}) == 3  # no two of one shot
    for frame in told.candidates:
        again = forecast_views(TITLE, thumbnail=str(frame.path), duration_s=4.8, followers=12_000)
        assert frame.views == again.views
        assert frame.multiplier == pytest.approx((again.views + 1) / (told.baseline.views + 1), rel=0.005)
        assert frame.alignment is not None
        assert 0 < frame.quality <= 1
        assert open_image(frame.path).size == (180, 320)
        assert frame.path.parent.name == "drawn"
    assert told.looked_at >= 20
    assert told.strip_path is not None
    assert open_image(told.strip_path).width == 1600
    assert told.notes[0].startswith("No thumbnail was given: the frame at 1.2")
    done = [step[0] for step in heard]
    assert done == sorted(done)


def test_the_current_thumbnail_is_what_frames_are_compared_with(video: Path, tmp_path: Path) -> None:
    Image.fromarray(shot(99)[0]).save(tmp_path / "now.png")
    told = suggest_thumbnails(str(video), TITLE, thumbnail=str(tmp_path / "now.png"), recent_views=[900] * 6)
    now = forecast_views(TITLE, thumbnail=str(tmp_path / "now.png"), duration_s=4.8, recent_views=[900] * 6)
    assert told.baseline == now
    assert not any("stands in" in note for note in told.notes)


def test_without_a_fit_frame_nothing_is_suggested_and_it_is_said_why(tmp_path: Path) -> None:
    dark = film(tmp_path / "dark.mp4", [np.full((160, 96, 3), 6, np.uint8)] * 12)
    told = suggest_thumbnails(str(dark))
    assert told.candidates == ()
    assert told.reliable is False
    assert told.baseline.views > 0
    assert told.notes[-1] == "Moments left out: 3 dark."
    assert told.strip_path is not None


def test_a_lead_is_called_reliable_only_where_pictures_were_measured_to_tell(shared_parts: Parts) -> None:
    model = shared_parts.model
    assert not _tells_apart(model, [0.02, 0.0, 0.01], [0])
    assert _tells_apart(model, [0.9, 0.0, 0.1], [0])
    assert not _tells_apart(model, [0.0, 0.9, 0.1], [0])  # quality put it first, not the forecast
    assert not _tells_apart(model, [0.9], [0])


def test_small_differences_are_said_to_be_small(video: Path) -> None:
    told = suggest_thumbnails(str(video), TITLE)
    spread = [frame.multiplier for frame in told.candidates]
    if max(spread) / min(spread) < 1.2:
        assert told.reliable is False
        assert any("not a ranking of views" in note for note in told.notes)
