"""A model's card as people read it: tables made from `card.json`, never typed."""

from typing import Any

SHOWN = (
    ("R2", "r2", ".2f"),
    ("MAE log10", "mae_log10", ".2f"),
    ("Spearman", "spearman", ".2f"),
    ("residual Spearman", "residual_spearman", ".2f"),
    ("AUROC 1M", "auroc_1m", ".2f"),
    ("80% interval covers", "coverage_80", ".0%"),
)


def card_table(card: dict[str, Any]) -> str:
    """Return a Markdown table of a card's held-out figures: a row for each collection and rung."""
    lines = [
        "| collection | videos | model | " + " | ".join(name for name, _, _ in SHOWN) + " |",
        "|---|---|---|" + "---|" * len(SHOWN),
    ]
    for collection, row in card["metrics"].items():
        for rung, metrics in row["rungs"].items():
            cells = [format(metrics[key]["value"], form) if metrics[key] else "" for _, key, form in SHOWN]
            lines.append(f"| {collection} | {row['n']:,} | {rung} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
