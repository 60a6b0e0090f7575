"""Greetings and thanks: words to which a greeting is the answer, not a search."""

import re

from index.languages import fold

# By language, folded: small letters without accents. One or several of them are a greeting.
GREETINGS = {
    "en": "hello|hi|hey|good morning|good afternoon|good evening|good day|how are you|thanks"
    "|thank you|thank you very much|many thanks",
    "sw": "habari|habari yako|habari za asubuhi|habari za leo|hujambo|jambo|mambo|shikamoo|niaje"
    "|salama|asante|asante sana|ahsante",
    "fr": "bonjour|bonsoir|salut|ca va|comment ca va|merci|merci beaucoup",
    "es": "hola|buenos dias|buenas tardes|buenas noches|buenas|que tal|como estas|gracias"
    "|muchas gracias",
    "pt": "ola|oi|bom dia|boa tarde|boa noite|tudo bem|obrigado|obrigada|muito obrigado"
    "|muito obrigada",
    "ar": "مرحبا|اهلا|اهلا وسهلا|السلام عليكم|صباح الخير|مساء الخير|شكرا|شكرا جزيلا",
}
_ANY = "|".join(re.escape(fold(said)) for said in "|".join(GREETINGS.values()).split("|"))
_ALONE = re.compile(rf"(?:(?:{_ANY}) )+")
_SIGNS = re.compile(r"[\W\d_]+")


def is_greeting(text: str) -> bool:
    """Whether `text` only greets or thanks. With a question behind it, it is a question."""
    return bool(_ALONE.fullmatch(_SIGNS.sub(" ", fold(text)).strip() + " "))
