"""The registry's functions as OpenAI function tools, for a loop of your own.

    client.chat.completions.create(model=..., messages=messages, tools=as_openai_tools())
    text = call_openai_tool(call.function.name, call.function.arguments)

The schemas meet strict mode: every argument is required, and null stands for one that is not given.
Source: OpenAI, Structured Outputs, "Supported schemas".
"""

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shortcast_agent.brief import brief_text
from shortcast_agent.calling import checked_arguments, schema_of, sentence_for, unknown_tool
from shortcast_agent.files import allowed_folders, with_real_paths
from shortcast_ml.errors import InputError
from shortcast_tools import TOOLS, Tool
from shortcast_tools.parts import parts

_NULL = {"type": "null"}


def as_openai_tools(tools: Mapping[str, Tool] = TOOLS) -> list[dict[str, Any]]:
    """Return one function tool per function, as Chat Completions takes them; Responses takes the inner objects."""
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": inspect.getdoc(tool) or "",
                "strict": True,
                "parameters": _strict(schema_of(tool)),
            },
        }
        for name, tool in tools.items()
    ]


def call_openai_tool(
    name: str, arguments: str, *, files: Sequence[Path] = (), tools: Mapping[str, Tool] = TOOLS
) -> str:
    """Run one call of a model and return the short text to send back: what came out, or what was wrong, in a sentence.

    `arguments` is JSON as the model wrote it. The model may name local files in the folders of `files` and among
    uploads, no others. Raises InputError for a folder of `files` that does not exist.
    """
    folders = allowed_folders(parts().settings, files)
    if name not in tools:
        return unknown_tool(name, tools)
    try:
        given = checked_arguments(name, tools[name], _read(name, arguments))
        return brief_text(tools[name](**with_real_paths(given, folders)))
    except Exception as error:  # the model reads what was wrong; a bug of ours is in the log
        return sentence_for(error, name)


def _read(name: str, arguments: str) -> dict[str, Any]:
    """Return the arguments that were given: null stands for one that was not."""
    try:
        given = json.loads(arguments or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise InputError(f"The arguments of {name} are no JSON object; call it again with one.")
    return {key: value for key, value in given.items() if value is not None}


def _strict(schema: Any) -> Any:
    """Return a schema in which every object requires all it has, and what may be left out may be null."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items() if key != "default"}
    if schema.get("type") == "object":
        required = schema.get("required", [])
        strict["properties"] = {
            key: _strict(value) if key in required else _or_null(_strict(value))
            for key, value in schema.get("properties", {}).items()
        }
        strict["required"] = list(strict["properties"])
        strict["additionalProperties"] = False
    return strict


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return schema if _NULL in schema["anyOf"] else {**schema, "anyOf": [*schema["anyOf"], _NULL]}
    description = schema.pop("description", None)
    return {"anyOf": [schema, _NULL], **({"description": description} if description else {})}
