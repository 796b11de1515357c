"""Result tables of the studies as Markdown, made from `metrics.json`, never typed."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RUNGS = (
    ("R2", "r2"),
    ("MAE log10", "mae_log10"),
    ("Spearman", "spearman"),
    ("AUROC 100k", "auroc_100k"),
    ("AUROC 1M", "auroc_1m"),
)
START, END = "<!-- results -->", "<!-- end of results -->"
SPLIT_NAMES = {
    "blocks": "topic blocks",
    "channels": "channels apart",
    "time": "forward in time",
    "random": "random rows (leaks)",
}


def read_results(folder: Path) -> list[dict[str, Any]]:
    """Return the metrics of every finished experiment under a folder, by name, each with its `timings`."""
    out = []
    for path in sorted(folder.glob("*/metrics.json")):
        timings = path.with_name("timings.json")
        found = json.loads(path.read_text(encoding="utf-8"))
        out.append(
            found | {"timings": json.loads(timings.read_text(encoding="utf-8")) if timings.is_file() else {}}
        )
    return out


def publish(results: Path, docs: Path) -> None:
    """Keep the figures of finished experiments in `docs/studies`, and put their tables into `docs/studies.md`."""
    for path in sorted(results.glob("*/metrics.json")):
        kept = docs / "studies" / path.parent.name
        kept.mkdir(parents=True, exist_ok=True)
        for name in ("metrics.json", "timings.json"):
            shutil.copyfile(path.with_name(name), kept / name)
    page = docs / "studies.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    tables = studies_table(read_results(docs / "studies"))
    page.write_text(f"{before}{START}\n\n{tables}\n{END}{after}", encoding="utf-8")


def studies_table(metrics: Iterable[dict[str, Any]]) -> str:
    """Return the tables of both studies: arms, gains, shuffle test and importance; then the Miles models."""
    results = list(metrics)
    ipiu = [m for m in results if m["study"] == "ipiu"]
    miles = [m for m in results if m["study"] == "miles"]
    parts = []
    if ipiu:
        parts += [
            "### IPIU: titles and pictures",
            _arms(ipiu),
            "### IPIU: what one adds to another",
            _gains(ipiu),
        ]
        parts += ["### IPIU: picture against title", _importance(ipiu)]
    if miles:
        parts += ["### Miles: the models beside each other", _models(miles)]
    return "\n\n".join(parts) + "\n"


def _splits(results: list[dict[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """Return every split of every experiment, with the cells that name it."""
    return [([m["name"], SPLIT_NAMES[split]], found) for m in results for split, found in m["splits"].items()]


def _arms(results: list[dict[str, Any]]) -> str:
    rows = [
        [*names, f"{found['n']:,}", arm, *(_interval(rung[key]) for _, key in RUNGS)]
        for names, found in _splits(results)
        for arm, rung in found["rungs"].items()
    ]
    return _table(["experiment", "split", "videos", "arm", *(name for name, _ in RUNGS)], rows)


def _gains(results: list[dict[str, Any]]) -> str:
    rows = []
    for names, found in _splits(results):
        swaps = {f"true pairs over {what} exchanged": drop for what, drop in found["shuffle"].items()}
        for what, gain in (found["gains"] | swaps).items():
            rows.append(
                [*names, what, *(_interval(gain[key], "+.3f") for key in ("r2", "spearman", "auroc_1m"))]
            )
    return _table(["experiment", "split", "difference", "R2", "Spearman", "AUROC 1M"], rows)


def _importance(results: list[dict[str, Any]]) -> str:
    rows = []
    for names, found in _splits(results):
        kinds = (found["importance"][kind] for kind in ("gain", "shap"))
        shares = [", ".join(f"{block} {share:.1%}" for block, share in kind.items()) for kind in kinds]
        rows.append([*names, *shares, _interval(found.get("alignment_spearman"), "+.3f")])
    header = ["experiment", "split", "share of gain", "share of SHAP", "Spearman of alignment with views"]
    return _table(header, rows)


def _models(results: list[dict[str, Any]]) -> str:
    rows = []
    for dataset in dict.fromkeys(m["dataset"] for m in results):
        here = [m for m in results if m["dataset"] == dataset]
        rows += [_rung(here[0], rung, ["", rung]) for rung in ("constant", "anchor")]
        rows += [_rung(m, "full", [m["name"], m["model"]]) for m in here]
    header = [
        "collection", "experiment", "model", "R2", "Spearman", "AUROC 1M", "residual Spearman (5+)",
        "80% interval covers", "AUROC viral", "velocity MAE", "ms a video",
    ]  # fmt: skip
    return _table(header, rows)


def _rung(m: dict[str, Any], rung: str, names: list[str]) -> list[str]:
    """Return a row: of the model itself, or of a simpler rung that was judged on the same videos."""
    found, own = m["rungs"][rung], rung == "full"
    enough = m.get("subsets", {}).get("five_or_more_earlier_uploads")
    velocity = m.get("velocity") if own else None
    return [
        m["dataset"],
        *names,
        *(_interval(found[key]) for key in ("r2", "spearman", "auroc_1m")),
        _interval(enough["rungs"][rung]["residual_spearman"]) if enough else "",
        _interval(found["coverage_80"]),
        _interval(m["virality"]["auroc"]) if own else "",
        f"{velocity['min_max_mae']['value']:.3f} ({velocity['z_mae']['value']:.2f} SD)" if velocity else "",
        f"{m['timings']['inference_ms']:.2f}" if own and m.get("timings") else "",
    ]


def _interval(metric: dict[str, float] | None, form: str = ".3f") -> str:
    if metric is None:
        return ""
    return f"{metric['value']:{form}} [{metric['low']:{form}}, {metric['high']:{form}}]"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
