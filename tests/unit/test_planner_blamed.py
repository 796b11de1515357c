"""Questions that blame one factor are answered about that factor, from what was computed."""

from datetime import UTC, datetime

import pytest

from shortcast_agent.planner.blamed import blamed_factors
from shortcast_agent.planner.conversation import Turn
from shortcast_agent.planner.sections import reasons
from shortcast_agent.planner.slots import read_slots
from shortcast_ml.records import Explanation, Factor

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TITLE = ("title_wording", "title_length", "topic")


def asked(text: str) -> tuple[str, ...]:
    return blamed_factors(Turn(said=text, slots=read_slots(text, NOW), now=NOW))


def explanation(**effects: float) -> Explanation:
    return Explanation(
        base_views=1000,
        base_log10=3.0,
        prediction_log10=3.0 + sum(effects.values()),
        factors=tuple(
            Factor(name=name, label=name, multiplier=10**log10, log10=log10, changeable=True)
            for name, log10 in effects.items()
        ),
        horizon_days=30,
        model="m",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("so was it the title?", TITLE),
        ("is it because of my title", TITLE),
        ("was it the hour?", ("publish_time",)),
        ("does the length matter here", ("length",)),
        ("is the thumbnail to blame?", ("thumbnail_look", "thumbnail_content", "faces", "title_thumbnail_fit")),
        ("was it down to hashtags", ("hashtags",)),
        ("¿fue por el título?", TITLE),
        ("¿influye la hora?", ("publish_time",)),
        ("c'est à cause du titre ?", TITLE),
        ("제목 때문이야?", TITLE),
        ("길이가 문제야?", ("length",)),
        ("có phải do tiêu đề không", TITLE),
        ("why so low?", ()),
        ("what title should I take?", ()),
        ("change the title to Latte", ()),
        ("how many views will it get?", ()),
    ],
)  # fmt: skip
def test_a_question_names_the_factors_that_it_blames(text: str, names: tuple[str, ...]) -> None:
    assert asked(text) == names


def test_what_was_asked_about_comes_first_and_what_does_most_after_it() -> None:
    found = explanation(title_wording=-0.02, channel_level=-0.2, length=0.1)
    said = reasons(found, asked=TITLE)
    assert said.startswith("**Not mainly**")
    assert (
        said.index("title wording")
        < said.index("What moves the forecast most")
        < said.index("usually reaches")
    )
    assert "video length" not in said
    assert reasons(found, asked=("channel_level",)).startswith("**That is what moves the forecast most**")
    assert reasons(found, asked=("faces",)).startswith("The model did not see that")
