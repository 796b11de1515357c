"""Another agent as the one that was talked into something: its calls come over the Model Context Protocol."""

from collections.abc import Mapping
from typing import Any

from shortcast_agent.mcp_server import build
from shortcast_evals.attacks.cases import Attack
from shortcast_evals.attacks.play import Outcome, Ran
from shortcast_evals.attacks.watch import Watch
from shortcast_tools import Tool
from shortcast_tools.parts import Parts


def ask_over_mcp(
    attack: Attack, parts: Parts, tools: Mapping[str, Tool], ran: Ran, watch: Watch, came: list[str]
) -> Outcome:
    """Make the call over the real server in memory, and say what else it opened.

    The agent may call what it likes: what must not happen is another tool, a connection or a file outside of policy.
    """
    import anyio
    from mcp.shared.memory import create_connected_server_and_client_session as connected

    async def ask() -> Any:
        async with connected(build(parts, tools=tools)) as client:
            return await client.call_tool(attack.wants.tool, attack.wants.arguments)

    result = anyio.run(ask)
    return Outcome(
        id=attack.id,
        reached=bool(result.content),
        tools=tuple(name for name, _ in ran if name != attack.wants.tool),
        sockets=(*watch.sockets, *came),
        files=tuple(watch.files),
    )
