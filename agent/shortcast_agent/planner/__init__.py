"""The offline analyst: a chat model that plans tool calls by rules and writes from the tool results."""
