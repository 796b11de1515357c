"""The graph of one turn: think, act (tools in parallel), check every number, commit the answer.

A plain StateGraph: its state is the messages, which SQLite keeps; what lives for one turn only (deadline,
budget, who thinks) is the context. Nothing untraced is streamed: text leaves sentence by sentence.
"""

import json
import logging
import threading
import time
from collections.abc import Sequence
from contextvars import copy_context
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime

from shortcast_agent.context import TurnCancelled, TurnContext
from shortcast_agent.events import TextDelta, ToolFinished, ToolProgress, ToolStarted
from shortcast_agent.gate import refusal
from shortcast_agent.grounding import strike, trace
from shortcast_agent.langchain_tools import pack, summary_of
from shortcast_agent.llm import LLMTrouble
from shortcast_agent.messages import repaired, sources_of
from shortcast_agent.prompts import complaint
from shortcast_agent.thinking import ask_llm, ask_planner, ask_small_llm
from shortcast_ml.records import Record

log = logging.getLogger(__name__)

_SAME_CALL = "You have this result already; answer from it."
_MOST_WORKERS = 4


class State(TypedDict):
    """What a thread keeps."""

    messages: Annotated[list[AnyMessage], add_messages]


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
            reply = ask_llm(turn, messages) if turn.mode == "native" else ask_small_llm(turn, messages)
        except LLMTrouble as trouble:
            turn.trouble = trouble
            turn.fall_back(str(trouble))
    if reply is None:
        reply = ask_planner(turn, messages)
    if reply.invalid_tool_calls and turn.llm is not None:
        return _malformed(turn, reply, messages)
    if reply.tool_calls:
        turn.candidate = None
        return {"messages": [reply]}
    turn.candidate = reply
    return {}


def _malformed(turn: TurnContext, reply: AIMessage, messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """Send unreadable tool calls back once as errors; the second time the planner takes over."""
    turn.malformed += 1
    if turn.malformed > 1:
        turn.fall_back("it writes tool calls that can't be read")
        answer = ask_planner(turn, list(messages))
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
            results[str(call["id"])] = _failed(call, wrong, refused=turn.llm is not None)
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
            with listening(forward), stoppable(lambda: turn.cancelled.is_set() or turn.is_late):
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
    if turn.is_late:
        return "This turn's time is used up; answer from what you have."
    return refusal(call["name"], call["args"], messages)


def _failed(call: Any, sentence: str, *, refused: bool = False) -> ToolMessage:
    """Answer a call with a sentence; that of a `refused` one is for the model that made it, not the user."""
    return ToolMessage(
        sentence,
        tool_call_id=call["id"],
        name=call["name"],
        status="error",
        additional_kwargs={"refused": True} if refused else {},
    )


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
