"""Check an installation part by part: what is well, what is not, and what to do about it."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from pydantic import ValidationError

from shortcast_agent.llm import is_configured
from shortcast_ml.errors import ShortcastError
from shortcast_ml.records import Record
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

PACKAGES = (
    "torch",
    "torchvision",
    "lightgbm",
    "onnxruntime",
    "chromadb",
    "langgraph",
    "gradio",
    "mcp",
    "yt-dlp",
)
LLM_PATIENCE_S = 5.0


class Finding(Record):
    """One line of the report."""

    state: Literal["ok", "warn", "fail"]
    part: str
    says: str


def examine(chosen: Parts | None = None) -> Iterator[Finding]:
    """Yield a finding for each part, cheap ones first. Nothing is raised for a part that is broken."""
    yield _python()
    yield _packages()
    try:
        parts = chosen or Parts(Settings())
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        yield Finding(
            state="fail", part="settings", says=f"{problems}. Mend the SHORTCAST_ variables or .env."
        )
        return
    yield _settings(parts.settings)
    checks: tuple[tuple[str, Callable[[Parts], Finding]], ...] = (
        ("data folder", _home),
        ("forecast model", _model),
        ("drift", _drift),
        ("encoder", _encoder),
        ("library", _library),
        ("index", _index),
        ("language model", _llm),
    )
    try:
        for name, check in checks:
            try:
                yield check(parts)
            except ShortcastError as error:
                yield Finding(state="fail", part=name, says=str(error))
            except (
                Exception
            ) as error:  # a broken installation raises anything; the other parts are still examined
                says = f"{type(error).__name__}: {error}. Reinstall shortcast with its constraints file."
                yield Finding(state="fail", part=name, says=says)
    finally:
        if chosen is None:
            parts.close()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        state="ok" if good else "warn", part="python", says=found if good else f"{found}: use 3.11 to 3.13."
    )


def _packages() -> Finding:
    found, missing = [f"shortcast {_version('shortcast') or 'not installed'}"], []
    for name in PACKAGES:
        number = _version(name)
        if number:
            found.append(f"{name} {number}")
        else:
            missing.append(name)
    if missing:
        says = f"missing: {', '.join(missing)}. Run `pip install -c constraints.txt -e .` again."
        return Finding(state="fail", part="packages", says=says)
    return Finding(state="ok", part="packages", says=", ".join(found))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _settings(settings: Settings) -> Finding:
    """Show what differs from the defaults; secrets are never shown, only that they are set."""
    stated = {name: getattr(settings, name) for name in sorted(settings.model_fields_set)}
    shown = [f"{name}={'(set)' if 'key' in name else value}" for name, value in stated.items()]
    return Finding(state="ok", part="settings", says=", ".join(shown) or "all defaults")


def _home(parts: Parts) -> Finding:
    home = parts.settings.home
    probe = home / ".writable"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        says = f"{home} can't be written: {error.strerror}. Set SHORTCAST_HOME to another folder."
        return Finding(state="fail", part="data folder", says=says)
    return Finding(state="ok", part="data folder", says=str(home))


def _model(parts: Parts) -> Finding:
    model = parts.model  # loading compares hashes, features and encoder with the card
    digest = model.card["sha256"]["model.txt"][:12]
    says = f"{model.name}, hash {digest} as in its card, encoder {model.encoder_id}"
    return Finding(state="ok", part="forecast model", says=says)


def _drift(parts: Parts) -> Finding:
    from shortcast_ml.drift import drift_finding

    found = drift_finding(parts.settings.home, parts.model)
    if found is None:
        return Finding(
            state="ok", part="drift", says="not measured yet: `shortcast drift`, once you collected videos"
        )
    well, says = found
    return Finding(state="ok" if well else "warn", part="drift", says=says)


def _encoder(parts: Parts) -> Finding:
    encoder = parts.encoder
    shape = encoder.encode_texts(["hello"]).shape
    says = f"{encoder.id}, {shape[1]} dimensions"
    if encoder.id != parts.settings.encoder and not encoder.id.startswith(parts.settings.encoder):
        return Finding(state="warn", part="encoder", says=f"{says}, in place of {parts.settings.encoder}")
    return Finding(state="ok", part="encoder", says=says)


def _library(parts: Parts) -> Finding:
    library = parts.library
    kind, count = library.kind(), library.count()
    if kind in ("demo", "empty"):
        says = f'{count} videos ({kind}). Run `shortcast collect "your niche"` for real ones.'
        return Finding(state="warn", part="library", says=says)
    return Finding(state="ok", part="library", says=f"{count} videos ({kind})")


def _index(parts: Parts) -> Finding:
    problems = parts.index.verify()
    if problems:
        says = f"{'; '.join(problems)}. It is rebuilt from the library when the chat next starts."
        return Finding(state="warn", part="index", says=says)
    return Finding(state="ok", part="index", says="agrees with the library")


_MODES = {
    "native": "calls tools",
    "router": "calls no tools but answers within a JSON schema: it helps to understand, templates write",
    "plain": "calls no tools and keeps to no JSON schema: the offline analyst answers",
}


def _llm(parts: Parts) -> Finding:
    settings = parts.settings
    if not is_configured(settings):
        says = "none set: the offline analyst answers. Set SHORTCAST_LLM_MODEL to use one."
        return Finding(state="ok", part="language model", says=says)
    import openai

    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
    client = openai.OpenAI(base_url=settings.llm_base_url, api_key=key, timeout=LLM_PATIENCE_S, max_retries=0)
    where = settings.llm_base_url or "the provider's default endpoint"
    try:
        offered = [model.id for model in client.models.list()]
    except openai.OpenAIError as error:
        says = f"{where} does not answer ({type(error).__name__}). Check SHORTCAST_LLM_BASE_URL and the key."
        return Finding(state="fail", part="language model", says=says)
    if settings.llm_model is None:
        says = f"{where}, whose first model answers: {', '.join(offered[:5]) or 'it lists none'}"
        return Finding(state="ok" if offered else "fail", part="language model", says=says)
    if settings.llm_model not in offered:
        listed = ", ".join(offered[:5]) or "no model"
        says = f"{where} answers but does not list {settings.llm_model}; it lists {listed}."
        return Finding(state="warn", part="language model", says=says)
    from shortcast_agent.endpoint import Endpoint
    from shortcast_agent.llm import LLMTrouble

    endpoint = Endpoint(settings)
    try:
        endpoint.open()
    except LLMTrouble as trouble:
        says = f"{settings.llm_model} at {where} can't be used: {trouble}."
        return Finding(state="fail", part="language model", says=says)
    how = _MODES[endpoint.abilities.mode] if endpoint.abilities is not None else ""
    return Finding(state="ok", part="language model", says=f"{settings.llm_model} at {where} {how}")
