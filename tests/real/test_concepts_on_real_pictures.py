"""The concepts of the bundled encoder against real thumbnails, and the command that measures them."""

import json
from pathlib import Path

import numpy as np
import pytest

from shortcast_ml.seeing import calibrate
from shortcast_ml.seeing.concepts import SHIPPED, concept_prompts

pytestmark = pytest.mark.data


def test_the_shipped_calibration_can_be_measured_again(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "MOST", 400)  # a tenth of the pictures
    calibrate.calibrate(data_dir, tmp_path / "again.json")
    again, shipped = (
        json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "again.json", SHIPPED)
    )
    assert again["encoder"] == shipped["encoder"]
    assert list(again["concepts"]) == list(concept_prompts()) == list(shipped["concepts"])
    ours, theirs = (np.array(list(of["concepts"].values())) for of in (again, shipped))
    np.testing.assert_allclose(ours, theirs, atol=0.04)
