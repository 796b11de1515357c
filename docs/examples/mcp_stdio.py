"""An MCP client that starts the server itself and talks to it over stdio."""

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import get_default_environment, stdio_client

SERVER = StdioServerParameters(command="shortcast", args=["mcp"], env=get_default_environment())


async def main() -> None:
    async with stdio_client(SERVER) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        print([tool.name for tool in (await client.list_tools()).tools])

        draft = {"title": "I tried the 3-second latte trick", "followers": 12000}
        short = await client.call_tool("forecast_views", draft)
        print(short.content[0].text)  # at most 400 tokens
        print(short.structuredContent["low"], short.structuredContent["high"])

        whole = await client.call_tool("suggest_changes", {**draft, "detail": True})
        print(len(whole.structuredContent["changes"]), "changes in full")

        wrong = await client.call_tool("forecast_views", {**draft, "horizon_days": 8})
        print(wrong.isError, wrong.content[0].text)


anyio.run(main)
