"""What the server offers: each tool with its schemas and hints, two prompts, two resources."""

import inspect
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shortcast_agent.brief import MOST_TOKENS, brief_schema
from shortcast_agent.calling import result_of, schema_of
from shortcast_tools import Tool
from shortcast_tools.parts import Parts

if TYPE_CHECKING:
    from mcp import types

DETAIL = "detail"
_DETAIL_SCHEMA = {
    "type": "boolean",
    "default": False,
    "description": f"Give the whole record; without it a reply has at most {MOST_TOKENS} tokens.",
}

TITLES = {
    "inspect_draft": "Read a draft",
    "forecast_views": "Forecast a draft's views",
    "explain_forecast": "Explain a forecast",
    "suggest_changes": "Suggest changes to a draft",
    "compare_variants": "Compare titles or thumbnails",
    "find_similar_videos": "Find similar videos",
    "fetch_video": "Look up a published video",
    "diagnose_video": "Say why a video did what it did",
    "forecast_next_day": "Forecast the next 24 hours",
    "read_thumbnail": "Read a thumbnail",
    "read_video": "Watch a video",
    "suggest_thumbnails": "Find frames for a thumbnail",
    "explain_thumbnail": "Show where a thumbnail helps",
    "summarize_niche": "Summarize a niche",
    "collect": "Collect videos of a niche",
    "track_videos": "Follow videos' views",
}
READS_THE_WEB = frozenset({"fetch_video", "diagnose_video", "collect", "track_videos"})
WRITES = frozenset(
    {"collect", "track_videos", "suggest_thumbnails"}
)  # more than what it may always make anew
REMOVES = frozenset({"collect"})  # the invented demo videos
SAME_WHEN_REPEATED = frozenset({"suggest_thumbnails"})  # of those that write; the same frame is kept once


def offer(name: str, tool: Tool) -> "types.Tool":
    """Return a tool as it is listed: the function's own schema and `detail`, the record's schema, its hints."""
    from mcp import types

    schema = schema_of(tool)
    schema["properties"][DETAIL] = _DETAIL_SCHEMA
    title = TITLES.get(name, name.replace("_", " ").capitalize())
    return types.Tool(
        name=name,
        title=title,
        description=inspect.getdoc(tool),
        inputSchema=schema,
        outputSchema=brief_schema(result_of(tool)),
        annotations=types.ToolAnnotations(
            title=title,
            readOnlyHint=name not in WRITES,
            destructiveHint=name in REMOVES,
            idempotentHint=name not in WRITES or name in SAME_WHEN_REPEATED,
            openWorldHint=name in READS_THE_WEB,
        ),
    )


# --- prompts -----------------------------------------------------------------------------------------


def prompts() -> "list[types.Prompt]":
    """Return the prompts as they are listed."""
    from mcp.types import Prompt, PromptArgument

    return [
        Prompt(
            name="before_publishing",
            title="Review a draft",
            description="Ask for a forecast of a draft, its reasons and what to change.",
            arguments=[
                PromptArgument(name="title", description="The planned title.", required=True),
                PromptArgument(name="followers", description="Followers of the channel.", required=False),
                PromptArgument(name="video", description="Path of the video file.", required=False),
            ],
        ),
        Prompt(
            name="after_publishing",
            title="Review a published video",
            description="Ask why a published video did well or badly.",
            arguments=[PromptArgument(name="url", description="Link of the video.", required=True)],
        ),
    ]


def prompt_text(name: str, given: Mapping[str, str]) -> str:
    """Return a prompt's words. Raises McpError for an unknown prompt, and a missing or unknown argument."""
    known = {prompt.name: prompt for prompt in prompts()}
    if name not in known:
        raise _refused(f"There is no prompt {name[:60]!r}; there are {', '.join(known)}.")
    arguments = known[name].arguments or []
    missing = [argument.name for argument in arguments if argument.required and not given.get(argument.name)]
    if missing:
        raise _refused(f"The prompt {name} needs the argument `{missing[0]}`.")
    extra = sorted(given.keys() - {argument.name for argument in arguments})
    if extra:
        raise _refused(f"The prompt {name} has no argument {extra[0][:60]!r}.")
    return before_publishing(**given) if name == "before_publishing" else after_publishing(**given)


def before_publishing(title: str, followers: str = "", video: str = "") -> str:
    """Return the question of a creator who is about to publish."""
    channel = f" My channel has {followers} followers." if followers else ""
    file = f" The video file is {video}." if video else ""
    return (
        f'I am about to publish a short video with the title "{title}".{channel}{file} Will it do well, and '
        "what should I change? Forecast it, explain it, compute the changes, and show similar videos."
    )


def after_publishing(url: str) -> str:
    """Return the question of a creator whose video is out."""
    return (
        f"Why did this video do what it did? {url} Compare its views with what was to be expected at its age."
    )


# --- resources ---------------------------------------------------------------------------------------

CARD = "shortcast://model/card"
LIBRARY = "shortcast://library/summary"


def resources() -> "list[types.Resource]":
    """Return the resources as they are listed."""
    from mcp.types import Resource
    from pydantic import AnyUrl

    return [
        Resource(
            uri=AnyUrl(CARD),
            name="model_card",
            title="Model card",
            description="What the forecast model was trained on, how well it did beside baselines, and its limits.",
            mimeType="application/json",
        ),
        Resource(
            uri=AnyUrl(LIBRARY),
            name="library_summary",
            title="Library",
            description="What the library holds: videos by platform and language, dates, and whether they are real.",
            mimeType="application/json",
        ),
    ]


def resource_text(uri: str, held: Parts) -> str:
    """Return a resource as JSON. Raises McpError for an unknown one, and what the parts raise."""
    if uri == CARD:
        return json.dumps(held.model.card, ensure_ascii=False)
    if uri == LIBRARY:
        from shortcast_vectorstore.overview import overview

        return overview(held.library).model_dump_json()
    raise _refused(f"There is no resource {uri[:100]}; there are {CARD} and {LIBRARY}.", _NO_RESOURCE)


_NO_RESOURCE = -32002  # Source: MCP specification 2025-06-18, Resources, Error Handling


def _refused(sentence: str, code: int | None = None) -> Exception:
    from mcp import McpError
    from mcp.types import INVALID_PARAMS, ErrorData

    return McpError(ErrorData(code=INVALID_PARAMS if code is None else code, message=sentence))
