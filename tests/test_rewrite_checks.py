"""What may be shown above the quotes: every rule of the checker, with what it must let through."""

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.rewriting.checks import LENGTH, Given, Refused, checked
from bot.rewriting.names import places
from bot.rewriting.negations import negations
from bot.rewriting.numbers import in_order, numbers

# Sentences as guidance writes them, by language; each may be quoted and rewritten word for word.
SENTENCES = {
    "en": (
        "Children in Kenya should never be interviewed alone by strangers.",
        "The committee met 12 times in May 2019 and reached 40% of the families.",
        "Community-led work relies on local resources, so it is less dependent.",
        "Avoid asking for details that you do not need.",
    ),
    "sw": (
        "Watoto nchini Kenya hawapaswi kuhojiwa peke yao na watu wasiowajua.",
        "Kamati ilikutana mara kumi na mbili mwezi Mei 2019 na kufikia asilimia 40 ya familia.",
        "Usimhoji mtoto mbele ya watu wengine bila ridhaa yake.",
        "Jamii inamiliki mchakato na kuchagua hatua za kuchukua.",
    ),
    "fr": (
        "Les enfants du Kenya ne doivent jamais être interrogés seuls.",
        "Le comité s'est réuni douze fois en mai 2019 et a touché 40 % des familles.",
        "La communauté choisit elle-même les risques et les réponses.",
    ),
    "es": (
        "Los niños de Kenia nunca deben ser entrevistados a solas por desconocidos.",
        "El comité se reunió doce veces en mayo de 2019 y llegó al 40 % de las familias.",
        "La comunidad elige los daños y la respuesta.",
    ),
    "pt": (
        "As crianças do Quênia nunca devem ser entrevistadas sozinhas por desconhecidos.",
        "A comissão reuniu-se doze vezes em maio de 2019 e chegou a 40% das famílias.",
        "A comunidade escolhe os riscos e também as respostas.",
    ),
    "ar": (
        "لا ينبغي إجراء مقابلات مع الأطفال في كينيا بمفردهم.",
        "اجتمعت اللجنة ١٢ مرة في مايو ٢٠١٩ ووصلت إلى ٤٠٪ من الأسر.",
        "تختار المجتمعات المحلية الأضرار والاستجابة المناسبة لها.",
    ),
}
LANGUAGES = st.sampled_from(sorted(SENTENCES))


def quoted(language: str) -> list[Given]:
    texts = SENTENCES[language]
    return [Given(text=text, language=language, about="Guide, Save the Children") for text in texts]


def cite(*numbered: tuple[str, int]) -> str:
    return " ".join(f"{text[:-1]} [{number}]{text[-1]}" for text, number in numbered)


def refusal(text: str, language: str, given: list[Given] | None = None) -> str:
    """Why a rewrite is refused; "" where it is shown."""
    try:
        checked(text, given or quoted(language), language)
    except Refused as refused:
        return str(refused)
    return ""


@settings(deadline=None)  # the first call reads the language model
@given(st.data(), LANGUAGES)
def test_sentences_of_the_quotes_with_right_citations_pass(
    data: st.DataObject, language: str
) -> None:
    texts = list(enumerate(SENTENCES[language], start=1))
    chosen = data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3, unique=True))
    assert refusal(cite(*((text, number) for number, text in chosen)), language) == ""


@settings(deadline=None)
@given(st.data(), LANGUAGES)
def test_sentences_of_the_quotes_without_a_citation_do_not(
    data: st.DataObject, language: str
) -> None:
    texts = data.draw(st.permutations(SENTENCES[language]))[:2]
    cited, bare = f"{texts[0][:-1]} [1].", texts[1]
    assert refusal(f"{bare} {cited}", language)
    assert refusal(f"{cited} {bare}", language)


ZEROS = [0x30, 0x660, 0x6F0, 0x966, 0xFF10, 0x1D7CE]  # ASCII, Arabic-Indic, …, mathematical bold


@settings(deadline=None)
@given(st.integers(0, 10**7), LANGUAGES, st.sampled_from(ZEROS))
def test_a_number_that_the_quotes_do_not_hold_is_refused_in_any_digits(
    number: int, language: str, zero: int
) -> None:
    assume(number not in (12, 40, 2019))
    written = "".join(chr(zero + int(digit)) for digit in str(number))
    text = SENTENCES[language][1]
    found = next(t for t in ("12", "١٢", "2019") if t in text)
    assert refusal(cite((text.replace(found, written, 1), 2)), language)


