"""The forecast: views at age t = S x m x F(t), with the interval and probabilities of a conformal distribution.

A booster for each kind of collection predicts log10 views at 30 days from the pre-publish columns; a small one
predicts how large the error will be; the thumbnail booster, if any, adds what a picture changes. Errors of channels
that were not trained on, scaled by their predicted size, give the predictive distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.coverage import channel_size_buckets
from shortcast_ml.errors import EncoderError, ModelError
from shortcast_ml.factors import FACTORS, factor_of, observe
from shortcast_ml.features import (
    COLUMNS,
    PICTURE_COLUMNS,
    PICTURE_DIM,
    THUMBNAIL_COLUMNS,
    TOPIC_COLUMNS,
    TOPIC_DIM,
    describe_draft,
)
from shortcast_ml.growth import log10_share
from shortcast_ml.history import ENOUGH_UPLOADS, describe_channel
from shortcast_ml.look import LOOK_COLUMNS, look_at
from shortcast_ml.modelfiles import model_folder, read_card, read_json
from shortcast_ml.records import (
    AnchorSource,
    ChannelHistory,
    Draft,
    Embedding,
    Explanation,
    Factor,
    FeatureRow,
    Forecast,
    HorizonViews,
)

if TYPE_CHECKING:
    import lightgbm

HORIZONS = (1, 7, 30)
LEVELS = np.round(np.arange(0.005, 1.0, 0.005), 3)  # quantile levels kept of the scaled errors, (199,)
LOW, HIGH = 0.1, 0.9
ADDITIVE = 1e-9  # log10; contributions that add up no better than this are not those of the forecast


@dataclass(frozen=True)
class Distribution:
    """Predictive distribution of log10 views: centre, scale, and quantiles of scaled errors at LEVELS."""

    centre: float
    scale: float
    quantiles: np.ndarray

    def quantile(self, level: float) -> float:
        """Return log10 views at a probability in (0, 1)."""
        return self.centre + self.scale * float(np.interp(level, LEVELS, self.quantiles))

    def below(self, log10_views: float) -> float:
        """Return the probability of fewer views, in [0.005, 0.995]: the sample says no more of the tails."""
        return float(np.interp((log10_views - self.centre) / self.scale, self.quantiles, LEVELS))


@dataclass(frozen=True)
class Term:
    """One booster of a sum: weight x (prediction - offset), in log10 views."""

    booster: "lightgbm.Booster"
    columns: tuple[str, ...]
    weight: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class ForecastModel:
    """A loaded model. Reading it is `load_model`; every method takes and gives records."""

    name: str
    card: dict[str, Any]
    calibration: dict[str, Any]
    growth: dict[str, list[float]]
    projection: dict[str, np.ndarray]
    boosters: "dict[str, lightgbm.Booster]"
    default: str
    spread: "lightgbm.Booster"
    thumbnail: "lightgbm.Booster | None" = None
    personal: "lightgbm.Booster | None" = None  # what the starter misses on the user's own kind of videos
    notices: tuple[str, ...] = ()  # said with every forecast
    changes: dict[str, Any] = field(default_factory=dict)  # what computed changes are worth: changes/worth.py
    _looks: dict[tuple[str, int], dict[str, float]] = field(default_factory=dict)

    @property
    def encoder_id(self) -> str:
        """The encoder whose vectors the model was trained with."""
        return str(self.card["encoder"])

    # --- features ------------------------------------------------------------------------------------

    def features(
        self, draft: Draft, channel: ChannelHistory | None, embedding: Embedding | None
    ) -> FeatureRow:
        """Return the row that the model sees of a draft.

        Raises EncoderError when the embedding is of another encoder, MediaError when a thumbnail is unreadable.
        """
        if embedding is not None and embedding.encoder_id != self.encoder_id:
            raise EncoderError(
                f"The forecast model {self.name} was trained with {self.encoder_id}, "
                f"these vectors are of {embedding.encoder_id}."
            )
        knots = self.knots(draft.platform)
        values = describe_draft(draft)
        alike = embedding.upload_similarity if embedding else None
        history = describe_channel(channel, knots, draft.publish_at, draft.duration_s, alike)
        values.update(history)
        followers = channel.followers if channel else None
        values["log10_followers"] = float(np.log10(followers + 1)) if followers is not None else float("nan")
        title = embedding.title if embedding else None
        values.update(zip(TOPIC_COLUMNS, self._project("topic", title, TOPIC_DIM), strict=True))
        picture = embedding.image if embedding and draft.thumbnail_path else None
        values.update(zip(PICTURE_COLUMNS, self._project("picture", picture, PICTURE_DIM), strict=True))
        aligned = embedding.alignment if embedding and picture is not None else None
        values["alignment"] = float("nan") if aligned is None else aligned
        values.update(self._look(draft.thumbnail_path))
        source, anchor = self._anchor(draft, channel, history["history_median"])
        return FeatureRow(
            platform=draft.platform,
            values=values,
            observations=observe(draft, channel, values),
            anchor_source=source,
            log10_anchor=anchor,
            evidence=evidence(draft, channel, source),
            missing=missing(draft, channel, source),
            encoder_id=self.encoder_id,
        )

    def knots(self, platform: str) -> list[float]:
        """Return the growth curve of a platform."""
        return self.growth.get(platform, self.growth["default"])

    def _project(self, name: str, vector: "np.ndarray | None", dim: int) -> list[float]:
        if vector is None:
            return [float("nan")] * dim
        centred = np.asarray(vector, np.float32) - self.projection[f"{name}_mean"]
        return [float(v) for v in self.projection[f"{name}_components"] @ centred]

    def _look(self, path: Path | None) -> dict[str, float]:
        if path is None or self.thumbnail is None:
            return dict.fromkeys(LOOK_COLUMNS, float("nan"))
        from shortcast_ml.media import open_image

        key = (str(path), path.stat().st_mtime_ns if path.exists() else 0)
        if key not in self._looks:
            self._looks[key] = look_at(open_image(path))
        return self._looks[key]

    def _anchor(
        self, draft: Draft, channel: ChannelHistory | None, median: float
    ) -> tuple[AnchorSource, float]:
        if channel is not None:
            if len(channel.uploads) >= ENOUGH_UPLOADS and np.isfinite(median):
                return "uploads", median
            if channel.typical_views is not None:
                return "stated", float(np.log10(channel.typical_views + 1))
            if channel.followers is not None and self.calibration["followers_line"]:
                line = self._platform("followers_line", draft.platform)
                return "followers", float(line[0] + line[1] * np.log10(channel.followers + 1))
        return "platform", float(self._platform("platform_log10", draft.platform))

    def _platform(self, name: str, platform: str) -> Any:
        table = self.calibration[name]
        return table.get(platform) or table.get("youtube_shorts") or next(iter(table.values()))

    # --- forecast ------------------------------------------------------------------------------------

    def part(self, platform: str) -> str:
        """Return the part (a booster of its own) that serves a platform."""
        return platform if platform in self.boosters else self.default

    def terms(self, row: FeatureRow) -> list[Term]:
        """Return what is added up to the centre: the part's booster, then what titles and thumbnail add.

        Where nothing is known of a Short's channel, the booster that learned from titles alone adds its
        effect, shrunk to what it was worth on channels that were not trained on.
        """
        found = [term_of(self.boosters[self.part(row.platform)])]
        weight = float(self.calibration["titles"]["weight"])
        if (
            row.anchor_source == "platform"
            and row.platform != "tiktok"
            and weight
            and "title" in row.evidence
        ):
            found.append(
                term_of(self.boosters["titles"], weight, float(self.calibration["titles"]["offset"]))
            )
        if self.thumbnail is not None and "thumbnail" in row.evidence:
            found.append(term_of(self.thumbnail))
        if self.personal is not None and row.platform in self.card["personal"]["platforms"]:
            found.append(term_of(self.personal, float(self.card["personal"]["weight"])))
        return found

    def distribution(self, row: FeatureRow, age_days: float) -> Distribution:
        """Return the predictive distribution of log10 views at an age."""
        centre = sum(
            t.weight * (float(t.booster.predict(matrix(row, t.columns))[0]) - t.offset)
            for t in self.terms(row)
        )
        centre += float(log10_share(age_days, self.knots(row.platform)))
        scale = float(np.exp(self.spread.predict(matrix(row, self.spread.feature_name()))[0]))
        size = channel_size_buckets(np.array([10 ** row.values["log10_followers"] - 1]).round())[0]
        key = f"{self.part(row.platform)}/{row.anchor_source}/{size}"
        return Distribution(centre, scale, np.asarray(self.calibration["quantiles"][key]))

    def forecast(self, row: FeatureRow, horizon_days: float = 30) -> Forecast:
        """Return the views to expect at an age of `horizon_days`, with the 80% interval."""
        share = float(log10_share(horizon_days, self.knots(row.platform)))
        typical = row.log10_anchor + share
        at = self.distribution(row, horizon_days)
        views = _views_at(at, horizon_days)
        return Forecast(
            horizon_days=horizon_days,
            views=views.views,
            low=views.low,
            high=views.high,
            by_horizon=tuple(_views_at(self.distribution(row, h), h) for h in HORIZONS),
            beats_typical=round(1 - at.below(typical), 3),
            typical_views=_count(typical),
            anchor_source=row.anchor_source,
            platform_typical_views=_count(float(self._platform("platform_log10", row.platform)) + share),
            evidence=row.evidence,
            missing=row.missing,
            warnings=self._warnings(row),
            platform=row.platform,
            model=self.name,
        )

    def percentile(self, row: FeatureRow, age_days: float, views: float) -> float:
        """Return the share of the predictive distribution below `views` at `age_days`, in [0, 1]."""
        return self.distribution(row, age_days).below(float(np.log10(views + 1)))

    def chance_of_order(self, gap: float) -> float:
        """Return how often a video forecast `gap` (log10) above another of its channel really did better.

        Measured on held-out channels, on pairs of neighbouring uploads (`pair_slope` of the calibration).
        """
        return float(1 / (1 + np.exp(-self.calibration["pair_slope"] * gap)))

    def _warnings(self, row: FeatureRow) -> tuple[str, ...]:
        out = [*self.notices]
        known = self.card.get("personal", {}).get("platforms", {})
        if known and row.platform not in known:
            out.append(
                f"Your library has no {row.platform} videos: nothing personal is in this forecast."
                if self.personal is not None
                else f"The model learned from your library alone, which has no {row.platform} videos."
            )
        if row.platform == "tiktok" and row.anchor_source in ("platform", "followers"):
            out.append(
                "The TikTok videos that the model learned from over-represent viral ones; without the channel's "
                "recent views the level is likely too high."
            )
        if row.platform in ("youtube", "bilibili"):
            out.append("The model learned from short videos; a long video is judged as if it were a Short.")
        if "thumbnail" in row.evidence and self.thumbnail is not None:
            out.append(
                "The effect of the thumbnail was learned from landscape YouTube videos that trended in 2020-21."
            )
        return tuple(out)

    def explain(self, row: FeatureRow, horizon_days: float = 30) -> Explanation:
        """Return exact TreeSHAP contributions, summed into factors; base plus factors equals the prediction."""
        sums: dict[str, float] = {}
        base = float(log10_share(horizon_days, self.knots(row.platform)))
        for term in self.terms(row):
            parts = term.booster.predict(matrix(row, term.columns), pred_contrib=True)[0]
            base += term.weight * (float(parts[-1]) - term.offset)
            for column, value in zip(term.columns, parts[:-1], strict=True):
                name = factor_of(column).name
                sums[name] = sums.get(name, 0.0) + term.weight * float(value)
        prediction = self.distribution(row, horizon_days).centre
        if abs(base + sum(sums.values()) - prediction) > ADDITIVE:
            raise ModelError(f"The contributions of {self.name} don't add up to its forecast: it is damaged.")
        table = {f.name: f for f in FACTORS}
        factors = [
            Factor(
                name=name,
                label=table[name].label,
                multiplier=10**value,
                log10=value,
                changeable=table[name].changeable,
                observation=row.observations.get(name, ""),
            )
            for name, value in sorted(sums.items(), key=lambda item: -abs(item[1]))
        ]
        return Explanation(
            base_views=10**base,
            base_log10=base,
            prediction_log10=prediction,
            factors=tuple(factors),
            horizon_days=horizon_days,
            model=self.name,
        )


def evidence(draft: Draft, channel: ChannelHistory | None, source: AnchorSource) -> tuple[str, ...]:
    """Return what a row was built from, in words."""
    found = {
        "title": bool(draft.title.strip() or draft.hashtags),
        "thumbnail": draft.thumbnail_path is not None,
        "length": draft.duration_s is not None,
        "publish time": draft.publish_at is not None,
        "followers": channel is not None and channel.followers is not None,
        "earlier uploads": source == "uploads",
        "typical views": source == "stated",
    }
    return tuple(name for name, present in found.items() if present)


def missing(draft: Draft, channel: ChannelHistory | None, source: AnchorSource) -> tuple[str, ...]:
    """Return what would sharpen the forecast, in words."""
    lacking = {
        "the views of the channel's last five or more videos": source not in ("uploads",),
        "the number of followers": channel is None or channel.followers is None,
        "a title": not draft.title.strip() and not draft.hashtags,
        "the video's length": draft.duration_s is None,
        "the planned publishing time": draft.publish_at is None,
    }
    return tuple(name for name, absent in lacking.items() if absent)


def matrix(row: FeatureRow, columns: Sequence[str]) -> np.ndarray:
    """Return (1, len(columns)) float32 of a feature row, as training sees it."""
    return np.array([[row.values.get(c, float("nan")) for c in columns]], np.float32)


def term_of(booster: "lightgbm.Booster", weight: float = 1.0, offset: float = 0.0) -> Term:
    """Return a booster as a term with all of its columns."""
    return Term(booster, tuple(booster.feature_name()), weight, offset)


def _count(log10_views: float) -> int:
    return max(0, round(10**log10_views - 1))


def _views_at(distribution: Distribution, horizon_days: float) -> HorizonViews:
    return HorizonViews(
        horizon_days=horizon_days,
        views=_count(distribution.centre),
        low=_count(distribution.quantile(LOW)),
        high=_count(distribution.quantile(HIGH)),
    )


@cache
def load_model(name_or_dir: str | Path = "starter") -> ForecastModel:
    """Load a model once, after checking its hashes and its columns.

    Raises ModelError that says which file, feature or version differs.
    """
    import lightgbm
    from safetensors.numpy import load_file

    folder = model_folder(name_or_dir)
    card = read_card(folder)
    for key, known in (("features", COLUMNS), ("thumbnail_features", THUMBNAIL_COLUMNS)):
        listed = card.get(key, [])
        if list(listed) != list(known):
            differ = sorted(set(listed) ^ set(known)) or ["their order"]
            raise ModelError(
                f"The model in {folder} was trained on other features ({', '.join(differ[:5])}). "
                "Train it again with this version."
            )
    try:

        def booster(file: str) -> "lightgbm.Booster":
            return lightgbm.Booster(model_file=str(folder / file))

        return ForecastModel(
            name=str(card["name"]),
            card=card,
            calibration=read_json(folder / "calibration.json"),
            growth=read_json(folder / "growth.json")["log10_share_at_knots"],
            projection=load_file(folder / "projection.safetensors"),
            boosters={part: booster(file) for part, file in card["parts"].items()},
            default=next(part for part, file in card["parts"].items() if file == "model.txt"),
            spread=booster("spread.txt"),
            thumbnail=booster("thumbnail.txt") if (folder / "thumbnail.txt").is_file() else None,
            personal=booster("personal.txt") if (folder / "personal.txt").is_file() else None,
            changes=read_json(folder / "changes.json") if (folder / "changes.json").is_file() else {},
        )
    except (KeyError, ValueError, OSError, StopIteration, lightgbm.basic.LightGBMError) as error:
        raise ModelError(f"The model in {folder} can't be loaded: {error}. Train it again.") from error
