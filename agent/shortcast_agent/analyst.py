"""The analyst: one conversation at a time, as a function from words and files to an answer.

analyst = Analyst()
result = analyst.ask("Will this do well?", attachments=["draft.mp4"], facts={"followers": 12000})
for event in analyst.stream("What if the title were “…”?", thread=result.thread): ...
"""

import logging
import queue
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.attachments import Attachment, look_at_attachments
from shortcast_agent.endpoint import Endpoint
from shortcast_agent.events import OFFLINE_ANALYST, AskResult, Done, Event, Notice, ThreadInfo, Turn
from shortcast_agent.llm import LLMTrouble, is_configured
from shortcast_agent.turns import read_turns, result_of
from shortcast_ml.errors import InputError, LibraryError, ServiceError, ShortcastError
from shortcast_ml.records import Record
from shortcast_tools.parts import Parts, use

if TYPE_CHECKING:
    from shortcast_agent.graph import TurnContext

log = logging.getLogger(__name__)

_LONGEST_QUESTION = 20_000
_MOST_THREADS_LISTED = 100


class Analyst:
    """Answers questions over the tools, keeps conversations in SQLite, and is safe to share between threads."""

    def __init__(
        self, parts: Parts | None = None, *, tools: Mapping[str, Callable[..., Record]] | None = None
    ) -> None:
        """Build an analyst over `parts` (the environment's by default). `tools` replaces the registry."""
        self.parts = parts or Parts()
        self.settings = self.parts.settings
        self._registry = tools
        self._lock = threading.RLock()
        self._thread_locks: dict[str, threading.Lock] = {}
        self._graph: Any = None
        self._tools: dict[str, Any] = {}
        self._connection: sqlite3.Connection | None = None
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
        files, problems = look_at_attachments(attachments)
        message = _human(text, files, problems, stated)
        events: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()
        cancelled = threading.Event()

        def work() -> None:
            try:
                with use(self.parts), self._thread_lock(thread):
                    for problem in problems:
                        events.put(Notice(text=problem))
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
        return read_turns(self._messages(thread))

    def threads(self) -> list[ThreadInfo]:
        """Return the conversations that can be resumed, the latest first."""
        graph_connection = self._open()
        with self._lock:
            rows = graph_connection.execute(
                "SELECT thread_id FROM checkpoints GROUP BY thread_id ORDER BY MAX(checkpoint_id) DESC LIMIT ?",
                (_MOST_THREADS_LISTED,),
            ).fetchall()
        found = []
        for (thread,) in rows:
            turns = self.history(thread)
            if turns:
                title = next((turn.user for turn in turns if turn.user.strip()), "(a draft)")
                found.append(ThreadInfo(id=thread, title=title[:80], turns=len(turns)))
        return found

    def close(self) -> None:
        """Close the conversations' file; the analyst opens it again when asked."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._graph = None

    # --- inside --------------------------------------------------------------------------------------

    def _turn(
        self,
        message: Any,
        problems: Sequence[str],
        thread: str,
        emit: Callable[[Event], None],
        cancelled: threading.Event,
    ) -> AskResult:
        from shortcast_agent.graph import TurnContext
        from shortcast_agent.planner.model import OfflinePlanner

        self._open()
        context = TurnContext(
            emit=emit,
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
        self._graph.invoke({"messages": [message]}, config, context=context)
        if context.trouble is not None:
            self._endpoint.rest(context.trouble)
        self._forget_old_checkpoints(thread)
        result = result_of(self._messages(thread), thread, tuple(context.notices), context.analyst)
        return result.model_copy(update={"usage": context.usage})

    def _bring_language_model(self, context: "TurnContext") -> None:
        """Give a turn the language model of the settings; one that can't be used is said to be."""
        settings = self.settings
        context.analyst = self.name
        context.retries = settings.llm_max_retries
        context.prices = settings.llm_price_in, settings.llm_price_out
        try:
            context.llm = self._endpoint.open()
        except LLMTrouble as trouble:
            self._endpoint.rest(trouble)
            context.fall_back(str(trouble))
            return
        context.analyst = self.name
        if self._endpoint.abilities is not None:
            context.mode = self._endpoint.abilities.mode

    def _open(self) -> sqlite3.Connection:
        """Open the conversations' file and build the graph over it, once."""
        with self._lock:
            if self._connection is None:
                from langgraph.checkpoint.sqlite import SqliteSaver

                from shortcast_agent.graph import build_graph
                from shortcast_agent.langchain_tools import as_langchain_tools

                path = self.settings.threads_path
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    connection = sqlite3.connect(path, check_same_thread=False, timeout=15)
                    saver = SqliteSaver(connection, serde=_serializer())
                    saver.setup()
                except (sqlite3.DatabaseError, OSError) as error:
                    raise LibraryError(
                        f"The conversations in {path} can't be opened ({error}). Move that file away, or set "
                        "SHORTCAST_HOME to a folder that can be written."
                    ) from error
                registry = self._registry
                if registry is None:
                    from shortcast_tools import TOOLS

                    registry = TOOLS
                self._tools = {tool.name: tool for tool in as_langchain_tools(registry)}
                self._graph, self._connection = build_graph(saver), connection
            return self._connection

    def _messages(self, thread: str) -> list[Any]:
        self._open()
        state = self._graph.get_state({"configurable": {"thread_id": thread}})
        return list(state.values.get("messages", []))

    def _thread_lock(self, thread: str) -> threading.Lock:
        with self._lock:
            return self._thread_locks.setdefault(thread, threading.Lock())

    def _forget_old_checkpoints(self, thread: str) -> None:
        """Keep the last checkpoint of a thread: each holds all messages, so the rest only fills the disk."""
        connection = self._open()
        last = "(SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ?)"
        saver_lock = self._graph.checkpointer.lock
        try:
            with saver_lock, connection:
                for table in ("writes", "checkpoints"):
                    connection.execute(  # two table names of ours, nothing from outside
                        f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < {last}",  # noqa: S608
                        (thread, thread),
                    )
        except sqlite3.OperationalError as error:  # another process is writing: the next turn tidies up
            log.info("Old checkpoints of %s stay for now: %s", thread, error)


def _serializer() -> Any:
    """Return a serializer that revives messages and plain data only, whatever the file claims to hold."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)


def _human(text: str, files: Sequence[Attachment], problems: Sequence[str], facts: Mapping[str, Any]) -> Any:
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
        },
    )


def _as_data(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return [_as_data(item) for item in value] if isinstance(value, list | tuple) else value


__all__ = ["Analyst", "AskResult", "ShortcastError"]
