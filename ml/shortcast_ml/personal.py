"""Personal models: learn from what the user collected, and adopt it only where it beats the starter.

The candidates are the starter with a personal term, and, for a large library, a model of the library alone. Each
is judged against the starter on the same rows: on channels held out whole, and on the newest fifth of the
videos by what the older ones taught. It is adopted when the 95% interval of what it gains on held-out channels
lies above zero and it also gains on the later videos; otherwise the starter stays. Of two that pass, the one
whose lesser gain is larger is taken.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from shortcast_ml.config import TrainConfig, starter_config
from shortcast_ml.errors import InputError
from shortcast_ml.evaluate import Prepared, judge, predicted, prepare
from shortcast_ml.fit import Progress
from shortcast_ml.folds import ChannelDisjoint, Fold, TimeForward, honest_folds
from shortcast_ml.growth import REFERENCE_DAYS
from shortcast_ml.library_table import LibraryTable, Readings, library_table
from shortcast_ml.personal_growth import Knots, own_growth
from shortcast_ml.personal_term import Started, Term, covered, crossed, fit_term, start
from shortcast_ml.records import Published, Record
from shortcast_ml.served import encoder_of
from shortcast_ml.versus import Versus, compare, in_words

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.forecast import ForecastModel

MIN_VIDEOS, MIN_CHANNELS = 50, 8  # fewer can't be told from chance
ALONE_VIDEOS, ALONE_CHANNELS = 1000, 40  # from here on the library alone was measured to do as well or better
FOLDS = 5
TERM, ALONE = "starter + personal term", "the library alone"


class Candidate(Record):
    """One way to be personal, and how it was judged."""

    name: str
    held_out: Versus
    later: Versus | None = None
    coverage_80: float | None = None
    passed: bool
    why: str


class PersonalReport(Record):
    """What a training on the library came to."""

    videos: int
    channels: int
    platforms: dict[str, int]
    left_out: dict[str, int]
    growth: dict[str, Versus] = Field({}, description="The library's own growth curves, by platform.")
    candidates: tuple[Candidate, ...] = ()
    adopted: str | None = None
    model: str
    folder: Path | None = None
    says: tuple[str, ...]

    def text(self) -> str:
        """Return the report as lines for a terminal."""
        lines = [f"{self.videos:,} videos of {self.channels:,} channels of your library"]
        lines += [f"  left out: {n:,}, {reason}" for reason, n in self.left_out.items()]
        for platform, own in self.growth.items():
            taken = "taken" if own.mae_gain.low > 0 else "not taken"
            lines += [
                "",
                f"growth curve of your own looks at {platform} videos: {taken}",
                f"  {in_words(own)}",
            ]
        for c in self.candidates:
            lines += ["", c.name]
            for title, versus in (("channels held out", c.held_out), ("later videos", c.later)):
                if versus is not None:
                    lines.append(f"  {title}: {in_words(versus)}")
            if c.coverage_80 is not None:
                lines.append(
                    f"  its 80% interval held {c.coverage_80:.0%} of the videos on channels held out"
                )
            lines.append(f"  {c.why}")
        return "\n".join([*lines, "", *self.says])


@dataclass(frozen=True)
class Trial:
    """A judged candidate, and what writes it: to a folder, with a card's name and decision, and growth curves."""

    candidate: Candidate
    write: Callable[[Path, dict[str, Any], Knots], None]


