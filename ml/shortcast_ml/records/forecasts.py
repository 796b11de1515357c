"""Forecasts, their reasons, and what is compared and suggested by them."""

from pathlib import Path

from pydantic import Field

from shortcast_ml.records.base import AnchorSource, Platform, Record
from shortcast_ml.records.videos import ChannelHistory, Draft

POST_PUBLISH = (
    "A post-publish forecast: it reads what the platform has counted in the video's first hours and days, "
    "looks 24 hours ahead, and says nothing about drafts."
)


class FeatureRow(Record):
    """What the model sees of one draft: named numbers, NaN where unknown."""

    platform: Platform
    values: dict[str, float]
    observations: dict[str, str] = Field({}, description="What was seen, by factor name, in a few words.")
    anchor_source: AnchorSource
    log10_anchor: float = Field(
        description="log10 of the views a typical video of this channel has at 30 days."
    )
    evidence: tuple[str, ...] = Field(
        description="What the row was built from: title, thumbnail, video, channel..."
    )
    missing: tuple[str, ...] = Field((), description="What would have sharpened the forecast.")
    encoder_id: str


class HorizonViews(Record):
    """Views at one age, with the interval that holds 80% of held-out videos."""

    horizon_days: float
    views: int
    low: int
    high: int


class Forecast(Record):
    """Views to expect, never as a bare number."""

    horizon_days: float
    views: int = Field(description="Median of the predictive distribution.")
    low: int = Field(description="10th percentile (80% conformal interval).")
    high: int = Field(description="90th percentile.")
    by_horizon: tuple[HorizonViews, ...] = Field(description="The same at 1, 7 and 30 days.")
    beats_typical: float = Field(
        ge=0, le=1, description="Probability of beating the channel's typical video."
    )
    typical_views: int = Field(
        description="What a typical video of this channel has at the horizon (the anchor alone)."
    )
    anchor_source: AnchorSource
    platform_typical_views: int = Field(description="The constant: median of the platform's training videos.")
    evidence: tuple[str, ...]
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    platform: Platform
    model: str


class Factor(Record):
    """What one named group of features does to the forecast."""

    name: str
    label: str = Field(description="In a creator's words.")
    multiplier: float = Field(gt=0, description="x1.3 means 30% more views than without it.")
    log10: float = Field(description="The same as a sum of SHAP values.")
    changeable: bool
    observation: str = Field("", description="What was seen, such as 'title of 31 characters'.")


class Explanation(Record):
    """The exact reasons of one forecast: base plus factors equals the raw prediction."""

    base_views: float = Field(description="10 ** base_log10.")
    base_log10: float
    prediction_log10: float
    factors: tuple[Factor, ...] = Field(description="Largest effect first.")
    horizon_days: float
    model: str


class Variant(Record):
    """One of several drafts compared."""

    label: str
    draft: Draft
    forecast: Forecast
    vs_first: float = Field(description="Forecast views over those of the first variant.")
    beats_first: float = Field(
        ge=0, le=1, description="How often, in held-out pairs of one channel, a lead of this size came true."
    )
    factors: tuple[Factor, ...] = Field(
        (), description="Factors whose multiplier differs from the first variant's."
    )


class Comparison(Record):
    """Variants of one draft, and which the model prefers."""

    variants: tuple[Variant, ...]
    best: str
    lead: float = Field(ge=0, le=1, description="Chance that the best does better than the second best.")
    decisive: bool = Field(description="False when the difference is smaller than the model can tell apart.")


class ChangeNeighbours(Record):
    """Similar real videos of the library, with what a change would bring and without it."""

    with_it: int = Field(ge=0, description="Similar videos that have it already.")
    without_it: int = Field(ge=0, description="Similar videos that are as the draft is now.")
    vs_channel_with: float | None = Field(
        None, description="Median of views over the channel's usual, of those that have it."
    )
    vs_channel_without: float | None = Field(None, description="The same of those that are as the draft is.")
    agree: bool | None = Field(
        None, description="Whether they did as the change says; None: too few, or no clear difference."
    )
    says: str = Field(description="The same in a sentence.")


class Change(Record):
    """A change to a draft, with the effect that the model computes for it and how far such effects come true.

    `multiplier` is what to expect: `computed` shrunk by what predicted differences of this kind were worth on
    channels that the model had not seen. Where that was not measured, `low` and `high` are None.
    """

    what: str = Field(description="An order: 'Cut it to 21 seconds.'")
    argument: str = Field(description="The draft field that changes.")
    before: str
    after: str
    multiplier: float = Field(
        gt=0, description="Views to expect with the change over those without; an association, no cause."
    )
    low: float | None = Field(
        None, gt=0, description="10th percentile of the expected multiplier (80% interval)."
    )
    high: float | None = Field(None, gt=0, description="90th percentile of the expected multiplier.")
    reliable: bool = Field(
        False, description="Such differences come true in held-out channels, and the interval leaves out x1."
    )
    basis: str = Field("", description="What the interval was measured on, or that it was not measured.")
    neighbours: ChangeNeighbours | None = Field(
        None, description="What similar real videos say; None: the library has none."
    )
    computed: float | None = Field(
        None, gt=0, description="The model's own forecast with the change over the one without."
    )
    views: int = Field(description="Views to expect with the change: the baseline's times `multiplier`.")
    forecast: Forecast = Field(description="The model's forecast of the changed draft, nothing shrunk.")
    picture_path: Path | None = Field(None, description="The picture with the change, where it is one.")


class Suggestions(Record):
    """Changes in order of expected effect, beside the draft as it stands."""

    baseline: Forecast
    changes: tuple[Change, ...] = Field(
        description="Those with a reliable effect first; then, marked, the best of those without."
    )
    tried: int = Field(description="How many changes were computed.")
    no_effect: tuple[str, ...] = Field(
        (), description="Kinds of change that were tried and have no reliable effect, in words."
    )
    notes: tuple[str, ...] = Field((), description="What the user should know of how they were computed.")


class DraftReading(Record):
    """A draft as it was read from files and words."""

    draft: Draft
    channel: ChannelHistory | None = None
    notes: tuple[str, ...] = Field((), description="Observations; none of them is a claimed cause.")


class NextDayForecast(Record):
    """What a young video will have in 24 hours and later, never as a bare number."""

    views_now: int
    age_days: float
    views: int = Field(description="In 24 hours: the median forecast.")
    low: int = Field(description="In 24 hours, 10th percentile (80% conformal interval).")
    high: int = Field(description="In 24 hours, 90th percentile.")
    gained: int = Field(description="Views gained in the next 24 hours, at the median.")
    vs_now: float = Field(description="Views in 24 hours over the views now.")
    by_age_alone: int = Field(
        description="Views in 24 hours if it grew as a typical video of its age and platform does."
    )
    vs_age_alone: float = Field(description="Forecast views in 24 hours over those by age alone.")
    views_per_hour_so_far: float = Field(description="Mean since publishing.")
    views_per_hour_now: float = Field(description="In the hour ahead, as the forecast has it.")
    share_of_30_days: float = Field(
        description="Share of its 30-day views that a typical video has at this age."
    )
    by_horizon: tuple[HorizonViews, ...] = Field(
        description="At 7 and 30 days, if from tomorrow on it grows as its platform's videos do; tomorrow's interval "
        "with the growth curve's upon it, which held 77 to 90% of followed videos."
    )
    evidence: tuple[str, ...]
    missing: tuple[str, ...] = Field((), description="What would have sharpened it.")
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...]
    kind: str = POST_PUBLISH
    platform: Platform
    model: str
