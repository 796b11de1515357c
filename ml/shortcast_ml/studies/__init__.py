"""The two founding studies as experiments: a YAML file in, a model folder with its figures out.

`run_config(path, data_dir, out_dir)` trains one; `shipped_configs()` lists those that come with Shortcast.
"""

from shortcast_ml.studies.config import StudyConfig, read_config, shipped_configs
from shortcast_ml.studies.run import run_config
from shortcast_ml.studies.tables import studies_table

__all__ = ["StudyConfig", "read_config", "run_config", "shipped_configs", "studies_table"]
