"""Someone at risk comes first: what a message tells, and the card that answers it.

Tables a language, which its speakers can review, stand in `tables/`; README.md there says how to
read one. No search, no model and no memory takes part.
"""
