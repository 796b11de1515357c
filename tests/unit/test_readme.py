"""The README's figures are those of the shipped card."""

import json
from pathlib import Path

from shortcast_ml.card import card_table
from shortcast_ml.modelfiles import model_folder

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_in_the_readme_is_the_cards() -> None:
    card = json.loads((model_folder("starter") / "card.json").read_text(encoding="utf-8"))
    table = card_table(card)
    assert table.count("\n") >= 10
    assert table in (ROOT / "README.md").read_text(encoding="utf-8")
