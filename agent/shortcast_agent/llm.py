"""The language model: any OpenAI-compatible endpoint named by the settings, and what can go wrong with it.

Whatever goes wrong there (down, slow, HTML instead of an answer) becomes one `LLMTrouble`, and the offline
analyst takes over: an endpoint may fail in any way that software can.
"""

import json
import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from math import isfinite
from typing import TYPE_CHECKING, Any

from shortcast_ml.errors import ServiceError
from shortcast_ml.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, InvalidToolCall, ToolCall

log = logging.getLogger(__name__)

_NO_KEY = "not-needed"  # local endpoints take any key, but the client wants one
_LISTING_TIMEOUT_S = 10.0
_FIRST_WAIT_S = 0.5
_PATIENCE = 0.25  # of the turn's time that is left, spent at most on waiting for one more try
_REST_S = 60.0  # how long an endpoint that hangs is left alone
_LONGEST_REST_S = 600.0
_LONGEST_REPLY = 40_000  # characters
_WHOLE = re.compile(r"[.!?…。！？)\]*_`|\"”»]$")  # how an answer ends where an endpoint names no end
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)\s*", re.DOTALL)


class LLMTrouble(ServiceError):
    """The language model can't be used for this turn; the message says why in a few words.

    `again`: the same request may succeed after `wait_s`. `rest_s`: until then asking is waiting for nothing.
    """

    def __init__(self, why: str, *, again: bool = False, wait_s: float = 0.0, rest_s: float = 0.0) -> None:
        super().__init__(why)
        self.again, self.wait_s, self.rest_s = again, wait_s, rest_s


def is_configured(settings: Settings) -> bool:
    """Say whether the settings name a language model."""
    return bool(settings.llm_model or settings.llm_base_url)


def model_name(settings: Settings) -> str:
    """Return the chat model's name; with an endpoint and no name, the first that the endpoint lists.

    Raises LLMTrouble when the endpoint lists none.
    """
    if settings.llm_model:
        return settings.llm_model
    try:
        listed = [str(model.id) for model in client_of(settings, timeout=_LISTING_TIMEOUT_S).models.list()]
    except LLMTrouble:
        raise
    except Exception as error:  # see the module's docstring
        raise LLMTrouble(f"its list of models can't be read ({_reason(error)})") from error
    if not listed:
        raise LLMTrouble("it lists no models: set SHORTCAST_LLM_MODEL")
    return listed[0]


def client_of(settings: Settings, timeout: float) -> Any:
    """Return the OpenAI client of the settings. Raises LLMTrouble when a key is missing."""
    import openai

    return openai.OpenAI(
        base_url=settings.llm_base_url, api_key=_key(settings), timeout=timeout, max_retries=0
    )


