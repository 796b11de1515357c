"""`shortcast profile`: what is known about the user."""

from pathlib import Path
from typing import Annotated

import typer

from shortcast_agent import memory
from shortcast_agent.cli.app import AsJson, app
from shortcast_agent.memory import LABELS, Profile

profile_app = typer.Typer(help="What Shortcast knows about you and your channel.", no_args_is_help=True)
app.add_typer(profile_app, name="profile")


@profile_app.command("show")
def show_command(as_json: AsJson = False) -> None:
    """Show what is known, since when, and from which of your words."""
    profile = memory.read_profile(_settings_path())
    if as_json:
        typer.echo(profile.model_dump_json(exclude_none=True))
    else:
        _print(profile)


@profile_app.command("set")
def set_command(
    channel: Annotated[str | None, typer.Option(help="Your channel's name or handle.")] = None,
    niche: Annotated[str | None, typer.Option(help="What your videos are about.")] = None,
    platform: Annotated[str | None, typer.Option(help="youtube_shorts, tiktok, youtube or bilibili.")] = None,
    followers: Annotated[str | None, typer.Option(help="A number such as 12000 or 12K.")] = None,
    typical_views: Annotated[str | None, typer.Option(help="Views of your usual video, such as 5K.")] = None,
    language: Annotated[str | None, typer.Option(help="The language you want answers in.")] = None,
    goals: Annotated[str | None, typer.Option(help="What you want to reach.")] = None,
) -> None:
    """Set facts about you; an empty one ("") is forgotten."""
    given = {
        "channel": channel, "niche": niche, "platform": platform, "followers": followers,
        "typical_views": typical_views, "language": language, "goals": goals,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise typer.BadParameter("Say what to set, such as --followers 12K.")
    _print(memory.edit(_settings_path(), changes))


@profile_app.command("forget")
def forget_command() -> None:
    """Forget everything that is known about you, for good."""
    known = memory.forget(_settings_path())
    typer.echo(memory.FORGOTTEN if known else "Nothing was known about you.")


def _print(profile: Profile) -> None:
    told = memory.told(profile)
    for name, value in profile.facts().items():
        typer.echo(f"{LABELS[name]}: {memory.say(name, value)}  ({told.get(name, '')})")
    if not profile.facts():
        typer.echo(
            "Nothing is known about you yet. It is learned from what you say, or: shortcast profile set"
        )


def _settings_path() -> Path:
    from shortcast_tools.parts import parts

    return parts().settings.threads_path
