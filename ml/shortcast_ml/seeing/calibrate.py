"""`python -m shortcast_ml.seeing.calibrate DATA`: what the bundled encoder's concepts have with real thumbnails.

It writes two numbers a concept, mean and spread of its cosine, and nothing of any picture. Run it again whenever
the encoder or the list of concepts changes.
"""

import json
import sys
from pathlib import Path

from shortcast_ml.seeing.concepts import SHIPPED, concept_prompts, concept_vectors, usual_of

DATASET = "youtube_thumbs_trending_2020_21"
MOST = 3_000  # evenly over the collection's days


def calibrate(data: Path, out: Path = SHIPPED) -> None:
    """Write the calibration of the bundled encoder. Raises InputError when a picture can't be read."""
    from shortcast_ml.data import load_table
    from shortcast_ml.encoders import load_encoder
    from shortcast_ml.encoders.lite0 import write_whole
    from shortcast_ml.pictures import read_pictures

    encoder = load_encoder("mini")
    folder = data / DATASET
    table = load_table(DATASET, folder).sort_values(["published_at", "video_id"])
    places = table.thumbnail.tolist()[:: max(len(table) // MOST, 1)]
    pictures = read_pictures(places, folder, encoder, print).vectors
    usual = usual_of(concept_vectors(encoder), pictures)
    numbers = zip(concept_prompts(), usual.mean, usual.spread, strict=True)
    text = json.dumps(
        {
            "encoder": encoder.id,
            "measured_on": DATASET,
            "pictures": len(pictures),
            "concepts": {name: [round(float(m), 5), round(float(s), 5)] for name, m, s in numbers},
        },
        indent=1,
    )
    write_whole(out, (text + "\n").encode())


if __name__ == "__main__":
    calibrate(Path(sys.argv[1]))