@settings(deadline=None)
@given(st.characters(categories=["Nd", "Nl", "No"]), LANGUAGES)
def test_any_sign_that_is_a_number_is_read_as_one(sign: str, language: str) -> None:
    assert unicodedata.numeric(sign) is not None
    assert numbers(f"x {sign} x", language)


@settings(deadline=None)
@given(st.lists(st.integers(1, 99).map(str), max_size=5), st.data())
def test_numbers_in_another_order_are_refused(held: list[str], data: st.DataObject) -> None:
    part = data.draw(
        st.lists(st.sampled_from(range(len(held))), unique=True) if held else st.just([])
    )
    assert in_order([held[at] for at in sorted(part)], held)
    assert not in_order([*held, held[0] if held else "1"], held)


@settings(deadline=None)
@given(st.text(max_size=LENGTH), LANGUAGES)
def test_any_text_at_all_is_shown_or_refused_and_nothing_else_happens(
    text: str, language: str
) -> None:
    refusal(text, language)
    refusal(f"{text} [1].", language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Parents should beat children and report to the committee [1].", "en"),
        ("Les parents frappent les enfants [1].", "fr"),
        ("يجب ضرب الأطفال حتى يتعلموا [1].", "ar"),
    ],
)
def test_harm_that_the_quotes_do_not_speak_of_is_refused_in_any_language(
    text: str, language: str
) -> None:
    said = "Parents should listen to children and report to the committee."
    given = [Given(text=said, language="en", about="Guide")]
    assert refusal(text, language, given) == "harm that the quotes do not speak of"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Marriage before the age of 18 is allowed [1].", "en"),
        ("Le mariage avant 18 ans est permis [1].", "fr"),
    ],
)
def test_what_is_forbidden_does_not_become_allowed(text: str, language: str) -> None:
    said = "Marriage before the age of 18 is forbidden."
    given = [Given(text=said, language="en", about="Guide")]
    assert refusal(text, language, given) == "a negation more or less than the quotes"
    same = text.replace("allowed", "forbidden").replace("permis", "interdit")
    assert not refusal(same, language, given)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("1,200 of 1 000 000", "en", ["1200", "1000000"]),
        ("twelve or 12", "en", ["12", "12"]),
        ("40 per cent, 40%", "en", ["40%", "40%"]),
        ("asilimia 40 ya watoto kumi na wawili", "sw", ["40%", "12"]),
        ("watatu kati ya elfu", "sw", ["3", "1000"]),
        ("la moitié, 3,5 pour cent", "fr", ["0.5", "3.5%"]),
        ("un enfant", "fr", []),
        ("dos mil, veintitrés", "es", ["2", "1000", "23"]),
        ("duas vezes, metade", "pt", ["2", "0.5"]),
        ("ثلاثة آلاف و٤٠ في المائة", "ar", ["3", "1000", "40%"]),
        ("١٬٢٠٠ و٣٫٥", "ar", ["1200", "3.5"]),
    ],
)
def test_numbers_are_read_alike_in_every_language(
    text: str, language: str, found: list[str]
) -> None:
    assert numbers(text, language) == found


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("Don't share it, and never without consent.", "en", 3),
        ("Notable nothingness of another kind.", "en", 0),
        ("Watoto hawapaswi kuhojiwa.", "sw", 1),
        ("Usimwambie mtu yeyote.", "sw", 1),
        ("Msikilize mtoto; wasichana wana haki na habari hizi ni hatua ya msingi.", "sw", 0),
        ("Hakikisha watoto wanatoka hatarini na kutoa msaada.", "sw", 0),
        ("Ils ne parlent jamais à personne.", "fr", 1),
        ("Sans accord, n'écrivez pas.", "fr", 2),
        ("No hable nunca con nadie.", "es", 1),
        ("Não fale com ninguém sem acordo.", "pt", 2),
        ("لا يجوز ذلك دون موافقة.", "ar", 2),
        ("الأطفال في المجتمع.", "ar", 0),
    ],
)
def test_negations_are_counted(text: str, language: str, count: int) -> None:
    assert len(negations(text, language)) == count


