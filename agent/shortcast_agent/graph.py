"""The graph of one turn: think, act (tools in parallel), check every number, commit the answer.

A plain StateGraph: its state is the messages, which SQLite keeps; what lives for one turn only (deadline,
budget, who thinks) is the context. Nothing untraced is streamed: text leaves sentence by sentence.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime

from shortcast_agent.events import (
    Event,
    Notice,
    TextDelta,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    Usage,
)
from shortcast_agent.gate import open_tools, refusal
from shortcast_agent.grounding import SentenceGate, strike, trace
from shortcast_agent.langchain_tools import pack, summary_of
from shortcast_agent.llm import LLMTrouble, reply_of
from shortcast_agent.memory import prompt_lines
from shortcast_agent.messages import profile_of, repaired, said_at, shortened, sources_of
from shortcast_agent.planner.conversation import fold
from shortcast_agent.planner.plan import remember
from shortcast_agent.prompts import complaint, system_prompt
from shortcast_agent.router import route, writing_prompt
from shortcast_ml.records import Record

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

log = logging.getLogger(__name__)

_SAME_CALL = "You have this result already; answer from it."
_MOST_WORKERS = 4
_PICK_TOKENS = 32


class TurnCancelled(Exception):
    """The surface went away in the middle of a turn."""


class State(TypedDict):
    """What a thread keeps."""

    messages: Annotated[list[AnyMessage], add_messages]


@dataclass
class TurnContext:
    """What lives for one turn."""

    emit: Callable[[Event], None]
    deadline: float
    max_tool_calls: int
    tools: "dict[str, BaseTool]"
    planner: Any
    llm: Any | None = None
    mode: str = "native"
    writes: bool = False
    retries: int = 0
    silence_s: float = 60.0
    analyst: str = ""
    prices: tuple[float | None, float | None] = (None, None)
    usage: Usage | None = None
    intents: tuple[str, ...] = ()
    cancelled: threading.Event = field(default_factory=threading.Event)
    trouble: LLMTrouble | None = None
    calls_made: int = 0
    malformed: int = 0
    notices: list[str] = field(default_factory=list)
    candidate: AIMessage | None = None
    rejected: tuple[AIMessage, str] | None = None
    streamed: str = ""

    def stream(self, text: str) -> None:
        """Let a piece of the answer out."""
        self.streamed += text
        self.emit(TextDelta(text=text))

    def notice(self, text: str) -> None:
        """Tell the user something beside the answer, once."""
        if text not in self.notices:
            self.notices.append(text)
            self.emit(Notice(text=text))

    def ask(self, model: Any, prompt: Sequence[BaseMessage], on_text: Callable[[str], None]) -> AIMessage:
        """Return a model's reply and count what it took. Raises LLMTrouble."""
        reply = reply_of(
            model,
            prompt,
            retries=self.retries,
            silence_s=self.silence_s,
            deadline=self.deadline,
            on_text=on_text,
            cancelled=self.cancelled,
        )
        self.usage = counted(self.usage, reply, self.prices)
        return reply

    def fall_back(self, why: str) -> None:
        """Let the offline analyst finish the turn."""
        name, self.llm = self.analyst, None
        self.analyst = "offline analyst"
        self.notice(
            f"The language model {name} can't be used now: {why}. The offline analyst answers instead."
        )


def build_graph(checkpointer: Any) -> Any:
    """Return the compiled graph; its context is a `TurnContext`."""
    graph = StateGraph(State, context_schema=TurnContext)
    graph.add_node("think", think)
    graph.add_node("act", act)
    graph.add_node("check", check)
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", _after_thinking, ["act", "check"])
    graph.add_edge("act", "think")
    graph.add_conditional_edges("check", _after_checking, ["think", END])
    return graph.compile(checkpointer=checkpointer)


# --- think -------------------------------------------------------------------------------------------


def think(state: State, runtime: Runtime[TurnContext]) -> dict[str, Any]:
    """Ask the language model, or the planner, for tool calls or an answer."""
    turn = runtime.context
    if turn.cancelled.is_set():
        raise TurnCancelled
    messages = repaired(state["messages"])
    reply: AIMessage | None = None
    if turn.llm is not None:
        try:
            reply = _ask_llm(turn, messages) if turn.mode == "native" else _ask_small_llm(turn, messages)
        except LLMTrouble as trouble:
            turn.trouble = trouble
            turn.fall_back(str(trouble))
    if reply is None:
        reply = _ask_planner(turn, messages)
    if reply.invalid_tool_calls and turn.llm is not None:
        return _malformed(turn, reply, messages)
    if reply.tool_calls:
        turn.candidate = None
        return {"messages": [reply]}
    turn.candidate = reply
    return {}


