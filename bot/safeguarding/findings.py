"""What a message may tell. Each has its own card, but for the last two."""

from enum import StrEnum


class Finding(StrEnum):
    """The most urgent that a message tells."""

    SAFE_WORD = "safe_word"
    SELF_HARM = "self_harm"
    PRACTITIONER = "practitioner"  # holds what a child has just told
    FORCED = "forced"  # marriage or cutting is near
    DISCLOSURE = "disclosure"
    GROOMING = "grooming"  # seeks a way to a child, not to a child's safety
    AMBIGUOUS = "ambiguous"  # answered, with one discreet line
    NONE = "none"
