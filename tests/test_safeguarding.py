"""Someone at risk comes first: in any state, in six languages, and when something breaks."""

import csv
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assistant import Assistant
from bot.channels.telegram_render import keyboard, render
from bot.channels.terminal import as_text
from bot.messages import Kind, Line, Question, Reply, Span
from bot.phrases import languages, speak
from bot.safeguarding import cards, check, first
from bot.safeguarding.findings import Finding
from bot.safeguarding.helplines import DIRECTORY
from bot.safeguarding.safe_words import SAFE_WORDS, is_safe_word
from bot.safeguarding.table import BadTable, matches, read_table, respelt, words_of
from scripts.measure_safeguarding import CARDS, held_back, measured, read, wilson

SET = Path(__file__).parent / "safeguarding" / "messages.csv"
HARM = {
    "en": "my stepfather beats me every night",
    "sw": "Baba wa kambo ananipiga kila usiku",
    "fr": "mon beau-père me frappe tous les soirs",
    "es": "mi padrastro me pega todas las noches",
    "pt": "o meu padrasto bate-me todas as noites",
    "ar": "زوج أمي يضربني كل ليلة",
}
AROUND = st.text(alphabet=string.punctuation + string.whitespace + "«»…¡¿؟،🙏😭🆘❤\ufe0f\u200d0123")


def shown(reply: Reply) -> bool:
    return DIRECTORY in as_text(reply)


def never(*_: object) -> Reply:
    raise AssertionError("nothing else may be done with this message")


@settings(deadline=None)
@given(st.sampled_from([*SAFE_WORDS]), AROUND, AROUND, st.booleans())
def test_a_safe_word_is_one_whatever_stands_around_it(
    word: str, before: str, after: str, small: bool
) -> None:
    said = before + (word.lower() if small else word) + after
    assert is_safe_word(said)
    looked = first.look(Question(text=said), lambda _: None)
    assert looked.card
    assert shown(looked.card)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_message_breaks_the_check(text: str) -> None:
    assert check.check(text) in Finding


@pytest.mark.parametrize("word", SAFE_WORDS)
# A button's data is ours, inline search leads to the private chat, and who left reads nothing.
@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.BUTTON, Kind.INLINE, Kind.LEFT}), ids=str)
def test_a_safe_word_counts_in_every_kind_of_message(
    assistant: Assistant, word: str, kind: Kind
) -> None:
    assert shown(assistant.reply(Question(text=word, kind=kind)))


@pytest.mark.parametrize(
    "text",
    [
        *("help me", "HELP pls!!", "SOS SOS SOS", "help help", "hlp", "𝐇𝐄𝐋𝐏", "MSAADA TAFADHALI"),
        *("nisaidie sasa", "aide moi", "aidez-moi svp", "au secours", "ayuda por favor", "ayúdame"),
        *("AJUDA por favor", "socorro", "المساعدة", "ساعدوني أرجوكم", "النجدة"),
        *("hepl", "h3lp", "hlep me", "heeelp pls", "Неlр", "ΗELP", "aydua", "ajdua", "masaada"),
        *("ayde moi", "musa3ada", "Help. Sent from my phone", "Help, Grace", "Ayuda, soy Lucía"),
        *("Aide. Envoyé de mon iPhone", "ajuda, sou a Maria", "مساعدة، أنا سارة"),
    ],
)
def test_a_safe_word_counts_as_people_write_it(text: str) -> None:
    looked = first.look(Question(text=text), lambda _: None)
    assert looked.card
    assert shown(looked.card)


@pytest.mark.parametrize(
    "text",
    [
        "helpful",
        "me please",
        "help me find a guide",
        "urgent",
        "SOS villages",
        "hello",
        "held",
        "aider",
        "ayudas para familias",
        "مساعدات",
        "Help, logframe templates please",
        "Help. What does the guide say about signs?",
        "msaada wa kisheria ni nini?",
    ],
)
def test_a_word_that_holds_a_safe_word_is_none(text: str) -> None:
    assert not is_safe_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "What are the signs that a child is being sexually abused?",
        "This training touched me deeply",
        "No meu bairro os pais batem nos filhos, como mudar isso?",
        "How do I talk with fathers who say “I was beaten and I turned out fine”?",
        'Comment parler avec un père qui dit "on m\'a battu et je vais bien" ?',
        "A neighbour beats his kids every day: what should the committee do?",
        "Mhudumu amwambie nini mzazi anayempiga mtoto wake kila siku?",
        "¿Qué señales indican que un niño está siendo violado por un familiar?",
        "passos depois de uma menina ser abusada na escola",
        "جار يضرب أطفاله كل يوم، ماذا يمكن أن تفعل اللجنة؟",
        "Dada yangu anafanya kazi ya ulinzi wa watoto, asome mwongozo gani?",
        "سمعنا أن رجالا يلمسون البنات في السوق، ماذا يفعل المجتمع؟",
        "هذا التقرير يقتلني، هل عندكم ملخص قصير؟",
        "Frase de ejemplo para el afiche: mi tío me toca de noche",
    ],
)
def test_a_practitioners_words_raise_no_alarm(text: str) -> None:
    assert check.check(text) not in CARDS


