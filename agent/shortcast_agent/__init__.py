"""How Shortcast converses: graph, prompts, offline planner, grounding check, chat page, MCP server, command line."""
