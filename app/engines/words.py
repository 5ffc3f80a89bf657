"""Words, and which of them a sentence needs whatever it is about."""

import re

#: Words that every claim needs and a list of terms does without.
FUNCTION_WORDS = frozenset(
    """a an the and or but if then so because since while when where which that this these those it its they them their we our
    you your i my me he she is are was were be been being am do does did have has had having will would can could should may
    might must not no nor never of in on at to for from with without by as than into over under out up down about just only
    more most less least very too also even still once each every any some all both one what how why who there here gets get
    got make makes made means mean say says said see sees seen go goes going know tells tell keep keeps""".split()
)
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