@pytest.mark.parametrize(
    "text",
    [
        "there are signs that a girl in my class is being raped by her uncle",
        "they are taking me to be married on saturday i am 14",
        "j ai envi de mourir jen peux plus",
        "ils vont m exciser demain au village aidez moi",
        "3ammi by2zini kol leila w ana khayfa",
        "i wana kil my self",
        "my dad hits mum and us",
        "papa tape maman et moi",
        "meu pai bate nos filhos",
        "sista yangu anaolewa jumamosi na bado ni mdogo",
        "kakangu anapigwa na baba kila cku",
        "mon bo pere entre ds mon lit",
        "el besino le esta pegando a su ijo ahorita",
        "زوج امي بيجي ع سريري",
        "bidhom yjawzoni bokra",
        "#MeToo my uncle is touching me",
        "#MeToo my uncle touched me, what do I do?",
        "mу unсle touсhes me",
        "A girl in my class told me today that her uncle touches her. What do I do?",
        'هو قال "لا تخبري أحدا" وأبي يضربني',
        'my dad said "I will kill you" and he beats me every day',
    ],
)
def test_what_people_type_in_fear_is_understood(text: str) -> None:
    assert check.check(text) in CARDS


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Are girls raped on the way to school?", True),
        ("a neighbour beats a boy in the street, is that abuse?", True),
        ("my neighbour is beating a boy in the street right now", False),
    ],
)
def test_a_question_of_nobody_and_of_no_time_shows_no_card(text: str, line: bool) -> None:
    assert (check.check(text) not in CARDS) is line


def test_no_slip_makes_them_me() -> None:
    arabic = check.tables()["ar"].told
    assert "hurt" not in arabic(words_of("رجال يضربون ولدا"))
    assert "hurt" in arabic(words_of("رجال يضربوىني"))


@pytest.mark.parametrize("language", sorted(check.tables()))
def test_no_pattern_is_passed_over_that_stands_in_a_message(language: str) -> None:
    table, found = check.tables()[language], set()
    for said in (words_of(row["text"]) for row in read(SET)):
        places = table._places(said := list(respelt(said, table.spellings)))
        every = {use for use, items in table.patterns if matches(items, said, places)}
        assert table.told(said, mend=False) == every | set(places)
        found |= every
    assert len(found) > 3


def test_what_is_said_on_a_stage_gets_the_line() -> None:
    played = "In the puppet show the child says my father beats me every day"
    assert check.check(played) is Finding.AMBIGUOUS
    assert check.check(played.partition(" says ")[2]) is Finding.DISCLOSURE


def test_the_spanish_cards_speak_to_one_person_as_to_a_child() -> None:
    said = [speak("es")(text).lower() for text in cards.TEXTS]
    formal = re.compile(
        r"\b(usted|acuda|llame|mantenga|avise|lleve|dígale|diga|insista|prometa|confronte|envíe"
        r"|le preocupa|tiene que|decirle|vuelva|su (?:país|organización|teléfono))\b"
    )
    assert not [text for text in said if formal.search(text)]


@pytest.mark.parametrize("language", HARM)
def test_a_disclosure_gets_the_card_before_anything_else(
    assistant: Assistant, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant, "answer", never)
    monkeypatch.setattr(assistant, "_opened", never)
    reply = assistant.reply(Question(text=HARM[language]))
    assert reply.language == language
    assert shown(reply)
    text = as_text(reply)
    assert len(text) < 1000
    assert text.startswith(speak(language)(cards.WARM[Finding.DISCLOSURE][0]))
    assert "?" not in text.replace(speak(language)(cards.WHICH), "")
    oops = [b for b in reply.buttons if b.label == speak(language)(cards.MISTAKEN)]
    assert len(oops) == 1
    back = assistant.reply(Question(text=oops[0].data, kind=Kind.BUTTON))
    assert "#" in as_text(back)


@pytest.mark.parametrize("language", HARM)
@pytest.mark.parametrize("found", sorted(cards.WARM))
def test_each_card_is_whole_in_each_language(language: str, found: Finding) -> None:
    reply = cards.card(found, language)
    assert len(as_text(reply)) < 1000
    (html,) = render(reply)
    assert DIRECTORY in html
    assert keyboard(reply.buttons)
    assert all(len(button.data.encode()) <= 64 for button in reply.buttons)
    if language != "en":
        assert not {line.text for line in reply.lines} & cards.TEXTS, "all is translated"


