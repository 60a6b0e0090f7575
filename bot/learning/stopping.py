"""The one word that ends what the assistant sends by itself."""

import re

from bot.messages import Kind, Question
from index.languages import fold

_WORDS = frozenset(
    fold(
        "stop unsubscribe quit end acha simama sitisha komesha arrêt arrêter arrête arrêtez alto"
        " parar para pare basta detener detente cancelar قف توقف توقفي أوقف أوقفي إيقاف كفى"
    ).split()
)


def is_stop(question: Question) -> bool:
    """Whether a message says stop in one of the six languages, and nothing else."""
    if question.kind is Kind.COMMAND:
        return question.text.strip().casefold() == "stop"
    said = re.findall(r"\w+", fold(question.text[:40]))
    return question.kind is Kind.TEXT and len(said) == 1 and said[0] in _WORDS
