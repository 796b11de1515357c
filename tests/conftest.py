"""What all tests share: a data folder of their own, no settings from outside, and the optional machinery."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from shortcast_ml.settings import Settings

if TYPE_CHECKING:
    from shortcast_tools.parts import Parts

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test an empty data folder, and none of this machine's settings."""
    for name in list(os.environ):
        if name.startswith("SHORTCAST_") and name != "SHORTCAST_DATA":
            monkeypatch.delenv(name)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SHORTCAST_HOME", str(folder))
    yield folder
    loaded = sys.modules.get("shortcast_tools.parts")
    if loaded is not None and loaded._default is not None:
        loaded._default.close()
        loaded._default = None


@pytest.fixture(scope="session")
def shared_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Parts"]:
    """Real parts over the demo library, loaded once for the tests that only read."""
    from shortcast_tools.parts import Parts

    held = Parts(Settings(home=tmp_path_factory.mktemp("shared-home"), _env_file=None))  # type: ignore[call-arg]
    yield held
    held.close()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the real data sets; tests that need it carry the mark `data`."""
    folder = Path(os.environ.get("SHORTCAST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real data sets are not here: set SHORTCAST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def driver() -> ModuleType:
    """The functions that drive the chat page, as the screenshot script has them."""
    spec = importlib.util.spec_from_file_location("screenshot", ROOT / "scripts" / "screenshot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.find_chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("the browser tests need Chromium, and CI must not skip them")
        pytest.skip("no Chromium on this machine: install the system's chromium package")
    return module