def test_the_way_back_lets_the_question_be_asked_and_keeps_the_line(assistant: Assistant) -> None:
    reply = assistant.reply(Question(text="# " + HARM["en"]))
    assert not shown(reply)
    assert reply.lines[-1].text == cards.LINE


def test_an_ambiguous_message_is_answered_with_one_line(assistant: Assistant) -> None:
    asked = Question(text="I am worried about a girl in my village")
    reply = assistant.reply(asked)
    assert not shown(reply)
    assert reply.lines[-1].text == cards.LINE
    plain = assistant._reply(asked)
    assert reply.lines[: len(plain.lines)] == plain.lines


def test_a_question_about_practice_is_answered_without_a_line(assistant: Assistant) -> None:
    asked = Question(text="What should I do if a child tells me that her uncle touches her?")
    assert assistant.reply(asked) == assistant._reply(asked)


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("where", "name"),
    [(first, "check"), (check, "tables"), (first, "detect"), (cards, "card"), (cards, "countries")],
)
def test_a_fault_in_the_check_shows_the_card(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    monkeypatch.setattr(where, name, broken)
    monkeypatch.setattr(assistant, "answer", never)
    assert shown(assistant.reply(Question(text=HARM["fr"], language="fr")))


def test_a_fault_where_the_language_is_kept_does_not_hold_the_card_back(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant._people, "language", broken)
    reply = assistant.reply(Question(text=HARM["sw"], person="test:9"))
    assert shown(reply)
    assert reply.language == "sw"


def test_a_fault_leaves_no_text_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> Finding:
        raise RuntimeError(text)

    monkeypatch.setattr(first, "check", fail)
    first.look(Question(text=HARM["en"]), lambda _: None)
    assert "RuntimeError" in caplog.text
    assert HARM["en"] not in caplog.text


def test_a_language_without_a_table_has_the_line_under_every_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first, "tables", lambda: {"en": None})
    asked = Question(text="Quel est le rôle des anciens dans la communauté ?")
    assert first.look(asked, lambda _: None).line


def test_a_known_country_puts_its_number_on_the_card() -> None:
    looked = first.look(Question(text=HARM["en"]), lambda _: None, "KE")
    assert looked.card
    assert "116" in as_text(looked.card)


@pytest.mark.parametrize(
    "data", ["safe", "safe:in", "safe:in:en:XX", "safe:list:xx:99", "safe:list:en:²", "safe:::::"]
)
def test_a_damaged_button_of_the_card_still_helps(assistant: Assistant, data: str) -> None:
    assert shown(assistant.reply(Question(text=data, kind=Kind.BUTTON)))


def test_the_line_keeps_the_buttons() -> None:
    reply = Reply(language="en", lines=(Line((Span("x"),)),), buttons=cards._choice("en", 0))
    assert cards.aside(reply).buttons == reply.buttons


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.tsv"
    for line in ("nonsense\twords", "first\t<nobody> me", "first\thit me, beat me"):
        path.write_text(line, encoding="utf-8")
        with pytest.raises(BadTable, match=r"xx\.tsv, line 1"):
            read_table(path)


def test_the_set_is_large_and_balanced() -> None:
    rows = read(SET)
    counts = {language: sum(r["language"] == language for r in rows) for language in languages()}
    assert len(rows) >= 720
    assert max(counts.values()) - min(counts.values()) <= 2
    assert sum(row["label"] == "none" for row in rows) >= 200


@pytest.mark.parametrize(("half", "alarms"), [(False, 0.01), (True, 0.02)])
def test_what_was_measured_is_not_lost(half: bool, alarms: float) -> None:
    """Floors under the measured figures; texts of the half held back are never printed."""
    rows = [row for row in read(SET) if held_back(row["text"]) is half]
    shares = measured(rows)
    recall, false = shares["recall"], shares["false alarms"]
    assert recall.hits / recall.of >= 0.95, str(recall)
    assert false.hits / false.of <= alarms, str(false)


def test_what_came_to_light_last_is_not_lost() -> None:
    """Written when the tables were thought done: 23 of 36 then, mended since."""
    shares = measured(read(SET.with_name("after.csv")))
    recall, false = shares["recall"], shares["false alarms"]
    assert recall.hits / recall.of >= 0.95, str(recall)
    assert false.hits / false.of <= 0.03, str(false)


def test_the_hubs_own_questions_raise_no_alarm() -> None:
    golden = Path(__file__).parent / "golden" / "questions.csv"
    with golden.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] in ("answer", "abstain")]
    assert len(rows) > 100
    assert not [row["question"] for row in rows if check.check(row["question"]) in CARDS]


def test_wilson() -> None:
    low, high = wilson(95, 100)
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
    assert wilson(0, 0) == (0.0, 1.0)
