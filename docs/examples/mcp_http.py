"""An MCP client of a server that runs elsewhere: streamable HTTP with a token, progress, and a cancelled call."""

import os

import anyio
import httpx
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CancelledNotification, CancelledNotificationParams, ClientNotification

URL = os.environ.get("SHORTCAST_MCP_URL", "http://127.0.0.1:8765/mcp")
HEADERS = {"Authorization": f"Bearer {os.environ['SHORTCAST_MCP_TOKEN']}"}


async def say_progress(done: float, total: float | None, text: str | None) -> None:
    print(f"{done:g} of {total:g}: {text}")


async def main() -> None:
    async with (
        httpx.AsyncClient(headers=HEADERS, timeout=120) as http,
        streamable_http_client(URL, http_client=http) as (read, write, _),
        ClientSession(read, write) as client,
    ):
        await client.initialize()
        niche = await client.call_tool("summarize_niche", {}, progress_callback=say_progress)
        print(niche.content[0].text)
        library = await client.read_resource("shortcast://library/summary")
        print(library.contents[0].text)
        await cancel_a_call(client)


async def cancel_a_call(client: ClientSession) -> None:
    """Begin a call and tell the server to stop working on it."""
    request = client._request_id  # the SDK numbers requests in turn

    async def begin() -> None:
        try:
            await client.call_tool("summarize_niche", {})
            print("answered first")
        except McpError as error:
            print(error)

    async with anyio.create_task_group() as group:
        group.start_soon(begin)
        await anyio.sleep(0.05)
        parameters = CancelledNotificationParams(requestId=request, reason="no longer needed")
        cancelled = CancelledNotification(method="notifications/cancelled", params=parameters)
        await client.send_notification(ClientNotification(cancelled))


anyio.run(main)
