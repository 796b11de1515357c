"""Telling Shorts from long videos, and how surely."""

from datetime import UTC, datetime

import pytest

from shortcast_tools.collecting.shorts import BY_LENGTH, BY_RULE, BY_SHAPE, BY_TAG, Signs, tell_short

OLD = datetime(2024, 10, 14, 23, 59, tzinfo=UTC)
NEW = datetime(2024, 10, 15, tzinfo=UTC)
TALL, WIDE, SQUARE = (405, 720), (1280, 720), (720, 720)


@pytest.mark.parametrize(
    ("signs", "told"),
    [
        (Signs(45, NEW, TALL), (True, BY_SHAPE)),
        (Signs(45, NEW, SQUARE), (True, BY_SHAPE)),
        (Signs(45, NEW, WIDE), (False, BY_SHAPE)),
        (Signs(45, NEW, WIDE, tagged=True), (False, BY_SHAPE)),  # a tag does not turn a wide video
        (Signs(180, NEW, TALL), (True, BY_SHAPE)),
        (Signs(181, NEW, TALL), (True, BY_SHAPE)),  # lengths are rounded up
        (Signs(182, NEW, TALL, tagged=True), (False, BY_RULE)),
        (Signs(62, OLD, TALL), (False, BY_RULE)),
        (Signs(61, OLD, TALL), (True, BY_SHAPE)),
        (Signs(62, NEW, TALL), (True, BY_SHAPE)),
        (Signs(62, None, TALL), (True, BY_SHAPE)),
        (Signs(45, NEW, WIDE, has_shorts_picture=True), (True, BY_RULE)),
        (Signs(3600, NEW, has_shorts_picture=True), (False, BY_RULE)),
        (Signs(45, NEW, TALL, was_broadcast=True), (False, BY_RULE)),
        (Signs(45, NEW, tagged=True), (True, BY_TAG)),
        (Signs(45, NEW, has_tall_picture=True), (True, BY_TAG)),
        (Signs(45, NEW), (True, BY_LENGTH)),
        (Signs(150, NEW), (False, BY_LENGTH)),
        (Signs(None, NEW), (False, 0.5)),
        (Signs(None, None, TALL), (True, BY_SHAPE)),
    ],
)
def test_a_short_is_told_by_the_rule_of_its_day_its_shape_then_weaker_signs(
    signs: Signs, told: tuple[bool, float]
) -> None:
    assert tell_short(signs) == told


def test_stronger_signs_are_surer() -> None:
    assert 0.5 < BY_LENGTH < BY_TAG < BY_SHAPE < BY_RULE < 1
