"""The C library's memory, kept small where it is glibc's: elsewhere these do nothing.

It gives each thread that asks an arena of its own, and keeps what was freed there: with fifty
people asking at once the process was some 10 MB larger for it.
"""

import ctypes
import sys

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
ARENAS = 2


def share_arenas() -> None:
    """Let threads share ARENAS of them, as MALLOC_ARENA_MAX would; before there are threads."""
    if sys.platform == "linux" and (set_option := getattr(ctypes.CDLL(None), "mallopt", None)):
        set_option(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Give the system what is free: models leave much behind when they are unpacked."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
