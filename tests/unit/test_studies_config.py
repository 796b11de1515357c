"""The studies' configs: what is read, what is refused, and the pipeline that names them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shortcast_ml.errors import InputError
from shortcast_ml.studies import read_config, shipped_configs
from shortcast_ml.studies.config import FusionMLP

ROOT = Path(__file__).resolve().parents[2]
TITLES: dict[str, Any] = {
    "name": "toy",
    "study": "ipiu",
    "dataset": "ipiu2026_shorts",
    "text": "mini",
    "splits": ["blocks", "random"],
    "arms": {"text": ["text"]},
    "model": {"kind": "lightgbm", "rounds": 10},
}
FUSION = {
    "name": "toy",
    "study": "miles",
    "dataset": "tiktok_vn_2025",
    "splits": ["channels"],
    "model": {"kind": "fusion_mlp"},
}


def write(folder: Path, content: Any) -> Path:
    path = folder / "toy.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


@pytest.mark.parametrize("name", list(shipped_configs()))
def test_every_shipped_config_is_read_and_called_as_its_file(name: str) -> None:
    assert read_config(name).name == name
    assert read_config(shipped_configs()[name]) == read_config(name)


def test_a_config_keeps_what_was_written_and_fills_in_the_rest(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, TITLES))
    assert config.arms == {"text": ("text",)}
    assert config.splits == ("blocks", "random")
    assert config.seed == 7
    assert config.model.kind == "lightgbm"
    parameters = config.model.parameters(3)
    assert parameters["seed"] == 3
    assert parameters["deterministic"] is True
    assert "rounds" not in parameters


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": 3}, r"toy\.yaml: there is no key 'epochs'; known are name, study, note, .*model\.$"),
        ({"model": {"kind": "lightgbm", "leaves": 3}}, r"no key 'model\.leaves'; known are kind, rounds, "),
        ({"model": {"kind": "fusion_mlp", "epoch": 3}}, r"no key 'model\.epoch'; known are kind, epochs, "),
        ({"model": {"kind": "lightgbm", "rounds": 0}}, r"model\.rounds: .*greater than 0 \(given: 0\)\.$"),
        ({"model": {"kind": "forest"}}, r"'lightgbm', 'logistic', 'fusion_mlp'"),
        ({"name": None}, r"name: Input should be a valid string"),
        ({"splits": ["random", "blocks"]}, r"random split leaks .* can't come first"),
        ({"arms": {}}, "needs `arms`"),
        ({"arms": {"text": []}}, "every arm needs a block"),
        ({"arms": {"both": ["text", "image"]}}, "`image` must name an encoder"),
        ({"text": None}, "`text` must name an encoder"),
        ({"arms": {"x": ["alignment"]}, "image": "lite0"}, "must be one encoder"),
        ({"study": "miles"}, "the Miles study has no `arms`"),
    ],
)
def test_a_wrong_config_is_refused_in_one_sentence(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_config(write(tmp_path, TITLES | change))
    assert "\n" not in str(caught.value)


def test_a_missing_key_a_missing_file_and_foreign_yaml_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"toy\.yaml: dataset: Field required"):
        read_config(write(tmp_path, {k: v for k, v in TITLES.items() if k != "dataset"}))
    with pytest.raises(InputError, match=r"no config nowhere\.yaml.*miles_fusion"):
        read_config("nowhere.yaml")
    with pytest.raises(InputError, match=r"holds no settings"):
        read_config(write(tmp_path, "- a list"))
    with pytest.raises(InputError, match=r"can't be read as YAML"):
        read_config(write(tmp_path, "a: [1"))


def test_the_fusion_model_has_defaults_of_its_own(tmp_path: Path) -> None:
    model = read_config(write(tmp_path, FUSION)).model
    assert isinstance(model, FusionMLP)
    assert model.class_weight == "balanced"
    assert model.precision == "auto"


def pipeline() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    return content


def stages() -> list[tuple[str, dict[str, Any]]]:
    """Return every stage of the pipeline, one for each item of a `foreach`."""
    out = []
    for name, stage in pipeline()["stages"].items():
        if "foreach" not in stage:
            out.append((name, stage))
            continue
        for item in stage["foreach"]:
            filled = yaml.safe_load(yaml.safe_dump(stage["do"]).replace("${item}", item))
            out.append((f"{name}@{item}", filled))
    return out


def test_every_command_of_the_pipeline_is_one_that_shortcast_has() -> None:
    from typer.main import get_command

    from shortcast_agent.cli import app, learning

    assert learning.train.__name__ == "train"  # importing it registers the commands
    command: Any = get_command(app)
    for name, stage in stages():
        lines = stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]
        for line in lines:
            assert line.startswith("shortcast "), name
            words = line.partition(" > ")[0].split()
            assert words[1] in command.commands, name
            known = {o for p in command.commands[words[1]].params for o in (*p.opts, *p.secondary_opts)}
            assert {w for w in words if w.startswith("--")} <= known, name


def test_every_config_of_the_pipeline_exists_and_every_runnable_study_is_in_it() -> None:
    named = set()
    for name, stage in stages():
        line = stage["cmd"] if isinstance(stage["cmd"], str) else " ".join(stage["cmd"])
        for path in re.findall(r"--config (\S+)", line):
            assert path in stage["deps"], name
            assert (ROOT / path).is_file(), path
            named.add(path)
    studies = {Path(path).stem for path in named if "/studies/" in path}
    assert studies == set(shipped_configs()) - {"ipiu_clip"}  # needs CLIP's weights and the thumbnails


def test_every_stage_writes_something_and_every_study_is_measured() -> None:
    assert all(stage.get("outs") or stage.get("metrics") for _, stage in stages())
    folders = [stage["outs"][0] for name, stage in stages() if name.startswith("study@")]
    assert pipeline()["metrics"] == [f"{folder}/metrics.json" for folder in folders]
