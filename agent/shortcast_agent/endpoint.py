"""What an endpoint can do, found out once by asking it, and remembered; and when it is worth asking again.

`native`: it returns tool calls. `router`: it does not, but answers within a JSON schema, so it picks what a
question asks for and the planner fills in the arguments. `plain`: neither; it only puts results into words.
"""

import json
import logging
import time
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from shortcast_agent.llm import LLMTrouble, client_of, model_name, open_llm, trouble_of
from shortcast_ml.records import Record
from shortcast_ml.settings import Settings

log = logging.getLogger(__name__)

Mode = Literal["native", "router", "plain"]

PROBE = "shortcast_probe"
_WORD = "ready"
_PROBE_TOKENS = 64
_PROBE_TIMEOUT_S = 30.0
_FILE = "endpoints.json"


class Abilities(Record):
    """What a model at an endpoint can do."""

    mode: Mode
    counts_tokens: bool


class Endpoint:
    """The language model of the settings: opened when first asked, left alone for a while when it hangs."""

    def __init__(self, settings: Settings) -> None:
        """Name the endpoint of `settings`; nothing is asked yet."""
        self._settings = settings
        self._chat: Any = None
        self._rests_until = 0.0
        self._why = ""
        self.name: str | None = None
        self.abilities: Abilities | None = None

    def open(self) -> Any:
        """Return the chat model, its name and abilities known. Raises LLMTrouble when it can't be used now."""
        left = self._rests_until - time.monotonic()
        if left > 0:
            raise LLMTrouble(f"{self._why}; it is asked again in {left:.0f} s")
        if self._chat is None:
            self.name = model_name(self._settings)
            self.abilities = self._known_abilities(self.name)
            self._chat = open_llm(self._settings, self.name, counts_tokens=self.abilities.counts_tokens)
        return self._chat

    def rest(self, trouble: LLMTrouble) -> None:
        """Leave the endpoint alone for as long as its trouble says; each question would wait for nothing."""
        if trouble.rest_s > 0:
            self._rests_until, self._why = time.monotonic() + trouble.rest_s, str(trouble)

    def _known_abilities(self, name: str) -> Abilities:
        settings = self._settings
        if settings.llm_tools != "auto":
            return Abilities(mode=settings.llm_tools, counts_tokens=settings.llm_base_url is None)
        if settings.llm_base_url is None:
            return Abilities(mode="native", counts_tokens=True)
        path, key = settings.home / _FILE, f"{settings.llm_base_url} {name}"
        known = _read(path)
        if key not in known:
            known[key] = probe(settings, name)
            _write(path, known)
        return known[key]


def probe(settings: Settings, name: str) -> Abilities:
    """Ask a model for one tool call, then for one JSON answer. Raises LLMTrouble when it does not answer."""
    client = client_of(settings, timeout=min(_PROBE_TIMEOUT_S, settings.llm_timeout_s))
    common: dict[str, Any] = {"model": name, "max_tokens": _PROBE_TOKENS, "temperature": 0}
    schema = {
        "type": "object", "properties": {"word": {"type": "string", "enum": [_WORD]}},
        "required": ["word"], "additionalProperties": False,
    }  # fmt: skip
    tool = {"name": PROBE, "description": "Say that tools can be called.", "parameters": schema}
    asked = {"role": "user", "content": f'Call the tool {PROBE} with the word "{_WORD}".'}
    told = {"role": "user", "content": f'Answer with the JSON object {{"word": "{_WORD}"}}.'}
    counts, mode = False, "plain"
    try:
        for given in (
            {"messages": [asked], "tools": [{"type": "function", "function": tool}]},
            {
                "messages": [told],
                "response_format": {"type": "json_schema", "json_schema": {"name": "word", "schema": schema}},
            },
        ):
            reply = _ask(client, common | given)
            if reply is None:
                continue
            counts = counts or bool(reply.usage and reply.usage.total_tokens)
            message = reply.choices[0].message if reply.choices else None
            if message is None:
                continue
            if any(_is_call(call) for call in message.tool_calls or ()):
                mode = "native"
                break
            if "response_format" in given and _holds_word(message.content or ""):
                mode = "router"
    except Exception as error:  # whatever an endpoint does, the turn goes on without it
        raise trouble_of(error) from error
    log.info("%s can be used as %s", name, mode)
    return Abilities.model_validate({"mode": mode, "counts_tokens": counts})


def _ask(client: Any, request: dict[str, Any]) -> Any:
    """Return the reply; None when the endpoint does not understand the request."""
    import openai

    try:
        return client.chat.completions.create(**request)
    except (openai.BadRequestError, openai.UnprocessableEntityError):
        return None


def _is_call(call: Any) -> bool:
    function = getattr(call, "function", None)
    return function is not None and function.name == PROBE and _holds_word(function.arguments or "")


def _holds_word(text: str) -> bool:
    try:
        said = json.loads(text)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("word") == _WORD


def _read(path: Path) -> dict[str, Abilities]:
    try:
        stored = json.loads(path.read_text("utf-8"))
        return {key: Abilities.model_validate(value) for key, value in stored.items()}
    except (OSError, ValueError, ValidationError, AttributeError):
        return {}  # nothing is lost: the endpoint is asked again


def _write(path: Path, known: dict[str, Abilities]) -> None:
    text = json.dumps({key: value.model_dump() for key, value in known.items()}, indent=1)
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        log.warning("What %s can do is not remembered: %s", path.name, error)
