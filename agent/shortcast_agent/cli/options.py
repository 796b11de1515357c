"""Command-line options, translated from a tool's signature: its annotations are the only place they stand."""

import inspect
import types
from collections.abc import Callable, Container, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from shortcast_tools import Tool

Command = Callable[..., None]


def options_of(
    tool: Tool, *, argument: str = "", rename: Mapping[str, str] | None = None, skip: Container[str] = ()
) -> list[inspect.Parameter]:
    """Return a tool's arguments as Typer options, each None (or empty) until it is given.

    `argument` names the one that stands without a dash; `rename` gives an option another name than its
    argument has.
    """
    found = []
    for name, parameter in inspect.signature(tool, eval_str=True).parameters.items():
        if name in skip:
            continue
        value_type, description = _read(parameter.annotation)
        required = parameter.default is inspect.Parameter.empty
        if not required and parameter.default:
            description = f"{description} Default: {parameter.default}.".lstrip()
        info: Any
        if name == argument:
            info = typer.Argument(help=description, show_default=False)
        else:
            flag = "--" + (rename or {}).get(name, name).replace("_", "-")
            info = typer.Option(flag, help=description, show_default=False)
        default = inspect.Parameter.empty if required and name == argument else None
        found.append(
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=Annotated[value_type if default is not None else value_type | None, info],
            )
        )
    return found


def takes(options: list[inspect.Parameter]) -> Callable[[Command], Command]:
    """Decorate a command whose `**given` stands for `options`; only what was given on the line arrives."""

    def decorate(command: Command) -> Command:
        own = [p for p in inspect.signature(command).parameters.values() if p.kind is not p.VAR_KEYWORD]
        names = {option.name for option in options}

        def call(*args: Any, **values: Any) -> None:
            kept = {k: v for k, v in values.items() if k not in names or v not in (None, [])}
            command(*args, **kept)

        call.__name__, call.__doc__, call.__module__ = command.__name__, command.__doc__, command.__module__
        signature = inspect.Signature([*own, *options])
        call.__signature__ = signature  # type: ignore[attr-defined]
        call.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
        return call

    return decorate


def checked(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, converted and held to the limits that the tool's signature states.

    Raises typer.BadParameter for the first value that does not fit.
    """
    parameters = inspect.signature(tool, eval_str=True).parameters
    given = {name: _split(parameters[name].annotation, value) for name, value in given.items()}
    fields: Any = {name: (parameters[name].annotation, ...) for name in given}
    try:
        values = create_model("Given", **fields)(**given)
    except ValidationError as error:
        first = error.errors()[0]
        hint = "--" + str(first["loc"][0]).replace("_", "-")
        raise typer.BadParameter(f"{first['msg']} (given: {first['input']!r}).", param_hint=hint) from None
    return {name: getattr(values, name) for name in given}


def _read(annotation: Any) -> tuple[Any, str]:
    """Return the type that Typer parses and the description: what it has no type for arrives as text."""
    description = ""
    if get_origin(annotation) is Annotated:
        annotation, *extras = get_args(annotation)
        description = next((e.description or "" for e in extras if isinstance(e, FieldInfo)), "")
    plain = _without_none(annotation)
    if get_origin(plain) is Literal:
        values = get_args(plain)
        return (plain if isinstance(values[0], str) else type(values[0])), description
    if plain in (str, int, float, bool) or plain == list[str]:
        return plain, description
    return str, description


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        others = [a for a in get_args(annotation) if a is not type(None)]
        return _without_none(others[0]) if len(others) == 1 else annotation
    return annotation


def _split(annotation: Any, value: Any) -> Any:
    """Turn "1, 2, 3" into a list where the tool wants a list of numbers."""
    if isinstance(value, str) and get_origin(_without_none(annotation)) is list:
        return [part.strip().replace("_", "") for part in value.split(",") if part.strip()]
    return value
