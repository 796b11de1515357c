"""What an experiment is: one YAML file, read strictly into one frozen record."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shortcast_ml.config import read_yaml
from shortcast_ml.errors import InputError

Block = Literal["text", "wording", "image", "alignment"]
SplitName = Literal["blocks", "channels", "time", "random"]


class Strict(BaseModel):
    """Base of the records: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LightGBM(Strict):
    """Gradient boosting over the columns; every key but `rounds` is LightGBM's own parameter."""

    kind: Literal["lightgbm"]
    rounds: int = Field(400, gt=0)
    objective: Literal["regression", "huber"] = "huber"
    alpha: float = Field(1.2, gt=0)
    learning_rate: float = Field(0.03, gt=0)
    num_leaves: int = Field(31, gt=1)
    min_data_in_leaf: int = Field(40, gt=0)
    feature_fraction: float = Field(0.2, gt=0, le=1)
    bagging_fraction: float = Field(0.8, gt=0, le=1)
    bagging_freq: int = Field(1, ge=0)
    lambda_l2: float = Field(5.0, ge=0)

    def parameters(self, seed: int) -> dict[str, Any]:
        """Return what `lightgbm.train` takes; the same seed gives the same trees."""
        own = self.model_dump(exclude={"kind", "rounds"})
        fixed = {"deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1}
        return own | fixed | {"seed": seed}


class Logistic(Strict):
    """The Miles study's baseline: virality from standardised columns by logistic regression."""

    kind: Literal["logistic"]
    inverse_penalty: float = Field(0.01, gt=0, description="scikit-learn's C.")
    class_weight: Literal["balanced", "none"] = "balanced"


class FusionMLP(Strict):
    """The Miles study's fusion network: text, picture and table to virality and views."""

    kind: Literal["fusion_mlp"]
    epochs: int = Field(20, gt=0, le=1000)
    patience: int = Field(6, gt=0, description="Epochs without a better held-out error before it stops.")
    held_out: float = Field(0.1, gt=0, lt=0.5, description="Share of the training groups that it stops by.")
    networks: int = Field(
        3, gt=0, le=20, description="Networks from as many seeds, whose mean is the forecast."
    )
    batch_size: int = Field(256, gt=1)
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(0.02, ge=0)
    hidden: int = Field(128, gt=0)
    vector_width: int = Field(
        16, gt=0, description="Each vector is brought to this width before it is fused."
    )
    dropout: float = Field(0.25, ge=0, lt=1)
    vector_dropout: float = Field(0.4, ge=0, lt=1)
    table_dropout: float = Field(0.1, ge=0, lt=1)
    bins: int = Field(16, gt=1, description="Quantile bins of each column's piecewise linear code.")
    virality_weight: float = Field(0.2, ge=0, description="Of the virality loss beside the views loss.")
    class_weight: Literal["balanced", "none"] = "balanced"
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"


Model = Annotated[LightGBM | Logistic | FusionMLP, Field(discriminator="kind")]


class StudyConfig(Strict):
    """One experiment."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    study: Literal["ipiu", "miles"]
    note: str = Field("", description="What the reader of the results should know of it.")
    dataset: str
    text: str | None = Field(None, description="Text encoder: see `backbones.load_text_encoder`.")
    image: str | None = Field(None, description="Picture encoder: see `backbones.load_image_encoder`.")
    pictures: Path | None = Field(
        None,
        description="Folder or zip of pictures named by video id; the collection's own when not given. "
        "A relative path is looked for in the collection's folder.",
    )
    arms: dict[str, tuple[Block, ...]] = Field(
        {}, description="IPIU: the blocks of columns of each arm; the last arm is saved and explained."
    )
    splits: tuple[SplitName, ...] = Field(
        min_length=1, description="The first one judges; others stand beside."
    )
    folds: int = Field(5, gt=1)
    seed: int = 7
    viral_quantile: float = Field(
        0.8, gt=0, lt=1, description="Miles: viral is above this quantile of the training rows' views."
    )
    model: Model

    @model_validator(mode="after")
    def _fits_together(self) -> "StudyConfig":
        if self.splits[0] == "random":
            raise ValueError("a random split leaks topics and channels, so it can't come first in `splits`")
        if self.study == "ipiu" and (not self.arms or not isinstance(self.model, LightGBM)):
            raise ValueError("the IPIU study needs `arms` and a model of kind lightgbm")
        if self.study == "miles" and (self.arms or len(self.splits) > 1):
            raise ValueError("the Miles study has no `arms`, and one split")
        used = {block for blocks in self.arms.values() for block in blocks}
        if not all(self.arms.values()):
            raise ValueError("every arm needs a block, such as `text`")
        if used & {"text", "alignment"} and self.text is None:
            raise ValueError("an arm reads titles, so `text` must name an encoder")
        if used & {"image", "alignment"} and self.image is None:
            raise ValueError("an arm sees pictures, so `image` must name an encoder")
        if "alignment" in used and self.text != self.image:
            raise ValueError(
                "alignment is a cosine within one space, so `text` and `image` must be one encoder"
            )
        return self


def shipped_configs() -> dict[str, Path]:
    """Return the configs that come with Shortcast, by name."""
    folder = Path(str(files("shortcast_ml") / "studies" / "configs"))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def read_config(path: str | Path) -> StudyConfig:
    """Return the experiment of a YAML file, or of a shipped config's name.

    Raises InputError with one sentence: the first thing that is wrong, and what would be right.
    """
    file = shipped_configs().get(str(path), Path(path))
    if not file.is_file():
        raise InputError(f"There is no config {path}. Shipped are {', '.join(shipped_configs())}.")
    content = read_yaml(file)
    try:
        return StudyConfig.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{file.name}: {_sentence(error)}") from error


def _sentence(error: ValidationError) -> str:
    """Return the first problem as a sentence; an unknown key comes with the known ones."""
    problem = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    where = [str(part) for part in problem["loc"] if str(part) not in MODELS]
    if problem["type"] == "extra_forbidden":
        kind = next((str(part) for part in problem["loc"] if str(part) in MODELS), None)
        record = MODELS[kind] if kind else StudyConfig
        return f"there is no key {'.'.join(where)!r}; known are {', '.join(record.model_fields)}."
    message = problem["msg"].removeprefix("Value error, ").rstrip(".")
    given = (
        ""
        if problem["type"] in ("missing", "value_error")
        else f" (given: {json.dumps(problem['input'], default=str)[:80]})"
    )
    return f"{'.'.join(where)}: {message}{given}." if where else f"{message}."


MODELS: dict[str, type[Strict]] = {
    get_args(record.model_fields["kind"].annotation)[0]: record for record in (LightGBM, Logistic, FusionMLP)
}