EN = [
    Given(text="Children in Kenya should never be interviewed alone.", language="en", about="IRC"),
    Given(text="Do not share the name; ask the child first.", language="en", about="Plan"),
    Given(text="15 girls and 12 boys came in May.", language="en", about="Plan"),
    Given(text="Communities own the process.", language="en", about="Plan"),
]


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("Children in Kenya should be interviewed alone [1].", "en", "negation"),
        ("Communities never own the process [4].", "en", "negation"),
        ("Do not ask the child first; share the name [2].", "en", "negation"),
        ("Watoto nchini Kenya wanapaswa kuhojiwa peke yao [1].", "sw", "negation"),
        ("Jamii hazimiliki mchakato [4].", "sw", "negation"),
        ("Les enfants au Kenya doivent être interrogés seuls [1].", "fr", "negation"),
        ("Las comunidades no son dueñas del proceso [4].", "es", "negation"),
        ("As comunidades não são donas do processo [4].", "pt", "negation"),
        ("ينبغي إجراء مقابلات مع الأطفال في كينيا بمفردهم [1].", "ar", "negation"),
        ("لا تملك المجتمعات العملية [4].", "ar", "negation"),
        ("15 boys and 12 girls came in June [3].", "en", "name"),
        ("12 girls and 15 boys came in May [3].", "en", "number"),
        ("Some of the 15 girls and thirteen boys came in May [3].", "en", "number"),
        ("15% girls and 12 boys came in May [3].", "en", "number"),
        ("Wasichana kumi na sita walikuja Mei [3].", "sw", "number"),
        ("Communities of Amina own the process [4].", "en", "name"),
        ("Amina and communities own the process [4].", "en", "name"),
        ("UNICEF communities own the process [4].", "en", "name"),
        ("Les communautés de l'Ouganda possèdent le processus [4].", "fr", "name"),
        ("تملك المجتمعات في أوغندا العملية [4].", "ar", "name"),
        ("تملك منظمة اليونيسف العملية مع المجتمعات [4].", "ar", "name"),
        ("تملك UNICEF العملية مع المجتمعات المحلية [4].", "ar", "name"),
        ("Communities own the process: see www.example.org [4].", "en", "link"),
        ("Communities own the process, see example.org [4].", "en", "link"),
        ("**Communities** own the process [4].", "en", "markup"),
        ("Communities own the <b>process</b> [4].", "en", "markup"),
        ("Communities own the process, call us on 116 [4].", "en", "order"),
        ("Communities own the process +254 712 345678 [4].", "en", "telephone"),
        ("Communities own the prоcess [4].", "en", "script"),  # Cyrillic о
        ("Communities own the pro\u202ecess [4].", "en", "control"),
        ("Communities own the process [4].\n\nSo they do [4].", "en", "control"),
        ("Communities own the process. They do it well [4].", "en", "without a citation"),
        ("Communities own the process [5].", "en", "citation"),
        ("Communities own the process [4]. " * 4, "en", "too long"),
        ("Les communautés possèdent le processus [4].", "en", "language"),
        ("Communities own the process [4].", "sw", "language"),
        ("Communities sell bread, honey, wooden tables and warm blankets [4].", "en", "words"),
    ],
)
def test_what_is_refused_and_why(text: str, language: str, why: str) -> None:
    assert why in refusal(text, language, EN)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Communities own the process [4].", "en"),
        ("Children in Kenya should never be interviewed alone. [1] Communities own it [4].", "en"),
        ("In May, 15 girls and twelve boys came [3].", "en"),
        ("Watoto nchini Kenya hawapaswi kamwe kuhojiwa peke yao [1].", "sw"),
        ("Les enfants ne doivent jamais être interrogés seuls au Kenya [1].", "fr"),
        ("En mai, 15 filles et douze garçons sont venus [3].", "fr"),
        ("No se debe entrevistar nunca a solas a los niños en Kenia [1].", "es"),
        ("As comunidades são donas do processo [4].", "pt"),
        ("لا ينبغي أبدا إجراء مقابلات مع الأطفال في كينيا بمفردهم [١].", "ar"),
        ("تملك المجتمعات المحلية العملية [4].", "ar"),
    ],
)
def test_what_is_shown(text: str, language: str) -> None:
    assert refusal(text, language, EN) == ""


def test_from_arabic_quotes_every_word_must_be_theirs() -> None:
    text = SENTENCES["ar"][2]
    assert refusal(cite((text, 3)), "ar") == ""
    assert refusal(cite((text.replace("المناسبة", "سلمى"), 3)), "ar")


def test_a_country_is_one_country_in_every_language() -> None:
    written = {"en": "Kenya", "sw": "Kenya", "fr": "Kenya", "es": "Kenia", "pt": "Quênia"}
    found = {code for language, name in written.items() for _, code in places(name, language)}
    assert found | {code for _, code in places("وبكينيا", "ar")} == {"KE"}
    assert places("mali ya watoto", "sw") == [], "wealth is no country"
