"""How well the grounding check tells true sentences from false ones.

python -m shortcast_evals.bench_claims [FILE of sentences]
python -m shortcast_evals.bench_claims --answers FILE...   (cases: every answer of the offline analyst)
python -m shortcast_evals.bench_claims --speed
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from shortcast_agent.grounding import trace
from shortcast_evals.cases import read_cases, shipped_cases
from shortcast_evals.scenes import SCENES, scene
from shortcast_ml.records import Record


class Sentence(Record):
    """A sentence about a scene's results, and whether it holds."""

    scene: str
    language: str
    kind: str
    holds: bool
    text: str


def read_sentences(path: Path) -> list[Sentence]:
    """Return the sentences of a JSON-lines file."""
    return [
        Sentence.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line
    ]


def judge(sentences: list[Sentence]) -> list[tuple[Sentence, tuple[str, ...]]]:
    """Return each sentence with what the check says against it."""
    known = {name: scene(name) for name in SCENES}
    return [
        (each, tuple(f"{fault.text}: {fault.why}" for fault in trace(each.text, known[each.scene]).faults))
        for each in sentences
    ]


def main() -> None:
    """Print the rates of false alarms and misses, and each sentence that was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--answers", action="store_true", help="the files are cases")
    parser.add_argument("--speed", action="store_true")
    chosen = parser.parse_args()
    if chosen.speed:
        print(_speed())
    elif chosen.answers:
        sys.exit(_answers(chosen.files or shipped_cases()))
    else:
        _rates(chosen.files or sorted((shipped_cases()[0].parent / "claims").glob("*.jsonl")))


def _rates(files: list[Path]) -> None:
    for file in files:
        judged = judge(read_sentences(file))
        alarms = [(each, faults) for each, faults in judged if each.holds and faults]
        misses = [each for each, faults in judged if not each.holds and not faults]
        for each, faults in alarms:
            print(f"  false alarm ({each.scene}): {each.text}\n      {'; '.join(faults)}")
        for each in misses:
            print(f"  missed ({each.scene}, {each.kind}): {each.text}")
        true = sum(each.holds for each, _ in judged)
        print(f"{file.name}: {len(judged)} sentences, {true} true, {len(judged) - true} false")
        print(f"  false alarms {len(alarms)} of {true} ({len(alarms) / max(true, 1):.1%}), ", end="")
        print(
            f"missed {len(misses)} of {len(judged) - true} ({len(misses) / max(len(judged) - true, 1):.1%})"
        )
        for name in ("language", "kind"):
            counts = Counter(getattr(each, name) for each, _ in judged)
            wrong = Counter(getattr(each, name) for each in [*(a for a, _ in alarms), *misses])
            print(
                "  wrongly judged by", name, {key: f"{wrong[key]}/{n}" for key, n in sorted(counts.items())}
            )


def _answers(files: list[Path]) -> int:
    """Hold the cases' conversations with the offline analyst; every fault in an answer is a false alarm to explain."""
    from shortcast_agent.analyst import Analyst
    from shortcast_agent.messages import sources_of
    from shortcast_evals.materials import make_materials
    from shortcast_ml.settings import Settings
    from shortcast_tools.parts import Parts

    answers = faulted = 0
    with tempfile.TemporaryDirectory(prefix="shortcast-claims-") as home:
        parts = Parts(Settings().model_copy(update={"home": Path(home), "llm_base_url": ""}))
        analyst, materials = Analyst(parts, profile=False), make_materials(Path(home))
        for case in [case for file in files for case in read_cases(file)]:
            thread: str | None = None
            for turn in case.turns:
                files_given = [materials[name] for name in turn.attachments if name in materials]
                facts = {
                    k: str(materials.get(v, v)) if isinstance(v, str) else v for k, v in turn.facts.items()
                }
                result = analyst.ask(turn.user, attachments=files_given, thread=thread, facts=facts)
                thread = result.thread
                answers += 1
                # the answer as shown, and what of it had been struck before it was shown
                sources = sources_of(analyst.conversations.messages(thread))
                struck = [notice for notice in result.notices if notice.startswith("Left out")]
                faults = [f"{f.text}: {f.why}" for f in trace(result.answer, sources).faults] + struck
                if faults:
                    faulted += 1
                    print(json.dumps({"case": case.id, "faults": faults}, ensure_ascii=False))
        analyst.close()
        parts.close()
    print(f"{answers} answers of the offline analyst, {faulted} with something that the check would strike")
    return 1 if faulted else 0


def _speed() -> str:
    """Time the check on a long answer over every scene's results at once."""
    sentences = read_sentences(shipped_cases()[0].parent / "claims" / "claims.jsonl")
    sources = scene("draft")
    for name in SCENES:
        sources.calls += scene(name).calls
        sources.numbers |= scene(name).numbers
        sources.texts += scene(name).texts
    answer = "\n".join(each.text for each in sentences if each.holds)[:3000]
    trace(answer, sources)
    took = []
    for _ in range(30):
        started = time.process_time()
        trace(answer, sources)
        took.append(time.process_time() - started)
    fresh = [scene("draft") for _ in range(20)]
    started = time.process_time()
    for each in fresh:
        trace(answer[:1200], each)
    first = (time.process_time() - started) / len(fresh)
    return (
        f"an answer of {len(answer)} characters: {sorted(took)[15] * 1000:.1f} ms of CPU (median of 30); "
        f"the first answer over new sources, 1200 characters: {first * 1000:.1f} ms"
    )


if __name__ == "__main__":
    main()
