"""A model's card as people read it: Markdown made from `card.json`, never typed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shortcast_ml.velocity import MILES_BAR

Card = Mapping[str, Any]

SHOWN = (
    ("R2", "r2", ".2f"),
    ("MAE log10", "mae_log10", ".2f"),
    ("Spearman", "spearman", ".2f"),
    ("residual Spearman", "residual_spearman", ".2f"),
    ("AUROC 100k", "auroc_100k", ".2f"),
    ("AUROC 1M", "auroc_1m", ".2f"),
    ("80% interval covers", "coverage_80", ".0%"),
)
EVERY_RUNG = ("constant", "followers", "anchor", "metadata", "text", "image", "full")
README_RUNGS = ("anchor", "full")
VELOCITY = ("min_max_mae", "constant_min_max_mae", "z_mae", "constant_z_mae")


def card_table(card: Card, rungs: Sequence[str] = README_RUNGS, *, interval: bool = False) -> str:
    """Return a Markdown table of a card's held-out figures: a row for each collection and rung."""
    rows = []
    for collection, measured in card["metrics"].items():
        parts = {collection: measured}
        for name, subset in measured["subsets"].items():
            parts[f"{collection}, {name.replace('_', ' ')}"] = subset
        for label, part in parts.items():
            for rung in rungs:
                if metrics := part["rungs"].get(rung):
                    cells = [_figure(metrics[key], form, interval) for _, key, form in SHOWN]
                    rows.append([label, f"{part['n']:,}", rung, *cells])
    return _table(["collection", "videos", "model", *(name for name, _, _ in SHOWN)], rows)


def render_card(card: Card) -> str:
    """Return the whole card as Markdown."""
    return "\n\n".join([*_sections(card)]) + "\n"


def _sections(card: Card) -> Iterator[str]:
    yield f"# Model card: {card['name']}"
    yield (
        "Forecasts the views of a short video from what is known before it is published. Written by "
        "`shortcast train` from its own run; `shortcast evaluate --all --data DATA --json` measures the same again."
    )
    rounds = ", ".join(f"{part} {n:,}" for part, n in card["rounds"].items())
    yield _table(
        ["", ""],
        [
            ["target", card["target"]],
            ["encoder", f"`{card['encoder']}`"],
            ["boosters and their trees", rounds],
            ["features", f"{len(card['features'])}, and {len(card['thumbnail_features'])} of the thumbnail"],
            ["seed", str(card["seed"])],
            ["libraries", ", ".join(f"{lib} {v}" for lib, v in card["libraries"].items())],
        ],
    )
    if card.get("personal"):
        yield from _personal(card["personal"])
    yield "## Learned from"
    yield _table(
        ["collection", "videos", "channels or blocks", "published", "held out"],
        [
            [
                d,
                f"{x['videos']:,}",
                f"{x['groups']:,}",
                " to ".join(x["published"] or ["unknown"]),
                x["split"],
            ]
            for d, x in card["data"].items()
        ],
    )
    yield "## How good it is"
    yield (
        "Value and 95% interval from drawing whole channels (or topics, or videos) again. *Anchor* is the channel's "
        "typical video; *metadata* adds what is known without reading the title; *text* adds the title, *image* the "
        "thumbnail; *full* is the model as it is served. A collection that the model did not learn from is judged "
        "by models fitted on itself."
    )
    yield card_table(card, EVERY_RUNG, interval=True)
    yield "What each step adds on the same rows:"
    yield _table(
        ["collection", "step", "R2", "Spearman"],
        [
            [collection, step, _figure(gain["r2"], "+.3f", True), _figure(gain["spearman"], "+.3f", True)]
            for collection, measured in card["metrics"].items()
            for step, gain in measured.get("gains", {}).items()
        ],
    )
    yield "## Intervals and probabilities"
    yield "How many of the held-out videos lay inside their 80% interval, by the size of the channel:"
    yield _table(
        ["collection", "followers", "videos", "inside"],
        [
            [collection, size, f"{x['n']:,}", _figure(x, ".0%", True)]
            for collection, measured in card["metrics"].items()
            for size, x in measured["coverage_by_channel_size"].items()
        ],
    )
    yield "Probabilities against what happened (Brier score; expected calibration error):"
    yield _table(
        ["collection", "event", "Brier", "ECE"],
        [
            [collection, event, _figure(x["brier"], ".3f", True), _figure(x["ece"], ".3f", True)]
            for collection, measured in card["metrics"].items()
            for event, x in measured["probabilities"].items()
        ],
    )
    yield "## Velocity"
    velocity = {c: measured["velocity"] for c, measured in card["metrics"].items() if measured["velocity"]}
    passes = velocity and all(x["constant_min_max_mae"]["value"] < MILES_BAR for x in velocity.values())
    yield (
        "Mean absolute error of log10(views per hour since publishing + 1), brought to 0-1 over the training rows: "
        f"the Miles study asks for less than {MILES_BAR}; and in standard deviations."
        + (" A constant passes that bar too: it says little." if passes else "")
    )
    yield _table(
        ["collection", "error, 0-1", "the constant's", "error, in SD", "the constant's"],
        [[c, *(_figure(x[key], ".3f", True) for key in VELOCITY)] for c, x in velocity.items()],
    )
    if card.get("ablations"):
        yield from _ablations(card["ablations"])
    if card.get("thumbnail"):
        yield from _thumbnail(card)
    yield "## Limits"
    yield "\n".join(f"- {limit}" for limit in card["limits"])