def open_llm(settings: Settings, name: str, *, counts_tokens: bool = False) -> Any:
    """Return the chat model of the settings, ready to stream. Raises LLMTrouble when a key is missing."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=name,
        base_url=settings.llm_base_url,
        api_key=_key(settings),
        temperature=settings.llm_temperature,
        timeout=settings.llm_timeout_s,
        max_retries=0,  # `reply_of` retries: it knows how much of the turn is left
        streaming=True,
        stream_usage=counts_tokens,
        use_responses_api=False,
    )


def _key(settings: Settings) -> str:
    if settings.openai_api_key is not None:
        return settings.openai_api_key.get_secret_value()
    if settings.llm_base_url:
        return _NO_KEY
    raise LLMTrouble("OPENAI_API_KEY is not set")


def reply_of(
    model: Any,
    messages: "Sequence[BaseMessage]",
    *,
    retries: int,
    silence_s: float,
    deadline: float,
    on_text: Callable[[str], None],
    cancelled: threading.Event,
) -> "AIMessage":
    """Return the model's reply; what may pass is tried again, as long as nothing was said and time is left.

    Raises LLMTrouble.
    """
    said: list[str] = []

    def tell(text: str) -> None:
        said.append(text)
        on_text(text)

    for attempt in range(retries + 1):
        try:
            return stream_reply(model, messages, silence_s=silence_s, deadline=deadline, on_text=tell)
        except LLMTrouble as trouble:
            wait = trouble.wait_s or _FIRST_WAIT_S * 2**attempt
            patience = (deadline - time.monotonic()) * _PATIENCE
            if said or not trouble.again or attempt == retries or wait > patience or cancelled.wait(wait):
                raise
    raise LLMTrouble("it was not asked")


def stream_reply(
    model: Any,
    messages: "Sequence[BaseMessage]",
    *,
    silence_s: float,
    deadline: float,
    on_text: Callable[[str], None],
) -> "AIMessage":
    """Return the model's reply, passing its text on as it comes.

    `silence_s` bounds the wait for the next piece, `deadline` (time.monotonic) the whole reply. Raises
    LLMTrouble when the endpoint fails, is too slow, or sends neither text nor a tool call.
    """
    from langchain_core.messages import AIMessage, AIMessageChunk

    pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stopped = threading.Event()

    def read() -> None:
        try:
            for piece in model.stream(list(messages)):
                if stopped.is_set():
                    return
                pieces.put(piece)
            pieces.put(None)
        except Exception as error:  # see the module's docstring
            pieces.put(error)

    context = copy_context()
    threading.Thread(target=context.run, args=(read,), name="shortcast-llm", daemon=True).start()
    whole: AIMessageChunk | None = None
    shown = 0
    while True:
        try:
            piece = pieces.get(timeout=max(min(silence_s, deadline - time.monotonic()), 0.01))
        except queue.Empty:
            stopped.set()
            raise LLMTrouble("it took too long to answer", rest_s=_REST_S) from None
        if isinstance(piece, Exception):
            log.warning("The language model failed: %s", piece, exc_info=piece)
            raise trouble_of(piece) from piece
        if piece is None:
            break
        whole = piece if whole is None else whole + piece
        spoken = _spoken(whole.text)
        if len(spoken) > shown:
            on_text(spoken[shown:])
            shown = len(spoken)
        if len(whole.text) > _LONGEST_REPLY:
            stopped.set()
            raise LLMTrouble("it writes without end")
    if whole is None:
        raise LLMTrouble("it sent nothing")
    text = _THOUGHTS.sub("", whole.text).strip()
    calls, unreadable = _read_calls(whole)
    if not text and not calls and not unreadable:
        raise LLMTrouble("it sent an empty answer")
    if not whole.response_metadata.get("finish_reason") and not calls and not _WHOLE.search(text):
        raise LLMTrouble("its answer broke off", again=True)
    if re.match(r"\s*<(?:!doctype|html|head|body)\b", text, re.IGNORECASE):
        raise LLMTrouble("it sent a web page instead of an answer")
    usage = whole.usage_metadata
    return AIMessage(content=text, tool_calls=calls, invalid_tool_calls=unreadable, usage_metadata=usage)


def _read_calls(whole: "AIMessageChunk") -> "tuple[list[ToolCall], list[InvalidToolCall]]":
    """Return the tool calls whose arguments are whole JSON objects, and the others.

    LangChain completes cut-off JSON while it streams, so its own parse would run half a title.
    """
    from langchain_core.messages.tool import invalid_tool_call, tool_call

    calls, unreadable = [], []
    for nth, chunk in enumerate(whole.tool_call_chunks):
        identity = chunk["id"] or f"call_{nth}"
        try:
            arguments = json.loads(chunk["args"] or "{}")
        except ValueError:
            arguments = None
        if chunk["name"] and isinstance(arguments, dict):
            calls.append(tool_call(name=chunk["name"], args=arguments, id=identity))
        else:
            unreadable.append(
                invalid_tool_call(
                    name=chunk["name"], args=chunk["args"], id=identity, error="not a JSON object"
                )
            )
    return calls, unreadable


def _spoken(text: str) -> str:
    """Return the text without a reasoning model's thoughts, and without what may yet become their tag."""
    text = _THOUGHTS.sub("", text).lstrip()
    opening = text.rfind("<")
    return text[:opening] if opening >= 0 and "<think>".startswith(text[opening:]) else text


def trouble_of(error: BaseException) -> LLMTrouble:
    """Return an endpoint's failure as what to do about it."""
    if isinstance(error, LLMTrouble):
        return error
    import openai

    cause, why = _cause(error), _reason(error)
    if "too long" in why:
        return LLMTrouble(why, rest_s=_REST_S)
    if not isinstance(cause, openai.APIStatusError):
        return LLMTrouble(why, again=isinstance(cause, openai.APIConnectionError | OSError))
    if cause.status_code not in (408, 409, 429) and cause.status_code < 500:
        return LLMTrouble(why)
    wait = _retry_after(cause)
    if wait and cause.status_code == 429:
        why = f"{why}, and asks to wait {wait:.0f} seconds"
    return LLMTrouble(why, again=True, wait_s=wait, rest_s=min(wait, _LONGEST_REST_S))


def _retry_after(error: Any) -> float:
    """Return the seconds that a reply asks to wait, 0 when it names none (or a date that is past)."""
    from email.utils import parsedate_to_datetime

    named = error.response.headers.get("retry-after", "").strip()
    try:
        seconds = float(named)
        return max(seconds, 0.0) if isfinite(seconds) else 0.0
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(named).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _cause(error: BaseException) -> BaseException:
    """Return the innermost error: langchain-openai wraps the client's."""
    import openai

    while error.__cause__ is not None and not isinstance(error, openai.APIError):
        error = error.__cause__
    return error


def _reason(error: BaseException) -> str:
    """Say in a few words what an endpoint's failure was."""
    import openai

    cause = _cause(error)
    if isinstance(cause, openai.APITimeoutError) or "timeout" in type(cause).__name__.lower():
        return "it took too long to answer"
    if isinstance(cause, openai.AuthenticationError | openai.PermissionDeniedError):
        return "it refused the key"
    if isinstance(cause, openai.RateLimitError):
        return "it is over its rate limit or quota"
    if isinstance(cause, openai.NotFoundError):
        return "it does not know the model or the address"
    if isinstance(cause, openai.BadRequestError):
        return "it refused the request"
    if isinstance(cause, openai.APIStatusError):
        return f"it answered with status {cause.status_code}"
    if isinstance(cause, openai.APIConnectionError | OSError):
        return "it can't be reached"
    return "it sent something that is not an answer"