def _ask_llm(turn: TurnContext, messages: list[BaseMessage]) -> AIMessage:
    told = system_prompt(said_at(messages), prompt_lines(profile_of(messages)))
    prompt: list[BaseMessage] = [SystemMessage(told), *shortened(messages)]
    prompt += _sent_back(turn)
    spent = turn.calls_made >= turn.max_tool_calls or turn.rejected is not None
    opened = frozenset[str]() if spent else open_tools(messages)
    usable = [tool for name, tool in turn.tools.items() if name in opened]
    model: Any = turn.llm.bind_tools(usable) if usable and turn.llm else turn.llm
    gate = SentenceGate(sources_of(messages), turn.stream) if turn.rejected is None else None
    reply = turn.ask(model, prompt, gate.feed if gate else _unheard)
    if spent and (reply.tool_calls or reply.invalid_tool_calls):
        reply = AIMessage(content=reply.content)
        if not reply.text:
            raise LLMTrouble("it asks for tools without end")
    if gate is not None:
        gate.flush()
    return reply


def _ask_small_llm(turn: TurnContext, messages: list[BaseMessage]) -> AIMessage:
    """Let a model that calls no tools pick what is asked for; the planner fills in, and writes unless told not to.

    A model that can't call tools turns "too unsure to recommend" into advice when it sums results up.
    """
    turns = fold(messages)
    *earlier, now = turns
    talk = remember(earlier)
    if not turn.intents and turn.mode == "router":
        turn.intents = route(now, talk, earlier, partial(_pick, turn))
    planned = turn.planner.model_copy(update={"intents": turn.intents, "tool_names": frozenset(turn.tools)})
    reply: AIMessage = planned.invoke(messages)
    turn.intents = tuple(reply.additional_kwargs.get("intents", turn.intents))
    if reply.tool_calls:
        return reply
    if not turn.writes or not any(call.record for call in now.calls):
        turn.stream(str(reply.text))
        return reply
    prompt = writing_prompt(now.said, str(reply.text))
    prompt += _sent_back(turn)
    gate = SentenceGate(sources_of(messages), turn.stream) if turn.rejected is None else None
    written = turn.ask(turn.llm, prompt, gate.feed if gate else _unheard)
    if gate is not None:
        gate.flush()
    if not written.text:
        raise LLMTrouble("it sent an empty answer")
    return AIMessage(written.text, additional_kwargs=reply.additional_kwargs)


def _sent_back(turn: TurnContext) -> list[BaseMessage]:
    """Return the answer that was refused and why, for the one retry."""
    return [turn.rejected[0], HumanMessage(turn.rejected[1])] if turn.rejected is not None else []


def _pick(turn: TurnContext, prompt: Sequence[BaseMessage], schema: dict[str, object]) -> AIMessage:
    """Ask for a short answer within a JSON schema."""
    form = {"type": "json_schema", "json_schema": {"name": "choice", "strict": True, "schema": schema}}
    return turn.ask(turn.llm.bind(response_format=form, max_tokens=_PICK_TOKENS), prompt, _unheard)  # type: ignore[union-attr]


def _unheard(text: str) -> None:
    """Let text pass that nobody is to see yet."""


def counted(usage: Usage | None, reply: AIMessage, prices: tuple[float | None, float | None]) -> Usage:
    """Return the turn's usage with one more reply, at `prices` in USD per million tokens in and out."""
    before, told = usage or Usage(), reply.usage_metadata
    if told is None:
        return before.model_copy(update={"model_calls": before.model_calls + 1})
    sent = (before.input_tokens or 0) + told["input_tokens"]
    written = (before.output_tokens or 0) + told["output_tokens"]
    price_in, price_out = prices
    cost = None if price_in is None or price_out is None else (sent * price_in + written * price_out) / 1e6
    return Usage(model_calls=before.model_calls + 1, input_tokens=sent, output_tokens=written, cost_usd=cost)


