"""An experiment's settings, read from YAML: what a training run does is in its file, not in the code."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from shortcast_ml.errors import InputError
from shortcast_ml.records import Record

SHIPPED = Path(__file__).parent / "configs"
FIXED: dict[str, Any] = {"deterministic": True, "force_row_wise": True, "verbosity": -1}


class Booster(Record):
    """How one LightGBM booster is fitted."""

    params: dict[str, bool | int | float | str] = Field(description="LightGBM's own parameters.")
    max_rounds: int = Field(ge=1)
    patience: int = Field(0, ge=0, description="Rounds without gain that end it; 0 takes max_rounds.")
    held_out: float = Field(0.15, gt=0, lt=0.5, description="Share of groups that decide when to stop.")
    monotone: tuple[str, ...] = Field((), description="Columns that the forecast may only grow with.")
    topics: bool = Field(False, description="See the principal components of the title's vector.")

    def lightgbm(self, seed: int, threads: int = 1) -> dict[str, Any]:
        """Return LightGBM's parameters: the same seed and rows give the same trees."""
        return FIXED | {"num_threads": threads} | self.params | {"seed": seed}


class TrainConfig(Record):
    """How a forecast model is trained."""

    name: str
    seed: int = 7
    folds: int = Field(5, ge=2)
    collections: tuple[str, ...] = ()
    hidden_weight: float = Field(0.15, ge=0, le=1)
    boosters: dict[str, Booster]
    spread: Booster

    def booster(self, part: str) -> Booster:
        """Return how the booster of a part is fitted."""
        return self.boosters.get(part, self.boosters["default"])


def read_config(path: Path | str) -> TrainConfig:
    """Read a training configuration. Raises InputError that names the key which is wrong."""
    try:
        return TrainConfig.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise InputError(
            f"{path}: {where}: {first['msg']}. Correct it, or see configs/starter.yaml."
        ) from error


def read_yaml(path: Path | str) -> dict[str, Any]:
    """Return the mapping in a YAML file. Raises InputError when there is none."""
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path} can't be read as YAML: {error}.") from error
    if not isinstance(content, dict):
        raise InputError(f"{path} holds no settings: write `key: value` lines.")
    return content


def starter_config() -> TrainConfig:
    """Return the configuration of the starter."""
    return read_config(SHIPPED / "starter.yaml")
