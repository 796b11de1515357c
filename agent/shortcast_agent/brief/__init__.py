"""A record in few words, for another agent: a short text, and a short record beside it.

`brief_text` and `brief_fields` each stay within `MOST_TOKENS`, because a client shows its model one or the other.
"""

from shortcast_agent.brief.fields import brief_fields, brief_schema
from shortcast_agent.brief.text import brief_text
from shortcast_agent.brief.tokens import MOST_TOKENS, tokens_at_most

__all__ = ["MOST_TOKENS", "brief_fields", "brief_schema", "brief_text", "tokens_at_most"]
