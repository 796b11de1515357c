"""What the analyst can do: one plain typed function per file, listed once in `TOOLS`.

The signature is the schema, the docstring is the prompt, the result is a record. LangChain, MCP, the
command line and Python only translate these functions.
"""

from collections.abc import Callable
from types import MappingProxyType

from shortcast_ml.records import Record
from shortcast_tools.collect import collect
from shortcast_tools.compare_variants import compare_variants
from shortcast_tools.diagnose_video import diagnose_video
from shortcast_tools.explain_forecast import explain_forecast
from shortcast_tools.explain_thumbnail import explain_thumbnail
from shortcast_tools.fetch_video import fetch_video
from shortcast_tools.find_similar_videos import find_similar_videos
from shortcast_tools.forecast_next_day import forecast_next_day
from shortcast_tools.forecast_views import forecast_views
from shortcast_tools.inspect_draft import inspect_draft
from shortcast_tools.read_thumbnail import read_thumbnail
from shortcast_tools.read_video import read_video
from shortcast_tools.suggest_changes import suggest_changes
from shortcast_tools.suggest_thumbnails import suggest_thumbnails
from shortcast_tools.summarize_niche import summarize_niche
from shortcast_tools.track import track_videos

Tool = Callable[..., Record]

TOOLS: MappingProxyType[str, Tool] = MappingProxyType(
    {
        tool.__name__: tool
        for tool in (
            inspect_draft,
            forecast_views,
            explain_forecast,
            suggest_changes,
            compare_variants,
            find_similar_videos,
            fetch_video,
            diagnose_video,
            forecast_next_day,
            read_thumbnail,
            read_video,
            suggest_thumbnails,
            explain_thumbnail,
            summarize_niche,
            collect,
            track_videos,
        )
    }
)

__all__ = ["TOOLS", "Tool", *sorted(TOOLS)]
