"""A tool as another program calls it: its schema, its arguments checked, and one sentence for each failure."""

import functools
import inspect
import json
import logging
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from shortcast_agent.langchain_tools import FAILED, one_line, sentence_of
from shortcast_ml.errors import InputError, ShortcastError
from shortcast_ml.records import Record

if TYPE_CHECKING:
    from shortcast_tools import Tool

log = logging.getLogger(__name__)


@functools.cache
def arguments_of(tool: "Tool") -> type[BaseModel]:
    """Return a model of a tool's arguments that takes no others."""
    fields: dict[str, Any] = {
        name: (
            parameter.annotation,
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for name, parameter in inspect.signature(tool, eval_str=True).parameters.items()
    }
    return create_model(f"{tool.__name__}_arguments", __config__=ConfigDict(extra="forbid"), **fields)


def schema_of(tool: "Tool") -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments."""
    schema: dict[str, Any] = without_titles(arguments_of(tool).model_json_schema())
    schema.setdefault("properties", {})
    return schema


def result_of(tool: "Tool") -> type[Record]:
    """Return the record that a tool returns."""
    found: type[Record] = inspect.signature(tool, eval_str=True).return_annotation
    assert issubclass(found, Record)  # noqa: S101 - the registry's type says so
    return found


def checked_arguments(name: str, tool: "Tool", given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that were given, converted as the signature says.

    A list that arrives as JSON text is read. Raises InputError, one sentence, for what does not fit.
    """
    model = arguments_of(tool)
    if wrong := [key for key in given if key not in model.model_fields]:
        raise InputError(
            f"{name} has no argument `{wrong[0][:60]}`; it takes {', '.join(model.model_fields) or 'none'}."
        )
    try:
        read = model.model_validate({key: _unpacked(model, key, value) for key, value in given.items()})
    except ValidationError as error:
        raise InputError(sentence_of(error, name)) from error
    return {key: getattr(read, key) for key in read.model_fields_set}


def sentence_for(error: Exception, name: str) -> str:
    """Return what a caller can act on: our own sentence, or that it is a bug; the log has its trace."""
    if isinstance(error, ShortcastError):
        return one_line(str(error))
    if isinstance(error, ValidationError):  # what was given fits each argument, and together makes no sense
        return sentence_of(error, name)
    log.error("The tool %s failed", name, exc_info=error)
    return (
        f"The tool {name} {FAILED} ({type(error).__name__}), which is a fault of Shortcast's own; the details are "
        "in its log. Go on without it."
    )


def unknown_tool(name: str, known: Mapping[str, Any]) -> str:
    """Return the sentence that refuses a name which no tool has."""
    return f"There is no tool {name[:60]!r}; there are {', '.join(known)}."


def without_titles(schema: Any) -> Any:
    """Return a JSON schema without the titles that pydantic derives from names: they only cost tokens."""
    if isinstance(schema, list):
        return [without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: without_titles(inner) for name, inner in value.items()}
        if key in ("properties", "$defs")
        else without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


def _unpacked(model: type[BaseModel], key: str, value: Any) -> Any:
    """Read a list that a client has sent as JSON text, as some do."""
    field = model.model_fields.get(key)
    if not isinstance(value, str) or field is None or not value.lstrip().startswith("["):
        return value
    annotation = field.annotation
    kinds = get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    if str in kinds or all(get_origin(kind) is not list for kind in kinds):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
