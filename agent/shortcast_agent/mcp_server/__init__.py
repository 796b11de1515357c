"""The tools over the Model Context Protocol: stdio for one program, streamable HTTP for several.

A reply is short unless `detail` is asked for: a text and a record of at most 400 tokens each, because some clients
show their model the text and some the record. See docs/agents.md.
"""

from shortcast_agent.mcp_server.server import build
from shortcast_agent.mcp_server.serving import serve

__all__ = ["build", "serve"]
