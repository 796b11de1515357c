"""The next 24 hours of a young video, from what its counts say now: a post-publish model.

| file        | what                                                                    |
|-------------|-------------------------------------------------------------------------|
| looks.py    | repeated looks at the collections' videos, in pairs about a day apart   |
| model.py    | features, the record `NextDay`, loading and forecasting                 |
| fit.py      | training: cross-fitting by channel, the interval, the model's folder    |
| measure.py  | every figure: ladder, baselines, regimes, other collections             |
"""

from shortcast_ml.next_day.fit import train_next_day
from shortcast_ml.next_day.measure import evaluate_next_day
from shortcast_ml.next_day.model import Look, NextDay, forecast_next_day, load_next_day

__all__ = ["Look", "NextDay", "evaluate_next_day", "forecast_next_day", "load_next_day", "train_next_day"]
