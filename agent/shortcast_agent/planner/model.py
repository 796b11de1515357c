"""The offline analyst as a chat model: it plans tool calls by rules and writes from their results.

It holds no state: everything is folded from the messages each time, so that a resumed thread goes on
where it stopped. Only what the user said decides about tools; text in tool results decides nothing.
"""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from shortcast_agent.planner.answer import write
from shortcast_agent.planner.conversation import fold
from shortcast_agent.planner.plan import decide, remember


class OfflinePlanner(BaseChatModel):
    """Answers without a language model."""

    tool_names: frozenset[str] = frozenset()
    intents: tuple[str, ...] = ()  # of the last turn, when someone else understood it

    @property
    def _llm_type(self) -> str:
        return "shortcast-offline-planner"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Return a planner that may call these tools."""
        names = frozenset(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)
        return self.model_copy(update={"tool_names": names})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._answer(messages)
        kept = message.additional_kwargs
        identity = f"offline-{uuid.uuid4().hex[:12]}"
        for piece in re.findall(r"\S*\s*", str(message.content)):
            if piece:
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece, id=identity))
        calls = [
            tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=nth)
            for nth, call in enumerate(message.tool_calls)
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                id=identity,
                tool_call_chunks=calls,
                additional_kwargs=kept,
                chunk_position="last",
            )
        )

    def _answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        turns = fold(messages)
        if not turns:
            return AIMessage("Hello! Show me a draft, or paste a link.")
        talk, turn = remember(turns[:-1]), turns[-1]
        plan = decide(turn, talk, self.intents)
        kept = {"intents": list(plan.intents)}  # a thread goes on from what was understood when it was said
        made = [(call.name, call.arguments) for call in turn.calls]
        missing = [call for call in plan.calls if call not in made and call[0] in self.tool_names]
        if missing:
            calls = [
                {"name": name, "args": arguments, "id": f"call_{uuid.uuid4().hex[:16]}", "type": "tool_call"}
                for name, arguments in missing
            ]
            return AIMessage(content="", tool_calls=calls, additional_kwargs=kept)
        return AIMessage(write(plan, turn, talk), additional_kwargs=kept)
