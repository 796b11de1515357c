"""A niche at a glance: topics, how each does, when and how long, and a map. Vectors and facts in, records out.

`summary.summarize` is the whole; each other file is one part of it.
"""