def train_personal(
    videos: Iterable[Published],
    out: Path,
    encoder: "Encoder | None" = None,
    *,
    readings: Readings | None = None,
    base: str | Path = "starter",
    config: TrainConfig | None = None,
    progress: Progress | None = None,
) -> PersonalReport:
    """Train on collected videos, judge against the starter, and write the better candidate to `out`.

    `encoder` is the user's; the personal term takes the starter's. The folder's card says whether the model was
    adopted: one that was not is kept for its figures and never answers. With too few videos nothing is written.
    Stopped at any time, it leaves what was there; title vectors that were made are kept.
    """
    from shortcast_ml.forecast import load_model

    say = progress or (lambda _: None)
    config = config or starter_config()
    model, library = load_model(base), library_table(videos, readings)
    facts: dict[str, Any] = {
        "videos": len(library.table),
        "channels": int(library.table.channel_id.nunique()),
        "platforms": {str(k): int(v) for k, v in library.table.platform.value_counts().items()},
        "left_out": library.left_out,
    }
    if facts["videos"] < MIN_VIDEOS or facts["channels"] < MIN_CHANNELS:
        says = (
            f"The starter stays: a personal model needs at least {MIN_VIDEOS} videos of {MIN_CHANNELS} channels "
            f"to be told from chance. Collect more, of your niche and of channels like yours.",
        )
        return PersonalReport(**facts, model=model.name, says=says)
    knots, judged = own_growth(library.looks, model.growth, config.seed)
    trials = try_all(library, model, base, encoder, config, say, knots)
    passed = [t for t in trials if t.candidate.passed]
    best = max(passed or trials, key=lambda t: lesser_gain(t.candidate))
    adopted = best.candidate.name if passed else None
    built = "starter + your" if best.candidate.name == TERM else "your"
    name = f"personal ({built} {facts['videos']:,} videos)"
    report = PersonalReport(
        **facts,
        growth=judged,
        candidates=tuple(t.candidate for t in trials),
        adopted=adopted,
        model=name if adopted else model.name,
        folder=out,
        says=_says(adopted, best.candidate, name),
    )
    say("writing")
    best.write(out, {"name": name, "personal": _card(report, library, model, base)}, knots)
    load_model.cache_clear()
    return report


def try_all(
    library: LibraryTable,
    model: "ForecastModel",
    base: str | Path,
    encoder: "Encoder | None",
    config: TrainConfig,
    say: Progress,
    knots: Knots | None = None,
) -> list[Trial]:
    """Judge every candidate that the library is large enough for; `knots` are growth curves, the starter's if None."""
    table, own, knots = library.table, encoder_of(model, encoder), knots or model.growth
    prepared = prepare(table, model.growth, own, say, Path("/"))
    started = start(model, prepared, config.hidden_weight, config.seed)
    starter = started.centre[: started.rows] + prepared.share
    if knots != model.growth:
        prepared = prepare(table, knots, own, say, Path("/"))
        started = start(model, prepared, config.hidden_weight, config.seed)
    trials = [_try_term(model, base, prepared, started, starter, config.seed, say)]
    if len(table) >= ALONE_VIDEOS and table.channel_id.nunique() >= ALONE_CHANNELS:
        alone = prepare(table, knots, encoder or own, say)
        trials.append(_try_alone(base, alone, starter, encoder or own, config, say))
    return trials


def _try_term(
    model: "ForecastModel",
    base: str | Path,
    prepared: Prepared,
    started: Started,
    starter: np.ndarray,
    seed: int,
    say: Progress,
) -> Trial:
    folds = honest_folds(prepared.table, ChannelDisjoint(FOLDS, seed))
    say(f"{TERM}: channels held out")
    centre = crossed(started, folds, seed)
    say(f"{TERM}: later videos")
    newest = newest_fifth(prepared)
    later = crossed(started, [newest], seed) if newest else None
    inside = covered(model, started, centre, folds)
    candidate = _judged(TERM, prepared, starter, centre, later, seed, float(np.nanmean(inside)))

    def write(out: Path, card: dict[str, Any], knots: Knots) -> None:
        from shortcast_ml.personal_files import write_term

        term: Term = fit_term(started.data, started.residual, seed)
        write_term(out, base, model, prepared, started, centre, term, card, knots)

    return Trial(candidate, write)


def _try_alone(
    base: str | Path,
    prepared: Prepared,
    starter: np.ndarray,
    encoder: "Encoder",
    config: TrainConfig,
    say: Progress,
) -> Trial:
    """Judge a model of the starter's configuration that learned from the library only."""
    split = ChannelDisjoint(config.folds, config.seed)
    prepared = as_asked(prepared)
    held = judge(prepared, split, config, lambda s: say(f"{ALONE}: {s}"), rungs=False, content=True)
    newest = newest_fifth(prepared)
    later = predicted(prepared.data, [newest], config) if newest else None
    inside = (prepared.data.y >= held.interval[:, 0]) & (prepared.data.y <= held.interval[:, 1])
    candidate = _judged(
        ALONE, prepared, starter, held.rungs["full"], later, config.seed, float(inside.mean())
    )

    def write(out: Path, card: dict[str, Any], knots: Knots) -> None:
        from shortcast_ml.personal_files import write_alone

        write_alone(out, base, config, encoder, prepared, held, split, card, knots, say)

    return Trial(candidate, write)


