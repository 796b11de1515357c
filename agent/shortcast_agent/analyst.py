"""The analyst: one conversation at a time, as a function from words and files to an answer.

analyst = Analyst()
result = analyst.ask("Will this do well?", attachments=["draft.mp4"], facts={"followers": 12000})
for event in analyst.stream("What if the title were “…”?", thread=result.thread): ...
"""

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent import memory
from shortcast_agent.attachments import Attachment, look_at_attachments, with_plain_files
from shortcast_agent.endpoint import Endpoint
from shortcast_agent.events import (
    OFFLINE_ANALYST,
    AskResult,
    Done,
    Event,
    Notice,
    ThreadInfo,
    ToolStarted,
    Turn,
)
from shortcast_agent.heard import asks_to_forget, hear
from shortcast_agent.llm import LLMTrouble, is_configured
from shortcast_agent.memory import Profile
from shortcast_agent.threads import Threads
from shortcast_agent.turns import read_turns, result_of
from shortcast_ml.errors import InputError, ServiceError, ShortcastError
from shortcast_ml.records import Record
from shortcast_tools.parts import Parts, use

if TYPE_CHECKING:
    from shortcast_agent.context import TurnContext
    from shortcast_agent.planner.voice import Voice
    from shortcast_agent.provenance import Origin

log = logging.getLogger(__name__)

_LONGEST_QUESTION = 20_000
_ARGUMENTS = {  # by fact of the profile: the argument that it becomes
    "followers": "followers", "typical_views": "typical_views", "platform": "platform", "niche": "query"
}  # fmt: skip


