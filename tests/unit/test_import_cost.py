"""Importing costs nothing: no heavy library is loaded before a function needs it."""

import json
import subprocess
import sys

import pytest

HEAVY = (
    "torch", "torchvision", "lightgbm", "shap", "sklearn", "pandas", "pyarrow", "onnxruntime", "open_clip",
    "timm", "cv2", "av", "PIL", "matplotlib", "chromadb", "yt_dlp", "gradio", "langchain", "langchain_core",
    "langgraph", "openai", "mcp",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Return the heavy libraries that a fresh interpreter has loaded after running the code."""
    report = f"{code}\nimport json, sys\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "package",
    ["shortcast_ml", "shortcast_vectorstore", "shortcast_tools", "shortcast_agent", "shortcast_evals"],
)
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    assert loaded_by(f"import {package}") == set()


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "from shortcast_agent.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0"
    )
    assert loaded_by(code) == set()


@pytest.mark.parametrize(
    "module",
    [
        "shortcast_agent.chat",
        "shortcast_agent.mcp_server",
        "shortcast_agent.pictures",
        "shortcast_agent.doctor",
    ],
)
def test_importing_a_surface_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()
