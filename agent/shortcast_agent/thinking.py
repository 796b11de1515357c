"""Who thinks about a turn: a model that calls tools, one that does not, or the offline planner."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from shortcast_agent.context import TurnContext
from shortcast_agent.gate import open_tools
from shortcast_agent.grounding import SentenceGate
from shortcast_agent.llm import LLMTrouble
from shortcast_agent.memory import prompt_lines
from shortcast_agent.messages import profile_of, said_at, shortened, sources_of
from shortcast_agent.planner.conversation import fold
from shortcast_agent.planner.plan import remember
from shortcast_agent.prompts import system_prompt
from shortcast_agent.router import route, whole_sentences, writing_prompt

_PICK_TOKENS = 32
_WRITE_TOKENS = 300


def ask_llm(turn: TurnContext, messages: list[BaseMessage]) -> AIMessage:
    """Let a model that calls tools go on, with those that the user's words open. Raises LLMTrouble."""
    told = system_prompt(said_at(messages), prompt_lines(profile_of(messages)))
    prompt: list[BaseMessage] = [SystemMessage(told), *shortened(messages)]
    prompt += _sent_back(turn)
    spent = turn.calls_made >= turn.max_tool_calls or turn.rejected is not None
    opened = frozenset[str]() if spent else open_tools(messages)
    usable = [tool for name, tool in turn.tools.items() if name in opened]
    model: Any = turn.llm.bind_tools(usable) if usable and turn.llm else turn.llm
    gate = SentenceGate(sources_of(messages), turn.stream if turn.rejected is None else _unheard)
    reply = turn.ask(model, prompt, gate.feed)
    if spent and (reply.tool_calls or reply.invalid_tool_calls):
        reply = AIMessage(content=reply.content)
        if not reply.text:
            raise LLMTrouble("it asks for tools without end")
    gate.flush()
    return reply


def ask_small_llm(turn: TurnContext, messages: list[BaseMessage]) -> AIMessage:
    """Let a model that calls no tools pick what is asked for; the planner fills in, and writes unless told not to.

    A model that can't call tools turns "too unsure to recommend" into advice when it sums results up. Raises
    LLMTrouble.
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
    gate = SentenceGate(sources_of(messages), turn.stream if turn.rejected is None else _unheard)
    if not turn.writes or not any(call.record for call in now.calls):
        gate.feed(str(reply.text))
        gate.flush()
        return reply
    prompt = [*writing_prompt(now.said, str(reply.text)), *_sent_back(turn)]
    written = turn.ask(turn.llm.bind(max_tokens=_WRITE_TOKENS), prompt, gate.feed)  # type: ignore[union-attr]
    gate.flush()
    text = whole_sentences(str(written.text))
    if not text:
        raise LLMTrouble("it sent an empty answer")
    return AIMessage(text, additional_kwargs=reply.additional_kwargs)


def _sent_back(turn: TurnContext) -> list[BaseMessage]:
    """Return the answer that was refused and why, for the one retry."""
    return [turn.rejected[0], HumanMessage(turn.rejected[1])] if turn.rejected is not None else []


def _pick(turn: TurnContext, prompt: Sequence[BaseMessage], schema: dict[str, object]) -> AIMessage:
    """Ask for a short answer within a JSON schema."""
    form = {"type": "json_schema", "json_schema": {"name": "choice", "strict": True, "schema": schema}}
    return turn.ask(turn.llm.bind(response_format=form, max_tokens=_PICK_TOKENS), prompt, _unheard)  # type: ignore[union-attr]


def _unheard(text: str) -> None:
    """Let text pass that nobody is to see yet."""


def ask_planner(turn: TurnContext, messages: list[BaseMessage]) -> AIMessage:
    """Let the offline planner go on."""
    gate = SentenceGate(sources_of(messages), _unheard if turn.streamed else turn.stream)
    whole: Any = None
    planner = turn.planner.model_copy(update={"intents": turn.intents})
    for piece in planner.bind_tools(list(turn.tools.values())).stream(messages):
        whole = piece if whole is None else whole + piece
        gate.feed(piece.text)
    gate.flush()
    kept = whole.additional_kwargs
    turn.intents = tuple(kept.get("intents", ()))
    return AIMessage(content=whole.content, tool_calls=whole.tool_calls, additional_kwargs=kept)
