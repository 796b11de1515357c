"""The doctor: each part's line, what to do, and no secret in any of them."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.fake_openai import MODEL, say, serving

from shortcast_agent import doctor
from shortcast_agent.cli import main
from shortcast_agent.doctor import Finding, examine
from shortcast_ml.errors import LibraryError, ModelError
from shortcast_ml.settings import Settings


class PartsOf:
    """Parts that are well, unless a test says otherwise."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.model: Any = SimpleNamespace(
            name="starter", card={"sha256": {"model.txt": "abcdef0123456789"}}, encoder_id="mini:1"
        )
        self.encoder: Any = SimpleNamespace(
            id="mini:1", encode_texts=lambda texts: np.zeros((len(texts), 256))
        )
        self.library: Any = SimpleNamespace(kind=lambda: "collected", count=lambda: 120)
        self.index: Any = SimpleNamespace(verify=list)


def findings(parts: Any) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine(parts)}


def test_a_sound_installation_is_ok_throughout() -> None:
    found = findings(PartsOf())
    assert {part: finding.state for part, finding in found.items()} == dict.fromkeys(found, "ok")
    assert list(found)[:3] == ["python", "packages", "settings"]
    assert "torch 2" in found["packages"].says
    assert "hash abcdef012345" in found["forecast model"].says
    assert "256 dimensions" in found["encoder"].says
    assert "offline analyst" in found["language model"].says


def test_the_demo_library_is_a_warning_with_what_to_do() -> None:
    parts = PartsOf()
    parts.library = SimpleNamespace(kind=lambda: "demo", count=lambda: 50)
    finding = findings(parts)["library"]
    assert finding.state == "warn"
    assert "shortcast collect" in finding.says


def test_a_broken_part_fails_with_its_sentence_and_the_others_are_still_examined() -> None:
    class Broken(PartsOf):
        @property
        def model(self) -> Any:
            raise ModelError("card.json is missing. Train one.")

        @model.setter
        def model(self, value: Any) -> None: ...

        @property
        def library(self) -> Any:
            raise OSError("disk on fire")

        @library.setter
        def library(self, value: Any) -> None: ...

    found = findings(Broken())
    assert (found["forecast model"].state, found["forecast model"].says) == (
        "fail",
        "card.json is missing. Train one.",
    )
    assert found["library"].state == "fail"
    assert "disk on fire" in found["library"].says
    assert found["encoder"].state == "ok"


def test_an_index_that_disagrees_is_a_warning() -> None:
    parts = PartsOf()
    parts.index = SimpleNamespace(verify=lambda: ["3 vectors are missing"])
    assert findings(parts)["index"].state == "warn"
    assert "3 vectors are missing" in findings(parts)["index"].says


def test_an_encoder_that_fell_back_is_a_warning() -> None:
    assert findings(PartsOf(encoder="open_clip:ViT-B-32/openai"))["encoder"].state == "warn"


def test_a_data_folder_that_cant_be_written_fails(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    finding = findings(PartsOf(home=blocked / "home"))["data folder"]
    assert finding.state == "fail"
    assert "SHORTCAST_HOME" in finding.says


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    found = findings(PartsOf())
    assert "openai_api_key=(set)" in found["settings"].says
    assert "very-secret" not in " ".join(finding.says for finding in found.values())


def test_a_bad_setting_is_named_and_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTCAST_MAX_VIDEO_MB", "many")
    *_, last = examine()
    assert (last.state, last.part) == ("fail", "settings")
    assert "max_video_mb" in last.says


def test_a_missing_package_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("torch", "no-such-package"))
    finding = findings(PartsOf())["packages"]
    assert (finding.state, finding.says.split(".")[0]) == ("fail", "missing: no-such-package")


def test_an_endpoint_that_answers_and_lists_the_model_is_ok() -> None:
    with serving([say("hi")]) as server:
        well = findings(PartsOf(llm_model=MODEL, llm_base_url=server.url))["language model"]
        other = findings(PartsOf(llm_model="another", llm_base_url=server.url))["language model"]
    assert (well.state, well.says) == ("ok", f"{MODEL} at {server.url} calls tools")
    assert other.state == "warn"
    assert MODEL in other.says


def test_a_dead_endpoint_fails_with_what_to_check() -> None:
    finding = findings(PartsOf(llm_model="m", llm_base_url="http://127.0.0.1:9/v1"))["language model"]
    assert finding.state == "fail"
    assert "SHORTCAST_LLM_BASE_URL" in finding.says


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warn", 0), ("fail", 1)])
def test_the_command_prints_a_line_a_part_and_fails_when_a_part_does(
    state: Any, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: iter([Finding(state=state, part="disk", says="spins")]))
    with pytest.raises(SystemExit) as end:
        main(["doctor"])
    assert int(end.value.code or 0) == code
    assert capsys.readouterr().out == f"{state:4}  disk: spins\n"
    with pytest.raises(SystemExit):
        main(["doctor", "--json"])
    assert json.loads(capsys.readouterr().out) == [{"state": state, "part": "disk", "says": "spins"}]


def test_the_example_of_settings_names_every_setting() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    for name in Settings.model_fields:
        variable = "OPENAI_API_KEY" if name == "openai_api_key" else f"SHORTCAST_{name.upper()}"
        assert f"# {variable}=" in example


def test_a_library_error_is_the_finding() -> None:
    parts = PartsOf()

    def locked() -> str:
        raise LibraryError("The library is locked; close the other program.")

    parts.library = SimpleNamespace(kind=locked, count=lambda: 0)
    assert findings(parts)["library"].says == "The library is locked; close the other program."


def test_an_endpoint_without_a_named_model_answers_with_its_first() -> None:
    with serving([say("hi")]) as server:
        finding = findings(PartsOf(llm_base_url=server.url))["language model"]
    assert finding.state == "ok"
    assert MODEL in finding.says
