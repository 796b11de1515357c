"""Training on what the user collected, and measuring how forecasts came true: plain functions over the parts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_tools.parts import parts

if TYPE_CHECKING:
    from shortcast_ml.drift import DriftReport
    from shortcast_ml.personal import PersonalReport

Say = Callable[[str], None]


def train_personal(out: Path | None = None, say: Say | None = None) -> "PersonalReport":
    """Train on the library, adopt the model where it beats the starter, and say how it was judged.

    It is written to `out`, by default to `models/personal` of the data folder, where an adopted model answers
    from then on (in this process, and in those that start later). Raises LibraryError, EncoderError, ModelError.
    """
    from shortcast_ml.personal import train_personal as train
    from shortcast_ml.personal_files import personal_folder
    from shortcast_vectorstore.remembered import RememberedTitles

    here = parts()
    report = train(
        here.library.all(),
        out or personal_folder(here.settings.home),
        RememberedTitles(here.encoder, here.library),
        readings=here.library.readings(),
        progress=say,
    )
    here.forget_model()
    return report


def check_drift(picture: Path | None = None, say: Say | None = None) -> "DriftReport":
    """Hold collected videos against what the present model forecasts of them, keep the result, and say it.

    Its warnings go with every forecast of that model from then on. `picture` is a PNG to draw it to.
    """
    from shortcast_ml.drift import draw_drift, drift, keep
    from shortcast_vectorstore.remembered import RememberedTitles

    here = parts()
    encoder = RememberedTitles(here.encoder, here.library)
    report = drift(here.library.all(), here.model, encoder, say)
    keep(report, here.settings.home)
    here.forget_model()
    if picture is not None:
        draw_drift(report, picture)
    return report