def as_asked(prepared: Prepared) -> Prepared:
    """Return the rows asked for at 30 days, as a draft is: how a library was drawn is not to be learned."""
    age = np.float32(np.log10(REFERENCE_DAYS))
    return replace(prepared, data=replace(prepared.data, X=prepared.data.X.assign(log10_age_days=age)))


def newest_fifth(prepared: Prepared) -> Fold | None:
    """Return the fold that tests the newest fifth; None where the times can't be cut so."""
    try:
        return honest_folds(prepared.table, TimeForward(FOLDS - 1))[-1]
    except InputError:
        return None


def _judged(
    name: str,
    prepared: Prepared,
    starter: np.ndarray,
    centre: np.ndarray,
    later: np.ndarray | None,
    seed: int,
    coverage: float,
) -> Candidate:
    """Compare with what the starter says at each video's own age, (n,); NaN in a guess is a row not tested."""
    n, group = len(starter), prepared.data.group
    y = np.log10(prepared.table.views.to_numpy(float) + 1)

    def against(guess: np.ndarray) -> Versus:
        own = guess[:n] + prepared.share
        known = np.isfinite(own)
        return compare(y[known], starter[known], own[known], group[known], seed)

    held_out = against(centre)
    after = None if later is None else against(later)
    passed, why = decide(held_out, after)
    return Candidate(
        name=name, held_out=held_out, later=after, coverage_80=round(coverage, 4), passed=passed, why=why
    )


def decide(held_out: Versus, later: Versus | None) -> tuple[bool, str]:
    """Return whether a candidate is better than the starter beyond chance, and why or why not."""
    gain = held_out.mae_gain
    if gain.low <= 0:
        return False, _what_lacks(held_out)
    if later is None:
        return (
            False,
            "The publishing times don't allow a test on later videos: collect videos of several weeks.",
        )
    if later.mae_gain.value <= 0:
        return False, (
            f"It gains on channels held out, but loses {-later.mae_gain.value:.3f} on the newest fifth of the "
            "videos: what it learned has passed. Collect newer videos."
        )
    return True, "It gains on channels held out, beyond chance, and on later videos."


def _what_lacks(held_out: Versus) -> str:
    gain, channels = held_out.mae_gain, held_out.channels
    if gain.value <= 0:
        return (
            f"It errs by {-gain.value:.3f} more than the starter on channels held out: so far the library teaches "
            "nothing that the starter doesn't know. More videos of channels like yours may."
        )
    enough = channels * ((gain.value - gain.low) / gain.value) ** 2
    return (
        f"It gains {gain.value:.3f} on channels held out, which may be chance (95% {gain.low:+.3f} to "
        f"{gain.high:+.3f}). If the gain is real, about {max(channels + 1, round(enough)):,} channels would show it; "
        f"there are {channels:,}."
    )


def lesser_gain(candidate: Candidate) -> float:
    """Return the smaller of what it gains on channels held out and on later videos."""
    later = candidate.later.mae_gain.value if candidate.later else -np.inf
    return min(candidate.held_out.mae_gain.value, later)


def _says(adopted: str | None, best: Candidate, name: str) -> tuple[str, ...]:
    if adopted is None:
        return (f"The starter stays. {best.why}",)
    gain = best.held_out.mae_gain
    return (
        f"Adopted {name}: on channels held out it errs by {gain.value:.3f} less in log10 views than the starter "
        f"(95% {gain.low:+.3f} to {gain.high:+.3f}), and it gains on later videos. Every forecast names it.",
    )


def _card(
    report: PersonalReport, library: LibraryTable, model: "ForecastModel", base: str | Path
) -> dict[str, Any]:
    """Return what the card says of the training: counts, splits, figures, decision, dates, what it stands on."""
    from shortcast_ml.modelfiles import CARD, model_folder, sha256
    from shortcast_ml.records import utc_now

    times = library.table.published_at
    return {
        "adopted": report.adopted is not None,
        "trained_at": utc_now().isoformat(timespec="seconds"),
        "base": {"name": model.name, "sha256": sha256(model_folder(base) / CARD)},
        "published": [times.min().isoformat(), times.max().isoformat()],
        "split": {
            "held_out": ChannelDisjoint(FOLDS).says,
            "later": "The newest fifth of the videos, by a model that saw older ones only.",
        },
        **report.model_dump(
            mode="json",
            include={"videos", "channels", "platforms", "left_out", "growth", "candidates", "says"},
        ),
    }
