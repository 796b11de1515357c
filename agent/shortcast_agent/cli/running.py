"""Commands that serve or check: chat, mcp, doctor."""

import json
from pathlib import Path
from typing import Annotated

import typer

from shortcast_agent.cli.app import AsJson, app


@app.command()
def chat(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; this machine only by default.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; the next free one when it is taken.")] = None,
) -> None:
    """Open the chat page and print its address."""
    from shortcast_agent.chat import serve

    serve(host=host, port=port)


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve streamable HTTP instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port, with --http.")] = 8765,
    files: Annotated[
        list[Path] | None,
        typer.Option(help="Folder whose videos and pictures may be read; repeat it for several."),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(help="Another host name by which it is reached, with --http; repeat it for several."),
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Listen on an outer address although no token is set.")
    ] = False,
) -> None:
    """Serve the tools over the Model Context Protocol.

    With --http, SHORTCAST_MCP_TOKEN is the bearer token that clients must send.
    """
    from shortcast_agent.mcp_server import serve

    serve(http=http, host=host, port=port, files=files or (), names=name or (), no_token=no_token)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check the installation, part by part."""
    from shortcast_agent.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.state:4}  {finding.part}: {finding.says}")
    if as_json:
        typer.echo(json.dumps([finding.model_dump() for finding in findings]))
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)