def _ask_planner(turn: TurnContext, messages: list[BaseMessage]) -> AIMessage:
    gate = SentenceGate(sources_of(messages), turn.stream) if not turn.streamed else None
    whole: Any = None
    planner = turn.planner.model_copy(update={"intents": turn.intents})
    for piece in planner.bind_tools(list(turn.tools.values())).stream(messages):
        whole = piece if whole is None else whole + piece
        if gate is not None and piece.text:
            gate.feed(piece.text)
    if gate is not None:
        gate.flush()
    kept = whole.additional_kwargs
    turn.intents = tuple(kept.get("intents", ()))
    return AIMessage(content=whole.content, tool_calls=whole.tool_calls, additional_kwargs=kept)


def _malformed(turn: TurnContext, reply: AIMessage, messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """Send unreadable tool calls back once as errors; the second time the planner takes over."""
    turn.malformed += 1
    if turn.malformed > 1:
        turn.fall_back("it writes tool calls that can't be read")
        answer = _ask_planner(turn, list(messages))
        turn.candidate = None if answer.tool_calls else answer
        return {"messages": [answer]} if answer.tool_calls else {}
    calls = [
        {
            "name": call.get("name") or "unknown",
            "args": {},
            "id": call.get("id") or f"malformed_{nth}",
            "type": "tool_call",
        }
        for nth, call in enumerate(reply.invalid_tool_calls)
    ]
    refused = [
        ToolMessage(
            f"The arguments of {call['name']} were not valid JSON, so it did not run. Call it again "
            f"with a JSON object.",
            tool_call_id=str(call["id"]),
            name=str(call["name"]),
            status="error",
        )
        for call in calls
    ]
    turn.calls_made += len(calls)
    turn.candidate = None
    # The readable calls of the same reply are dropped: the model is asked to send all of them again.
    return {"messages": [AIMessage(content=reply.content, tool_calls=calls), *refused]}


def _after_thinking(state: State, runtime: Runtime[TurnContext]) -> str:
    if runtime.context.candidate is not None:
        return "check"
    return "act"


# --- act ---------------------------------------------------------------------------------------------


def act(state: State, runtime: Runtime[TurnContext]) -> dict[str, Any]:
    """Run the calls of the last reply, in parallel, within the turn's budget."""
    turn = runtime.context
    reply = state["messages"][-1]
    if not isinstance(reply, AIMessage):
        return {}  # every call was malformed and has been answered
    earlier = _calls_of_turn(state["messages"][:-1])
    results: dict[str, ToolMessage] = {}
    threads: list[threading.Thread] = []
    slots = threading.Semaphore(_MOST_WORKERS)
    for call in reply.tool_calls:
        turn.calls_made += 1
        key = _key(call["name"], call["args"])
        wrong = _wrong(turn, call, state["messages"])
        if wrong is not None:
            results[str(call["id"])] = _failed(call, wrong)
            _tell(turn, call, results[str(call["id"])])
        elif key in earlier:
            old = earlier[key]
            results[str(call["id"])] = ToolMessage(
                f"{old.text}\n{_SAME_CALL}", tool_call_id=call["id"], name=call["name"], artifact=old.artifact,
                additional_kwargs={"seconds": 0.0, "reused": True},
            )  # fmt: skip
        else:
            turn.emit(ToolStarted(id=call["id"], name=call["name"], arguments=call["args"]))
            runner = threading.Thread(
                target=copy_context().run,
                args=(_run, turn, call, results, slots),
                name=f"tool-{call['name']}",
                daemon=True,
            )
            threads.append(runner)
            runner.start()
    for runner in threads:
        runner.join(max(turn.deadline - time.monotonic(), 0.0))
    for call in reply.tool_calls:
        if str(call["id"]) not in results:
            late = _failed(call, f"{call['name']} took longer than this turn may; try again with less.")
            results.setdefault(str(call["id"]), late)
            _tell(turn, call, results[str(call["id"])])
    return {"messages": [results[str(call["id"])] for call in reply.tool_calls]}


def _run(turn: TurnContext, call: Any, results: dict[str, ToolMessage], slots: threading.Semaphore) -> None:
    from shortcast_tools.progress import Stopped, listening, stoppable

    def forward(done: int, total: int, text: str) -> None:
        turn.emit(ToolProgress(id=call["id"], done=done, total=total, text=text))

    with slots:
        started = time.monotonic()
        try:
            with listening(forward), stoppable(lambda: turn.cancelled.is_set() or _is_late(turn)):
                message = turn.tools[call["name"]].invoke({**call, "type": "tool_call"})
        except Stopped as stopped:
            message = _failed(call, str(stopped))
    message.additional_kwargs["seconds"] = round(time.monotonic() - started, 3)
    if isinstance(message.artifact, Record):
        record = message.artifact
        message.artifact = pack(record)
        message.additional_kwargs["summary"] = summary_of(record)
    if results.setdefault(str(call["id"]), message) is message:
        _tell(turn, call, message)


def _is_late(turn: TurnContext) -> bool:
    return time.monotonic() >= turn.deadline


def _wrong(turn: TurnContext, call: Any, messages: Sequence[BaseMessage]) -> str | None:
    """Say why a call is not run, if it is not."""
    if call["name"] not in turn.tools:
        return f"There is no tool {call['name']}; there are {', '.join(turn.tools)}."
    unknown = set(call["args"]) - set(turn.tools[call["name"]].args)
    if unknown:
        known = ", ".join(turn.tools[call["name"]].args)
        return f"{call['name']} has no argument {', '.join(sorted(unknown))}; it takes {known}."
    if turn.calls_made > turn.max_tool_calls:
        return f"This turn's {turn.max_tool_calls} tool calls are used up; answer from what you have."
    if _is_late(turn):
        return "This turn's time is used up; answer from what you have."
    return refusal(call["name"], call["args"], messages)


def _failed(call: Any, sentence: str) -> ToolMessage:
    return ToolMessage(sentence, tool_call_id=call["id"], name=call["name"], status="error")


def _tell(turn: TurnContext, call: Any, message: ToolMessage) -> None:
    ok = message.status != "error"
    turn.emit(
        ToolFinished(
            id=call["id"],
            name=call["name"],
            ok=ok,
            summary=message.additional_kwargs.get("summary", "") if ok else message.text,
            seconds=message.additional_kwargs.get("seconds", 0.0),
            error=None if ok else message.text,
        )
    )


def _key(name: str, arguments: dict[str, Any]) -> str:
    return json.dumps([name, arguments], sort_keys=True, default=str)


def _calls_of_turn(messages: Sequence[BaseMessage]) -> dict[str, ToolMessage]:
    """Return the successful results since the user last spoke, by call."""
    calls: dict[str, str] = {}
    found: dict[str, ToolMessage] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            calls, found = {}, {}
        elif isinstance(message, AIMessage):
            calls |= {str(call["id"]): _key(call["name"], call["args"]) for call in message.tool_calls}
        elif isinstance(message, ToolMessage) and message.status != "error" and message.tool_call_id in calls:
            found.setdefault(calls[message.tool_call_id], message)
    return found


# --- check -------------------------------------------------------------------------------------------


def check(state: State, runtime: Runtime[TurnContext]) -> dict[str, Any]:
    """Trace every number of the answer; send it back once, then strike what stands nowhere."""
    turn = runtime.context
    answer = turn.candidate
    if answer is None:
        return {}
    sources = sources_of(state["messages"])
    faults = trace(str(answer.text), sources).faults
    text = str(answer.text)
    if faults:
        if turn.llm is not None and turn.rejected is None and time.monotonic() < turn.deadline:
            turn.rejected = (answer, complaint(f"{fault.text} ({fault.why})" for fault in faults))
            return {}
        text, struck = strike(str(answer.text), sources)
        if turn.llm is None:
            log.error("The offline analyst wrote numbers that can't be traced: %s", ", ".join(struck))
        turn.notice(f"Left out what could not be traced to a result: {', '.join(dict.fromkeys(struck))}.")
    if not text.strip():
        if turn.llm is not None:
            turn.fall_back("nothing of its answer could be traced")
            turn.candidate, turn.rejected = None, None
            return {}
        text = "I have no figure for that which I could trace to a result."
    turn.rejected = None
    _stream_rest(turn, text)
    return {
        "messages": [
            AIMessage(
                text,
                additional_kwargs={
                    "analyst": turn.analyst,
                    "notices": list(turn.notices),
                    "intents": list(turn.intents),
                },
            )
        ]
    }


def _after_checking(state: State, runtime: Runtime[TurnContext]) -> str:
    turn = runtime.context
    return "think" if turn.candidate is None or turn.rejected is not None else END


def _stream_rest(turn: TurnContext, text: str) -> None:
    """Emit what of the final answer has not been streamed; if it was rewritten, the surface replaces it."""
    if not turn.streamed:
        turn.emit(TextDelta(text=text))
    elif text.startswith(turn.streamed.rstrip()):
        rest = text[len(turn.streamed.rstrip()) :]
        if rest.strip():
            turn.emit(TextDelta(text=rest))
    else:
        turn.notice("The answer was rewritten after its numbers were checked.")
    turn.streamed = text