def _personal(found: Card) -> Iterator[str]:
    """Show how a personal model was judged; what follows it is the starter that it stands on, if it does."""
    yield "## Against the starter"
    yield (
        f"{found['videos']:,} videos of {found['channels']:,} channels, published {found['published'][0][:10]} to "
        f"{found['published'][1][:10]}, trained {found['trained_at'][:10]}. " + " ".join(found["says"])
    )
    rows = []
    for candidate in found["candidates"]:
        for title, x in (("channels held out", candidate["held_out"]), ("later videos", candidate["later"])):
            if x:
                errors = [f"{x['mae_starter']:.3f}", f"{x['mae']:.3f}", _figure(x["mae_gain"], "+.3f", True)]
                rows.append([candidate["name"], title, f"{x['videos']:,}", f"{x['channels']:,}", *errors])
    head = ["candidate", "judged on", "videos", "channels", "starter's mean error", "its own", "gain"]
    yield _table(head, rows)


def _ablations(ablations: Card) -> Iterator[str]:
    yield "## What was tried instead"
    yield "One thing changed at a time, on the same folds; the last column is the gain over what is shipped."
    rows = []
    for collection, variants in ablations.items():
        for variant, x in variants.items():
            figures = [f"{x[key]:.3f}" for key in ("r2", "mae_log10", "spearman", "auroc_1m")]
            gain = x["over_shipped"]
            rows.append([collection, variant, *figures, _figure(gain and gain["r2"], "+.3f", True)])
    yield _table(["collection", "variant", "R2", "MAE log10", "Spearman", "AUROC 1M", "R2 gained"], rows)


def _thumbnail(card: Card) -> Iterator[str]:
    found = card["thumbnail"]
    yield "## The thumbnail"
    yield (
        f"Learned from {found['n_train']:,} landscape videos that trended, judged on the {found['n_test']:,} newest: "
        f"R2 {found['r2_title']:.3f} from the title, {found['r2_title_and_thumbnail']:.3f} with the thumbnail (gain "
        f"{_figure(found['r2_gain'], '+.3f', True)}); Spearman of what the title leaves unexplained "
        f"{_figure(found['spearman_of_remainder'], '.2f', True)}. Its effect is shrunk to {found['shrunk_to']:.2f}."
    )
    adds = found["r2_gain"]["low"] > 0
    yield (
        "The thumbnail adds to the title: the interval lies above zero."
        if adds
        else "The thumbnail does not add to the title beyond chance: the interval includes zero."
    )


def _figure(figure: Mapping[str, float] | None, form: str, interval: bool) -> str:
    if not figure:
        return ""
    value = format(figure["value"], form)
    if not interval:
        return value
    return f"{value} ({format(figure['low'], form)} to {format(figure['high'], form)})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
