"""Answering many conversations from a file: one JSON line in, one JSON line out.

In: `{"id": ..., "turns": [{"user": "...", "attachments": ["..."]}]}`. Out: the id, and `answer`, `tool_calls`
and `report` of the last turn; a line that can't be answered has `error` instead.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shortcast_agent.analyst import Analyst
from shortcast_agent.events import AskResult
from shortcast_ml.errors import InputError, ShortcastError


def answer_batch(
    in_path: Path | str,
    out_path: Path | str,
    analyst: Analyst,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int]:
    """Answer every line of a file, each in a thread of its own; return how many were answered and how many not.

    Lines are written as they are answered. When `out_path` exists, ids that it has answers for are kept and
    not asked again, so an interrupted run goes on where it stopped. Raises InputError when the files can't be used.
    """
    source, target = Path(in_path), Path(out_path)
    try:
        lines = [line for line in source.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source} can't be read ({error}). Give a file of JSON lines.") from error
    done = _answered(target)
    answered = failed = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Kept lines first, in one step: a half-written last line of an interrupted run goes.
        _replace(target, [*done.values()])
        with target.open("a", encoding="utf-8") as stream:
            for nth, line in enumerate(lines, start=1):
                result = _answer(line, nth, analyst, done)
                if result is not None:
                    stream.write(json.dumps(result, ensure_ascii=False) + "\n")
                    stream.flush()
                    failed += "error" in result
                    answered += "error" not in result
                if progress is not None:
                    progress(nth, len(lines))
    except OSError as error:
        raise InputError(f"{target} can't be written ({error}). Choose another file.") from error
    return answered, failed


def public(result: AskResult) -> dict[str, Any]:
    """Return what `ask --json` prints of a result: plain JSON data."""
    data = result.model_dump(mode="json")
    calls = [
        {name: call[name] for name in ("name", "arguments", "ok", "error", "seconds")}
        for call in data["tool_calls"]
    ]
    return {
        "answer": data["answer"],
        "tool_calls": calls,
        "report": data["report"],
        "thread": data["thread"],
        "notices": data["notices"],
        "analyst": data["analyst"],
        "usage": data["usage"],
    }


def _answer(line: str, nth: int, analyst: Analyst, done: dict[str, str]) -> dict[str, Any] | None:
    identity: Any = None
    try:
        case = json.loads(line)
        identity = case.get("id") if isinstance(case, dict) else None
        if identity is not None and json.dumps(identity) in done:
            return None
        turns = _turns(case, nth)
        thread: str | None = None
        for turn in turns:
            result = analyst.ask(
                str(turn.get("user", "")),
                attachments=list(turn.get("attachments") or []),
                facts=dict(turn.get("facts") or {}),
                thread=thread,
            )
            thread = result.thread
        return {"id": identity, **public(result)}
    except json.JSONDecodeError as error:
        return _failure(identity, nth, f"Line {nth} is not JSON ({error.msg} at column {error.colno}).")
    except ShortcastError as error:
        return _failure(identity, nth, str(error))
    except (TypeError, ValueError, AttributeError) as error:
        return _failure(identity, nth, f"Line {nth} can't be answered ({error}).")


def _turns(case: Any, nth: int) -> list[dict[str, Any]]:
    turns = case.get("turns") if isinstance(case, dict) else None
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) for turn in turns):
        raise InputError(f'Line {nth} needs "turns": a list of {{"user": "...", "attachments": [...]}}.')
    return turns


def _failure(identity: Any, nth: int, sentence: str) -> dict[str, Any]:
    return {
        "id": identity if identity is not None else f"line {nth}",
        "answer": "",
        "tool_calls": [],
        "report": {},
        "error": sentence,
    }


def _answered(target: Path) -> dict[str, str]:
    """Return the lines of an earlier run that hold an answer, by id."""
    kept: dict[str, str] = {}
    if not target.exists():
        return kept
    for line in target.read_text("utf-8", errors="replace").splitlines():
        try:
            result = json.loads(line)
        except ValueError:
            continue
        if isinstance(result, dict) and "error" not in result and "answer" in result:
            kept[json.dumps(result.get("id"))] = line
    return kept


def _replace(target: Path, lines: list[str]) -> None:
    fresh = target.with_name(target.name + ".part")
    fresh.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    fresh.replace(target)
