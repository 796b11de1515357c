"""How changes to a draft are made, computed and checked: what `suggest_changes` puts together.

`edits` makes candidates from words and times, `pictures` from the thumbnail and the video, `computed` forecasts them
and says how far such gains come true, `neighbours` asks what similar real videos did.
"""
