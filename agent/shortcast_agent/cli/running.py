"""Commands that serve or check: chat, mcp, doctor."""

import json
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
) -> None:
    """Serve the tools over the Model Context Protocol."""
    from shortcast_agent.mcp_server import serve

    serve(http=http, host=host, port=port)


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
