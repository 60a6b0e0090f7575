"""Safe words: what shows the help card in any state, as people write it in haste."""

import functools
import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from bot.safeguarding.table import LOOK_ALIKE, words_of
from index.languages import fold

SAFE_WORDS = {
    "HELP": "",
    "SOS": "",
    "MSAADA": "sw",
    "AIDE": "fr",
    "AYUDA": "es",
    "AJUDA": "pt",
    "مساعدة": "ar",
}
"""Each with the language that it tells; "": one that is understood everywhere."""
CRIES = (
    "hlp halp nisaidie nisaidieni aidez secours ayudame ayudenme auxilio socorro ajudem"
    " المساعدة ساعدوني ساعدني النجدة أنقذوني الحقوني musa3ada mosa3ada mosa3da msa3da sa3duni"
)
"""Calls that are taken for a safe word where a message holds nothing else."""
BESIDE = (
    "me us please pls plz now urgent au moi nous svp stp vite por favor porfa ya ahora ja agora"
    " tafadhali sasa haraka من فضلك أرجوكم أرجوك الآن"
)
"""What may stand beside them without making the message a question."""
NO_SLIPS = (
    "held helm hello hell hep helps aid aids aime aise aile aire aider aides abide aside"
    " ayudas ayudar ayudo ajudas ajudar mada مساعد"
)
"""Words of their own, one letter from a safe word."""
SIGNATURES = (
    "sent from", "sent with", "sent via", "get outlook", "imetumwa kutoka", "envoye de",
    "envoye depuis", "envoye a partir", "enviado desde", "enviado do", "enviado de", "enviado a",
    "ارسل من", "ارسلت من", "تم الارسال",
)  # fmt: skip
NAMING = (
    "i am", "im", "its", "this is", "my name is", "mimi ni", "ni", "naitwa", "je suis", "cest",
    "je mapelle", "soy", "me lamo", "sou", "sou a", "sou o", "eu sou", "انا", "اسمي",
)  # fmt: skip
"""Before a name; as `words_of` leaves them."""
SHORT = 4  # letters from which on one slip of the keyboard is put right
NAMES = 3  # words of a name at most
_LETTER = re.compile(r"[^\W\d_]")
_RUN = re.compile(r"(.)\1+")
_SIGNED = re.compile(r"\W*(?P<call>[^.,!?؟،;:\n–—]+?)\s*[.,!،;:\n–—-]+\s*(?P<rest>\S.*)", re.S)
_DIGITS = str.maketrans("013457", "oleast")  # as in "h3lp"


def is_safe_word(text: str) -> bool:
    """Whether the letters of `text` are a safe word, whatever stands around or between them.

    Or whether its words are safe words and calls, and what may stand beside them; the name or
    the line that a phone puts under a message does not count.
    """
    if _safe().fullmatch(letters(text)) or _is_call(text):
        return True
    signed = _SIGNED.fullmatch(text)
    return bool(signed and _is_call(signed["call"]) and _is_signature(signed["rest"]))


def safe_word_language(text: str) -> str:
    """The language that a safe word tells; "" where it tells none, or is none."""
    told = dict(zip(_safe_letters(), SAFE_WORDS.values(), strict=True))
    said = [told[word] for part in words_of(text) if (word := letters(_meant(part))) in told]
    return told.get(letters(text), "") or next(filter(None, said), "")


def letters(text: str) -> str:
    """The letters alone, folded, look-alikes made Latin, repeated ones once."""
    return _RUN.sub(r"\1", "".join(_LETTER.findall(fold(text).translate(LOOK_ALIKE))))


@functools.cache
def _safe() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(_safe_letters())})+")


@functools.cache
def _safe_letters() -> tuple[str, ...]:
    return tuple(map(letters, SAFE_WORDS))


def _is_call(text: str) -> bool:
    calls, beside = _calls()
    said = {_meant(word) for word in words_of(text) if not word.isdecimal()}
    return bool(said & calls) and said <= calls | beside


@functools.cache
def _calls() -> tuple[frozenset[str], frozenset[str]]:
    calls = words_of(" ".join([*SAFE_WORDS, CRIES]))
    return frozenset(calls), frozenset(words_of(BESIDE))


@functools.cache
def _no_slips() -> frozenset[str]:
    return frozenset(words_of(NO_SLIPS))


def _meant(word: str) -> str:
    """The safe word that a mistyped one stands for: one letter wrong, or digits in it."""
    calls, beside = _calls()
    if word in calls | beside | _no_slips():
        return word
    word = word.translate(_DIGITS)
    near = (
        safe
        for safe in _safe_letters()
        if len(safe) >= SHORT and safe[0] == word[0] and OSA.distance(word, safe) <= 1
    )
    return next(near, word)


def _is_signature(text: str) -> bool:
    """Whether it is a name, or what a phone adds: "Sent from my phone"."""
    said = " ".join(words_of(text))
    if said.startswith(SIGNATURES):
        return True
    written = re.findall(r"[^\W\d_]+", text)
    for lead in sorted(NAMING, key=len, reverse=True):
        if said.startswith(f"{lead} "):
            name = written[-len(said[len(lead) :].split()) :]
            return len(name) == 1 or _is_name(name)
    return _is_name(written)


def _is_name(written: Sequence[str]) -> bool:
    return 0 < len(written) <= NAMES and all(word.istitle() for word in written)
