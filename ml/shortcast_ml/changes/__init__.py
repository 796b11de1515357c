"""How far computed differences come true: what a forecast's gain from a change is worth, kind by kind.

`kinds` says which columns a kind of change moves, `pairs` finds videos of one channel that differ in it, `worth`
is the table of what was measured, `calibrate` measures it. The protocol is written down in docs/suggestions.md.
"""
