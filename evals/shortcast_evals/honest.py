"""Whether the gate lets honest work through: the calls that cases expect, asked of it where they would be made."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shortcast_agent.analyst import Analyst
from shortcast_evals.cases import Case
from shortcast_ml.records import Record


class Openness(Record):
    """How many of the expected calls are open, and why the others are not."""

    calls: int
    open: int
    shut: tuple[str, ...]


def check_openness(
    cases: Sequence[Case], analyst: Analyst, materials: dict[str, Path], progress: Callable[[int, int], None]
) -> Openness:
    """Hold each case up to its last turn, then ask the gate for each call that is expected in it.

    Of calls after a result (a forecast after a reading), the results of the offline analyst's own turn stand there:
    a call must be open before the turn's first result and after its last.
    """
    from shortcast_agent.gate import refusal

    calls, shut = 0, []
    for done, case in enumerate(cases, 1):
        thread: str | None = None
        for turn in case.turns:
            facts = {name: _placed(value, materials) for name, value in turn.facts.items()}
            files = [materials[name] for name in turn.attachments]
            thread = analyst.ask(turn.user, attachments=files, thread=thread, facts=facts).thread
        messages = analyst.conversations.messages(str(thread))
        last = max(nth for nth, message in enumerate(messages) if message.type == "human")
        for expected in case.calls:
            arguments = {name: _placed(value, materials) for name, value in expected.arguments.items()}
            calls += 1
            for seen in (messages[: last + 1], messages):
                why = refusal(expected.tool, arguments, seen)
                if why is not None:
                    shut.append(f"{case.id}: {expected.tool} {expected.arguments}: {why}")
                    break
        progress(done, len(cases))
    return Openness(calls=calls, open=calls - len(shut), shut=tuple(shut))


def _placed(value: Any, materials: dict[str, Path]) -> Any:
    """Return a value with the names of materials as paths."""
    if isinstance(value, list):
        return [_placed(item, materials) for item in value]
    return str(materials[value]) if isinstance(value, str) and value in materials else value
