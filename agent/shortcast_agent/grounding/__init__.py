"""The grounding check: every number, link, name and claim of an answer stands in a result or in the user's words.

Units and rounding are allowed for: "12.3K" for 12,345, "63%" for a probability of 0.628, "30% more" for a
multiplier of 1.3, "1:10" for 70 seconds, "twice" for x1.9. Arithmetic that no tool did is not. A title in quotes
must stand somewhere; "B is better than A" must agree with the records.
"""

from shortcast_agent.grounding.check import Fault, SentenceGate, Trace, sentences, strike, trace
from shortcast_agent.grounding.sources import Sources

__all__ = ["Fault", "SentenceGate", "Sources", "Trace", "sentences", "strike", "trace"]
