"""The training table: one row per published video, from any collection, in the same columns.

| column       | dtype          | meaning                                                              |
|--------------|----------------|----------------------------------------------------------------------|
| dataset      | str            | the collection                                                       |
| platform     | str            | a `Platform`                                                         |
| video_id     | str            | unique within the collection                                         |
| group        | str            | what folds must keep together: a channel, or a block of one topic    |
| channel_id   | str or null    | null where the collection names no channel                           |
| title        | str            | title or caption without hashtags                                    |
| hashtags     | list of str    | without the # sign                                                   |
| duration_s   | float          | NaN where unknown                                                    |
| published_at | datetime (UTC) | NaT where unknown                                                    |
| age_days     | float          | age when `views` was read; NaN where unknown                         |
| followers    | float          | of the channel, when `views` was read; NaN where unknown             |
| views        | float          | the count to learn                                                   |

Other counts (likes, comments, shares, saves, rank, sound use) are left behind here: no later stage can
see them.
"""

from shortcast_ml.data.adapters import DATASETS, load_table
from shortcast_ml.data.looks import load_looks

__all__ = ["DATASETS", "load_looks", "load_table"]
