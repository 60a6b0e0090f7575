"""How often a sentence denies, and what; strict, for where it errs the quotes are shown instead."""

import re

from index.languages import fold, words

# Words that deny, or tell to leave something undone. `head` counts each time; `echo` counts only
# where no other stands close before it: "no … nunca" denies once.
_HEADS = {
    "en": "no not cannot never none nobody nothing nowhere nor neither without avoid avoids"
    " avoided avoiding refrain refrains forbid forbids forbidden prohibit prohibits prohibited ban"
    " bans banned illegal t",  # "don't" is read as "don", "t"
    "sw": "si sio siyo hapana hakuna hamna bila pasipo kamwe epuka kuepuka waepuke aepuke uepuke"
    " kuacha marufuku haramu",
    "fr": "ne n non sans ni jamais aucun aucune evite eviter evitez evitent interdit"
    " interdite interdits interdites interdire illegal illegale",
    "es": "no sin nunca jamas nadie nada ninguno ninguna ningun tampoco ni evite eviten evitar"
    " evita evitarse prohibe prohibido prohibida prohibidos prohibidas prohibir ilegal",
    "pt": "nao sem nunca jamais ninguem nada nenhum nenhuma nem tampouco evite evitem evitar evita"
    " proibe proibido proibida proibidos proibidas proibir ilegal",
    "ar": "لا لم لن ليس ليست ليسوا لسنا غير دون بدون عدم بلا تجنب يتجنب تجنبوا الا"
    " يحظر تحظر محظور ممنوع",
}
_ECHOES = {
    "sw": "kamwe",
    "fr": "ni jamais aucun aucune pas rien",
    "es": "nunca jamas nadie nada ninguno ninguna ningun tampoco ni",
    "pt": "nunca jamais ninguem nada nenhum nenhuma nem tampouco",
}
_REACH = 6  # words over which an echo belongs to the negation before it

# Swahili denies inside the verb: hawapaswi, hatakuja, usimhoji, kutokuwa, asiye. The second
# pattern is what only looks so.
_SWAHILI = re.compile(
    r"(?:ha(?:tu|m|wa|u|i|ya|ki|vi|zi|li|ku|pa|mu)?(?:(?:ja|ku|ta)\w{2,}|\w{2,}i)"
    r"|(?:ni|u|a|tu|m|wa|i|ya|ki|vi|zi|li|ku|pa)si\w{2,}[ei]"
    r"|\w{1,3}si(?:ye|yo|o|cho|vyo|zo|lo|po|ko)\w*"
    r"|kuto\w{2,})"
)
_SWAHILI_NOT = re.compile(
    r"ha(?:bari\w*|tari\w*|ki|kimu|kik\w*|li|lisi|hali|di|si|ta|tua|tima\w*|ti|dhari|dharani|lali"
    r"|msini|rusi|riri|jambo|kutoa)|hadhi|hasara\w*|haraka\w*|hakikish\w*"
    r"|\w{1,2}si(?:chan|kil|kia|kie|kiz|mam|mul|sit|tish|fu|ngi|ng|saidi|li|ri|asa|wa|was)\w*"
    r"|usi(?:ku|kivu)|asili\w*|asilimia|kuto(?:a|ka|sha|kana|kea|lewa|weka|roka|za|fauti)\w*"
)


def negations(text: str, language: str) -> list[str]:
    """What is denied, once for each negation: the first word of weight after it, stemmed.

    For a Swahili verb that denies, the verb itself; "" where the sentence ends first.
    """
    if language == "ar":
        text = re.sub(r"[\u0640\u064b-\u0652]", "", text)
    tokens = re.findall(r"[^\W_]+|[.;:!?؟؛]", fold(text))
    heads, echoes = (set(table.get(language, "").split()) for table in (_HEADS, _ECHOES))
    found: list[str] = []
    last = -_REACH
    for at, token in enumerate(tokens):
        if language == "sw" and _in_verb(token):
            found.append(token)
        elif _bare(token, language) in echoes and at - last < _REACH:
            last = at
            continue
        elif _bare(token, language) in heads | echoes:
            found.append(_scope(tokens[at + 1 :], language))
        else:
            continue
        last = at
    return found


def _bare(token: str, language: str) -> str:
    return re.sub(r"^[وفب](?=\w{2})", "", token) if language == "ar" else token


def _in_verb(token: str) -> bool:
    return bool(_SWAHILI.fullmatch(token)) and not _SWAHILI_NOT.fullmatch(token)


def _scope(after: list[str], language: str) -> str:
    for token in after:
        if not token[0].isalnum():
            break
        if len(token) > 3:
            return " ".join(words(token, language))
    return ""


def agree(claim: list[str], given: list[str], *, same_language: bool) -> bool:
    """Whether a sentence denies as often as what it rests on and, in one language, the same."""
    if same_language:
        return sorted(claim) == sorted(given)
    return len(claim) == len(given)