class Analyst:
    """Answers questions over the tools, keeps conversations in SQLite, and is safe to share between threads."""

    def __init__(
        self,
        parts: Parts | None = None,
        *,
        tools: Mapping[str, Callable[..., Record]] | None = None,
        profile: bool = True,
    ) -> None:
        """Build an analyst over `parts` (the environment's by default). `tools` replaces the registry.

        Without `profile` it learns nothing about the user and uses nothing that it knows.
        """
        self.parts = parts or Parts()
        self.settings = self.parts.settings
        self.conversations = Threads(self.settings.threads_path)
        self._registry = tools
        self._remembers = profile
        self._lock = threading.RLock()
        self._thread_locks: dict[str, threading.Lock] = {}
        self._graph: Any = None
        self._tools: dict[str, Any] = {}
        self._endpoint = Endpoint(self.settings)

    @property
    def name(self) -> str:
        """The language model's name, or `offline analyst`."""
        if not is_configured(self.settings):
            return OFFLINE_ANALYST
        return self._endpoint.name or self.settings.llm_model or "the endpoint's first model"

    def ask(
        self,
        text: str,
        *,
        attachments: Sequence[Path | str] = (),
        thread: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> AskResult:
        """Answer one turn. `facts` are tool arguments stated beside the text, such as `followers`."""
        for event in self.stream(text, attachments=attachments, thread=thread, facts=facts):
            if isinstance(event, Done):
                return event.result
        raise ServiceError("The turn ended without an answer; ask again.")

    def stream(
        self,
        text: str,
        *,
        attachments: Sequence[Path | str] = (),
        thread: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Iterator[Event]:
        """Answer one turn, telling what happens as it happens; the last event is `Done`.

        Raises InputError when there is nothing to answer, LibraryError when conversations can't be kept.
        """
        stated = {name: value for name, value in (facts or {}).items() if value not in (None, "", [], ())}
        if len(text) > _LONGEST_QUESTION:
            raise InputError(
                f"Your message has {len(text):,} characters and {_LONGEST_QUESTION:,} are read; shorten it."
            )
        if not text.strip() and not attachments and not stated:
            raise InputError("Say what you want to know, or attach a draft.")
        thread = thread or uuid.uuid4().hex[:12]
        links = self.settings.home / "cache" / "attached"
        files, problems = look_at_attachments(attachments, links)
        stated = with_plain_files(stated, links)
        events: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()
        cancelled = threading.Event()

        def work() -> None:
            try:
                with use(self.parts), self._thread_lock(thread):
                    for problem in problems:
                        events.put(Notice(text=problem))
                    message = _human(text, files, problems, stated, self._remembered(text, stated))
                    events.put(Done(result=self._turn(message, problems, thread, events.put, cancelled)))
                events.put(None)
            except BaseException as error:  # handed to the caller, who raises it
                events.put(error)

        threading.Thread(target=copy_context().run, args=(work,), name="shortcast-turn", daemon=True).start()
        try:
            while (event := events.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            cancelled.set()

    def history(self, thread: str) -> list[Turn]:
        """Return the turns of a thread, oldest first; [] when there is no such thread."""
        return read_turns(self.conversations.messages(thread))

    def origins(self, thread: str) -> "tuple[Origin, ...]":
        """Return where the numbers of a thread's last answer with any come from."""
        from shortcast_agent.provenance import of_last_answer

        return of_last_answer(self.conversations.messages(thread))

    def threads(self) -> list[ThreadInfo]:
        """Return the conversations that can be resumed, the latest first."""
        return self.conversations.listed()

    def delete_thread(self, thread: str) -> bool:
        """Delete a conversation for good, with the uploads that no other one shows; say whether it was there."""
        from shortcast_agent.uploads import delete_uploads

        files = self.conversations.files(thread)
        gone = self.conversations.delete(thread)
        delete_uploads(files, self.conversations.files(), self.settings)
        return gone

    def profile(self) -> Profile:
        """Return what is known about the user. Raises LibraryError when the file can't be used."""
        return memory.read_profile(self.settings.threads_path)

    def edit_profile(self, changes: Mapping[str, Any]) -> Profile:
        """Set facts about the user as typed; an empty one is forgotten. Raises InputError."""
        return memory.edit(self.settings.threads_path, changes)

    def forget_profile(self) -> bool:
        """Forget what is known about the user; say whether there was anything."""
        return memory.forget(self.settings.threads_path)

    def close(self) -> None:
        """Close the conversations' file; the analyst opens it again when asked."""
        with self._lock:
            self.conversations.close()
            self._graph = None

    # --- inside --------------------------------------------------------------------------------------

    def _turn(
        self,
        message: Any,
        problems: Sequence[str],
        thread: str,
        emit: Callable[[Event], None],
        cancelled: threading.Event,
    ) -> AskResult:
        from shortcast_agent.context import TurnContext
        from shortcast_agent.planner.model import OfflinePlanner

        self._open()
        started = time.time()
        earlier = self.conversations.messages(thread)
        unsaid = _unsaid([*earlier, message])

        def tell(event: Event) -> None:
            if isinstance(event, ToolStarted) and (used := _used(unsaid, event.arguments)):
                unsaid.clear()  # said once
                context.notice(memory.said_again(used, _voice([*earlier, message])))
            emit(event)

        context = TurnContext(
            emit=tell,
            deadline=time.monotonic() + self.settings.turn_timeout_s,
            max_tool_calls=self.settings.max_tool_calls,
            tools=self._tools,
            planner=OfflinePlanner(),
            silence_s=self.settings.llm_timeout_s,
            analyst=OFFLINE_ANALYST,
            cancelled=cancelled,
        )
        context.notices.extend(problems)
        if is_configured(self.settings):
            self._bring_language_model(context)
        config = {
            "configurable": {"thread_id": thread},
            "recursion_limit": 4 * self.settings.max_tool_calls + 24,
        }
        try:
            messages = self._graph.invoke({"messages": [message]}, config, context=context)["messages"]
        finally:
            if self.conversations.deleted_since(thread, started):
                self.conversations.delete(thread)  # what the turn has added meanwhile
        if context.trouble is not None:
            self._endpoint.rest(context.trouble)
        self.conversations.forget_old_checkpoints(thread)
        if self._remembers and _wants_to_be_forgotten(messages, message.additional_kwargs["said"]):
            self.forget_profile()
            if context.analyst != OFFLINE_ANALYST:  # who says so in the answer
                context.notice(memory.FORGOTTEN)
        result = result_of(messages, thread, tuple(context.notices), context.analyst)
        return result.model_copy(update={"usage": context.usage})

    def _remembered(self, text: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is known of the user before a turn, and learn what the turn's own words state."""
        if not self._remembers:
            return {}
        known, now = self.profile(), datetime.now().astimezone()
        memory.learn(self.settings.threads_path, hear(text, now, facts), now)
        return known.facts()

    def _bring_language_model(self, context: "TurnContext") -> None:
        """Give a turn the language model of the settings; one that can't be used is said to be."""
        settings = self.settings
        context.analyst = self.name
        context.retries, context.writes = settings.llm_max_retries, settings.llm_writes
        context.prices = settings.llm_price_in, settings.llm_price_out
        try:
            context.llm = self._endpoint.open()
        except LLMTrouble as trouble:
            self._endpoint.rest(trouble)
            context.fall_back(str(trouble))
            return
        abilities = self._endpoint.abilities
        context.mode = abilities.mode if abilities is not None else "native"
        if context.mode == "plain" and not context.writes:
            context.llm = None  # nothing is left for it to do
        context.analyst = self.name if context.llm is not None else OFFLINE_ANALYST

    def _open(self) -> None:
        """Build the tools and the graph over the conversations' file, once."""
        with self._lock:
            if self._graph is None:
                from shortcast_agent.graph import build_graph
                from shortcast_agent.langchain_tools import as_langchain_tools

                registry = self._registry
                if registry is None:
                    from shortcast_tools import TOOLS

                    registry = TOOLS
                self._tools = {tool.name: tool for tool in as_langchain_tools(registry)}
                self._graph = build_graph(self.conversations.saver)

    def _thread_lock(self, thread: str) -> threading.Lock:
        with self._lock:
            return self._thread_locks.setdefault(thread, threading.Lock())


def _unsaid(messages: Sequence[Any]) -> dict[str, Any]:
    """Return the facts that a thread has from the profile only; none once their use was told in it."""
    from shortcast_agent.planner.conversation import fold, stated

    known = dict(messages[-1].additional_kwargs.get("profile", {}))
    told = [notice for past in messages for notice in past.additional_kwargs.get("notices", ())]
    if not known or any(memory.is_said_again(notice) for notice in told):
        return {}
    said = {name for turn in fold(messages) for name in stated(turn)}
    return {name: value for name, value in known.items() if name not in said}


def _voice(messages: Sequence[Any]) -> "Voice":
    """Return the voice in which the last message is answered."""
    from shortcast_agent.planner.conversation import fold
    from shortcast_agent.planner.language import language_after
    from shortcast_agent.planner.plan import remember
    from shortcast_agent.planner.voice import Voice

    *earlier, turn = fold(messages)
    return Voice(language_after(turn, remember(earlier), ""))


def _used(unsaid: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the facts that a tool is called with."""
    return {
        name: unsaid[name]
        for name, argument in _ARGUMENTS.items()
        if name in unsaid and arguments.get(argument) == unsaid[name]
    }


def _wants_to_be_forgotten(messages: Sequence[Any], text: str) -> bool:
    """Say whether a turn that has ended asks to forget its user: in their own words, and as the planner reads them."""
    if not asks_to_forget(text):
        return False
    from shortcast_agent.planner.conversation import fold
    from shortcast_agent.planner.plan import decide, remember

    *earlier, turn = fold(messages)
    return "profile_forget" in decide(turn, remember(earlier)).intents


def _human(
    text: str,
    files: Sequence[Attachment],
    problems: Sequence[str],
    facts: Mapping[str, Any],
    profile: Mapping[str, Any],
) -> Any:
    """Return the message of a turn: the words for a language model, the same facts as data for the planner."""
    from langchain_core.messages import HumanMessage

    plain = {name: _as_data(value) for name, value in facts.items()}
    lines = [text.strip()] if text.strip() else []
    lines += [f"[Attached {item.kind}: {item.path}]" for item in files]
    lines += [f"[Not usable: {problem}]" for problem in problems]
    lines += [f"[Stated: {name} = {value}]" for name, value in plain.items()]
    return HumanMessage(
        "\n".join(lines),
        additional_kwargs={
            "said": text,
            "said_at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "attachments": [{"path": str(item.path), "kind": item.kind} for item in files],
            "problems": list(problems),
            "facts": plain,
            "profile": dict(profile),
        },
    )


def _as_data(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return [_as_data(item) for item in value] if isinstance(value, list | tuple) else value


__all__ = ["Analyst", "AskResult", "ShortcastError"]
