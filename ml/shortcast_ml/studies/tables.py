"""Result tables of the studies as Markdown, made from `metrics.json`, never typed."""

import json
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
        if any("importance" in split for m in ipiu for split in m["splits"].values()):
            parts += ["### IPIU: picture against title", _importance(ipiu)]
    if miles:
        parts += ["### Miles: the models beside each other", _models(miles)]
    return "\n\n".join(parts) + "\n"


def _arms(results: list[dict[str, Any]]) -> str:
    rows = []
    for m in results:
        for split, found in m["splits"].items():
            for arm, rung in found["rungs"].items():
                cells = [_interval(rung[key]) for _, key in RUNGS]
                rows.append(
                    [m["name"], ", ".join(m["encoders"]), _split(split), f"{found['n']:,}", arm, *cells]
                )
    return _table(["experiment", "encoders", "split", "videos", "arm", *(name for name, _ in RUNGS)], rows)


def _gains(results: list[dict[str, Any]]) -> str:
    columns = ("r2", "spearman", "auroc_1m")
    rows = []
    for m in results:
        for split, found in m["splits"].items():
            gains = found["gains"] | {
                f"true pairs over {what} exchanged": drop for what, drop in found.get("shuffle", {}).items()
            }
            for what, gain in gains.items():
                rows.append(
                    [m["name"], _split(split), what, *(_interval(gain[c], signed=True) for c in columns)]
                )
    return _table(["experiment", "split", "difference", "R2", "Spearman", "AUROC 1M"], rows)


def _importance(results: list[dict[str, Any]]) -> str:
    rows = []
    for m in results:
        for split, found in m["splits"].items():
            if "importance" in found:
                shares = [
                    ", ".join(f"{block} {share:.0%}" for block, share in found["importance"][kind].items())
                    for kind in ("gain", "shap")
                ]
                rows.append(
                    [
                        m["name"],
                        _split(split),
                        *shares,
                        _interval(found.get("alignment_spearman"), signed=True),
                    ]
                )
    return _table(
        ["experiment", "split", "share of gain", "share of SHAP", "Spearman of alignment with views"], rows
    )


def _models(results: list[dict[str, Any]]) -> str:
    rows = []
    for m in results:
        enough = m.get("subsets", {}).get("five_or_more_earlier_uploads", {}).get("rungs", {})
        full = m["rungs"]["full"]
        velocity = m.get("velocity", {})
        rows.append(
            [
                m["name"],
                m["model"],
                f"{m['n']:,}",
                _interval(full["r2"]),
                _interval(full["spearman"]),
                _interval(full["auroc_1m"]),
                _interval(m["virality"]["auroc"]),
                _interval(enough["full"]["residual_spearman"]) if enough else "",
                f"{velocity['mae']:.3f} ({velocity['mae_in_sd']:.2f} SD)" if velocity else "",
                f"{full['coverage_80']['value']:.1%}" if full["coverage_80"] else "",
                f"{m['timings']['inference_ms']:.1f}" if m.get("timings") else "",
            ]
        )
    for name, rung in (("(anchor alone)", "anchor"), ("(constant)", "constant")):
        for m in {m["dataset"]: m for m in results}.values():
            found = m["rungs"][rung]
            cells = [_interval(found[key]) for key in ("r2", "spearman", "auroc_1m")]
            rows.append([f"{m['dataset']} {name}", "", f"{m['n']:,}", *cells, "", "", "", "", ""])
    header = [
        "experiment", "model", "videos", "R2", "Spearman", "AUROC 1M", "AUROC viral",
        "residual Spearman (5+)", "velocity MAE", "80% interval covers", "ms a video",
    ]  # fmt: skip
    return _table(header, rows)


def _interval(metric: dict[str, float] | None, *, signed: bool = False) -> str:
    if metric is None:
        return ""
    form = "+.3f" if signed else ".3f"
    return f"{metric['value']:{form}} [{metric['low']:{form}}, {metric['high']:{form}}]"


def _split(name: str) -> str:
    return SPLIT_NAMES[name]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
