"""The numbers of a text, in digits of any script or in words, made comparable."""

import re
import unicodedata

from index.languages import fold

# In order from nought; "/" parts forms of one number, "-" stands where there is none to read:
# "un" is an article more often than a number.
_SPELT = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen",
    "sw": "sifuri moja/mmoja mbili/wawili/mawili/miwili/viwili"
    " tatu/watatu/matatu/mitatu/vitatu nne/wanne/manne/minne/vinne"
    " tano/watano/matano/mitano/vitano sita saba nane/wanane/manane/minane/vinane tisa kumi",
    "fr": "zéro - deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
    " seize",
    "es": "cero - dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciséis diecisiete dieciocho diecinueve veinte veintiuno/veintiún/veintiuna veintidós"
    " veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve",
    "pt": "zero - dois/duas três quatro cinco seis sete oito nove dez onze doze treze"
    " catorze/quatorze quinze dezasseis/dezesseis dezassete/dezessete dezoito dezanove/dezenove",
    "ar": "صفر واحد/واحدة اثنان/اثنين/اثنتان/اثنتين ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست"
    " سبعة/سبع ثمانية/ثماني/ثمان تسعة/تسع عشرة/عشر",
}
_LARGER = {
    "en": "20:twenty 30:thirty 40:forty 50:fifty 60:sixty 70:seventy 80:eighty 90:ninety"
    " 100:hundred/hundreds 1000:thousand/thousands 1000000:million/millions"
    " 1000000000:billion/billions 12:dozen/dozens 0.5:half 0.33:third/thirds"
    " 0.25:quarter/quarters x2:twice/double x3:triple",
    "sw": "20:ishirini 30:thelathini 40:arobaini/arubaini 50:hamsini 60:sitini 70:sabini"
    " 80:themanini 90:tisini 100:mia 1000:elfu/maelfu 1000000:milioni/mamilioni"
    " 1000000000:bilioni 0.5:nusu 0.33:theluthi 0.25:robo",
    "fr": "20:vingt/vingts 30:trente 40:quarante 50:cinquante 60:soixante 100:cent/cents/centaines"
    " 1000:mille/milliers 1000000:million/millions 1000000000:milliard/milliards"
    " 12:douzaine 10:dizaine/dizaines 0.5:moitié/demi/demie 0.33:tiers 0.25:quart/quarts"
    " x2:double x3:triple",
    "es": "30:treinta 40:cuarenta 50:cincuenta 60:sesenta 70:setenta 80:ochenta 90:noventa"
    " 100:cien/ciento/cientos/centenares 200:doscientos/doscientas 300:trescientos/trescientas"
    " 500:quinientos/quinientas 1000:mil/miles 1000000:millón/millones 12:docena/docenas"
    " 10:decena/decenas 0.5:mitad 0.33:tercio/tercios x2:doble x3:triple",
    "pt": "20:vinte 30:trinta 40:quarenta 50:cinquenta/cinqüenta 60:sessenta 70:setenta 80:oitenta"
    " 90:noventa 100:cem/cento/centenas 200:duzentos/duzentas 300:trezentos/trezentas"
    " 500:quinhentos/quinhentas 1000:mil/milhares 1000000:milhão/milhões"
    " 1000000000:bilião/bilhão/biliões/bilhões 12:dúzia/dúzias 10:dezenas 0.5:metade"
    " 0.33:terço/terços x2:dobro x3:triplo",
    "ar": "20:عشرون/عشرين 30:ثلاثون/ثلاثين 40:أربعون/أربعين 50:خمسون/خمسين 60:ستون/ستين"
    " 70:سبعون/سبعين 80:ثمانون/ثمانين 90:تسعون/تسعين 100:مائة/مئة/مئات 200:مائتان/مئتان/مئتين"
    " 1000:ألف/آلاف 2000:ألفان/ألفين 1000000:مليون/ملايين 1000000000:مليار/مليارات"
    " 0.5:نصف 0.33:ثلث 0.25:ربع x2:ضعف/ضعفي",
}
# Read as one on the side of the source only: there more leeway does no harm.
_ARTICLES = {"fr": "un une", "es": "un uno una", "pt": "um uma"}
_PERCENT = re.compile(
    r"[%٪]|\bper ?cent\b|\bpour ?cent\b|\bpor ?cien(?:to)?\b|\bpor ?cento\b|\b(?:في ال|بال)ما?ئ[ةه]"
)
_ASILIMIA = re.compile(r"\basilimia\s+(?:ya\s+)?(\d[\d.,]*|\w+)", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?<!\d)\d{1,3}(?:[.,'’٬\u00a0\u202f ]\d{3})+(?!\d)"  # thousands in groups
    r"|\d+(?:[.,٫]\d+)*"
    r"|[^\W\d_]+|%|\S"
)
_KUMI_NA = re.compile(r"\bkumi na (\w+)", re.IGNORECASE)  # Swahili: ten and
_CLITICS = re.compile(r"^[وف]?[بلك]?(?:ال)?(?=\w{2})")


def numbers(text: str, language: str, *, source: bool = False) -> list[str]:
    """Every number of `text` in reading order: "40", "40%", "0.5" for a half, "x2" for twice.

    `source` reads articles as one, too. Words are read in `language`, ISO 639-1; in one that
    is not spoken here only digits are.
    """
    spelt, found = _words(language, source), list[str]()
    if language == "sw":
        text = _KUMI_NA.sub(lambda match: _teen(match, spelt), text)
        text = _ASILIMIA.sub(r"\1 % ", text)
    text = _PERCENT.sub(" % ", text)
    last_was_number = False
    for token in _TOKEN.findall(text):
        if token == "%":
            if last_was_number:
                found[-1] += "%"
            else:
                found.append("%")
        value = _value(token, language, spelt)
        last_was_number = value != ""
        if value:
            found.append(value)
    return found


def _teen(match: re.Match[str], spelt: dict[str, str]) -> str:
    """Digits for "kumi na mbili" (12); other words are left as they are."""
    unit = spelt.get(fold(match[1]), "")
    return f"1{unit}" if len(unit) == 1 and unit.isdecimal() else match[0]


def _value(token: str, language: str, spelt: dict[str, str]) -> str:
    """What a token counts as; "" where it is no number."""
    if token[0].isdecimal():
        return _digits(token)
    if len(token) == 1 and unicodedata.numeric(token, None) is not None:
        return f"{unicodedata.numeric(token):g}"  # ½, Ⅳ, ፲
    word = fold(token)
    if language == "ar" and word not in spelt:
        word = _CLITICS.sub("", word)
    return spelt.get(word, "")


def _digits(token: str) -> str:
    """ASCII digits, no grouping, a full stop before decimals, no noughts in front."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in token)
    if re.fullmatch(r"\d{1,3}(?:[.,'’٬\u00a0\u202f ]\d{3})+", plain):
        plain = re.sub(r"\D", "", plain)
    whole, *rest = re.split(r"[.,٫]", plain)
    return ".".join([whole.lstrip("0") or "0", *rest])


def _words(language: str, source: bool) -> dict[str, str]:
    """Folded number words of a language to their values."""
    table: dict[str, str] = {}
    for value, forms in enumerate(_SPELT.get(language, "").split()):
        table |= {fold(form): str(value) for form in forms.split("/") if form != "-"}
    for entry in _LARGER.get(language, "").split():
        value_text, _, forms = entry.partition(":")
        table |= {fold(form): value_text for form in forms.split("/")}
    if source:
        table |= dict.fromkeys(_ARTICLES.get(language, "").split(), "1")
    return table


def in_order(wanted: list[str], given: list[str]) -> bool:
    """Whether `given` holds all of `wanted` in the same order: "12 girls, 15 boys" is no swap."""
    rest = iter(given)
    return all(number in rest for number in wanted)
