"""People open a workshop's link on three networks, are greeted, ask, and are counted."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import expect

from bot import app, tally
from bot.assistant import Assistant
from bot.cards import length
from bot.channels.terminal import as_text
from bot.counts import Counts, today
from bot.messages import Kind, Question, Reply
from bot.people import ASKED, People
from bot.phrases import languages
from bot.safeguarding import first as safeguarding
from bot.settings import Settings
from bot.standing import wish_of
from bot.wishes import NOTHING, Wish, meets, shift
from bot.workshops import counting, trainers
from bot.workshops.joining import Joining
from bot.workshops.kept import Workshops
from bot.workshops.links import links
from bot.workshops.making import Given, make
from bot.workshops.starters import starters
from bot.workshops.workshop import Workshop, new_code
from tests.doubles.bot_api import BotApi
from tests.doubles.telegram_bot import bot
from tests.libraries import copy_library
from tests.test_conversation import FIRST
from tests.test_web import hosting, tab
from tests.test_web_browser import CHROMIUM, chatting, phone
from tests.test_whatsapp import serving

SET = {
    "telegram_name": "exchange_bot",
    "whatsapp_number": "256700000000",
    "web_url": "https://b.example/chat",
}
TITLE = "Kampala, March 2026"


@pytest.fixture
def settings(starter: Settings, tmp_path: Path) -> Settings:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    return Settings(exchange_data=data, **SET)  # type: ignore[arg-type]


@pytest.fixture
def helper(settings: Settings) -> Assistant:
    return app.open_assistant(settings)


@pytest.fixture
def kept(settings: Settings) -> Workshops:
    return Workshops(settings.exchange_data)


def made(helper: Assistant, kept: Workshops, language: str = "sw", **more: str) -> Workshop:
    given = Given(title=TITLE, language=language, **more)
    return make(given, kept, helper.opened()).workshop


def says(helper: Assistant, text: str, person: str = "telegram:1", kind: Kind = Kind.TEXT) -> Reply:
    return helper.reply(Question(text=text, kind=kind, person=person, language="en"))


def opens(helper: Assistant, code: str, person: str = "telegram:1") -> Reply:
    return says(helper, f"start {code}", person, Kind.COMMAND)


def test_the_greeting_in_six_languages_fits_on_a_phone(helper: Assistant, kept: Workshops) -> None:
    for number, language in enumerate(languages()):
        workshop = made(helper, kept, language, topic="facilitation", country="Uganda")
        told = opens(helper, workshop.code, f"telegram:{number}")
        assert told.language == language
        assert TITLE in told.lines[0].text
        assert "facilitation" in told.lines[1].text
        assert len(workshop.questions) == 5, "the library answers five in every language"
        assert all(one in as_text(told) for one in workshop.questions)
        assert length(told) < 1000
        data = [button.data for button in told.buttons]
        assert data[:5] == [f"ws:{workshop.code}:{n}" for n in range(1, 6)]
        assert "@" not in as_text(told)


def test_no_question_that_is_offered_is_met_with_the_help_card(helper: Assistant) -> None:
    for language in languages():
        for question in starters("", language, helper.opened()):
            asked = Question(text=question, language=language)
            assert safeguarding.look(asked, lambda q: q.language).card is None, question


def test_the_questions_chosen_are_near_the_topic(helper: Assistant) -> None:
    opened = helper.opened()
    assert "marriage" in starters("girls who marry early", "en", opened)[0]
    assert "facilitat" in starters("facilitation", "en", opened)[0]


def test_what_a_trainer_asks_and_the_library_does_not_answer_is_told(
    helper: Assistant, kept: Workshops
) -> None:
    good, bad = FIRST["en"], "What is the price of petrol in Lagos?"
    given = Given(title=TITLE, language="en", questions=(bad, good))
    told = make(given, kept, helper.opened())
    assert told.workshop.questions == (bad, good)
    assert told.unanswered == (bad,)


def test_a_button_asks_its_question(helper: Assistant, kept: Workshops) -> None:
    workshop = made(helper, kept)
    opens(helper, workshop.code)
    pressed = says(helper, f"ws:{workshop.code}:1", kind=Kind.BUTTON)
    assert as_text(pressed) == as_text(says(helper, workshop.questions[0]))
    for wrong in (f"ws:{workshop.code}:6", f"ws:{workshop.code}:0", f"ws:{new_code()}:1", "ws"):
        assert "too old" in as_text(says(helper, wrong, "telegram:2", Kind.BUTTON))


def test_what_people_choose_later_wins_also_where_they_join_once_more(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    people = People(settings.exchange_data)
    people.choose("telegram:1", "fr")
    workshop = made(helper, kept, country="Uganda", setting="urban")
    opens(helper, workshop.code)
    assert people.language("telegram:1") == "sw"
    assert people.standing("telegram:1") == ("UG", "urban")
    people.choose("telegram:1", "pt")
    people.stand("telegram:1", country="", setting="refugee")
    again = opens(helper, workshop.code)
    assert again.language == "pt"
    assert TITLE in again.lines[0].text
    assert people.standing("telegram:1") == ("", "refugee")
    other = made(helper, kept, "es")
    assert opens(helper, other.code).language == "es"
    assert people.standing("telegram:1") == ("", "refugee"), "the other sets none"
    assert people.workshop("telegram:1") == other.code


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("nonsense", "no code of a workshop"),
        ("../..", "no code of a workshop"),
        ("x" * 500, "no code"),
    ],
)
def test_an_edited_code_is_said_to_and_greeted(helper: Assistant, code: str, why: str) -> None:
    told = as_text(opens(helper, code))
    assert why in told
    assert "automated assistant" in told
    assert code not in told


def test_an_unknown_and_an_ended_workshop_are_said_to_and_greeted(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    workshop = made(helper, kept)
    kept.end(workshop.code)
    over, unknown = opens(helper, workshop.code), opens(helper, new_code())
    assert f"“{TITLE}” is over" in as_text(over)
    assert "do not know this workshop" in as_text(unknown)
    assert "automated assistant" in as_text(over)
    assert "automated assistant" in as_text(unknown)
    assert over.language == "en"
    assert People(settings.exchange_data).workshop("telegram:1") == ""


def test_a_code_typed_from_paper_opens_and_a_word_does_not(
    helper: Assistant, kept: Workshops
) -> None:
    workshop = made(helper, kept)
    printed = f"{workshop.code[:4].upper()} {workshop.code[4:].upper()}"
    for person, text in enumerate((printed, f"Hello! /start {workshop.code}", workshop.code)):
        assert TITLE in as_text(says(helper, text, f"telegram:{person}"))
    assert TITLE not in as_text(says(helper, "teachers", "telegram:9"))


def test_harm_comes_before_a_code(helper: Assistant, kept: Workshops) -> None:
    workshop = made(helper, kept)
    told = opens(helper, f"{workshop.code} my uncle beats me every night and I am afraid")
    assert "childhelplineinternational" in as_text(told)
    assert TITLE not in as_text(told)


def test_without_a_code_start_is_what_it_was(helper: Assistant) -> None:
    told = as_text(says(helper, "start", kind=Kind.COMMAND))
    assert "automated assistant" in told
    assert "workshop" not in told


def test_documents_of_the_workshop_come_further_up_and_hide_nothing(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    opened = helper.opened()
    before = opened.index.search(FIRST["en"], "en", 24)
    last = before[-1].passage.source
    given = Given(title=TITLE, language="en", documents=(last,))
    workshop = make(given, kept, opened).workshop
    people = People(settings.exchange_data)
    people.join("telegram:1", workshop.code)
    joining = Joining(kept, people, helper.opened)
    wish = joining.leaning("telegram:1", wish_of(people, "telegram:1"))
    assert wish == Wish(documents=frozenset({last}))
    assert meets(opened.library.source(last), wish) == 1
    after = shift(before, NOTHING, opened.library.source, wish)
    assert {hit.passage.id for hit in after} == {hit.passage.id for hit in before}

    place = [hit.passage.source for hit in before].index(last)
    assert [hit.passage.source for hit in after].index(last) < place
    assert joining.leaning("telegram:2", Wish()) == Wish()


def test_the_topic_of_the_workshop_leans_towards_documents_about_it(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    workshop = made(helper, kept, "en", topic="kinship care")
    people = People(settings.exchange_data)
    people.join("telegram:1", workshop.code)
    leaning = Joining(kept, people, helper.opened).leaning("telegram:1", Wish())
    titles = [helper.opened().library.source(id).title.lower() for id in leaning.documents]
    assert any("kinship" in title for title in titles)
    assert len(titles) <= 8


def test_forget_erases_the_workshop(helper: Assistant, kept: Workshops, settings: Settings) -> None:
    people = People(settings.exchange_data)
    opens(helper, made(helper, kept).code)
    says(helper, "forget", kind=Kind.COMMAND)
    assert people.workshop("telegram:1") == ""
    rows = sqlite3.connect(settings.exchange_data / "people.db").execute("select * from joined")
    assert rows.fetchall() == []


# Trainers.


def test_a_trainer_is_named_by_a_code_and_makes_a_workshop(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    people = People(settings.exchange_data)
    command = Kind.COMMAND
    assert "Only trainers" in as_text(says(helper, f"workshop {TITLE}", kind=command))
    asked = as_text(says(helper, "trainer", kind=command))
    code, named = people.trainer("telegram:1")
    assert code in asked
    assert not named
    assert code in as_text(says(helper, "trainer", kind=command)), "the same, not another one"
    assert not people.name_trainer(new_code())
    assert people.name_trainer(code)
    assert not people.name_trainer(code), "once"
    told = says(helper, f"workshop {TITLE}; facilitation", kind=command)
    (workshop,) = kept.listed()
    assert (workshop.title, workshop.topic) == (TITLE, "facilitation")
    assert workshop.by == f"trainer {code}"
    urls = links(workshop, settings)
    assert all(url in as_text(told) for url in (urls.telegram, urls.whatsapp, urls.web))
    assert told.attachment is not None
    assert told.attachment.media_type == "image/png"
    assert length(told) < 1000
    assert workshop.code in as_text(says(helper, "workshop", kind=command))
    other = made(helper, kept)
    assert "made no workshop" in as_text(says(helper, f"workshop end {other.code}", kind=command))
    says(helper, f"workshop end {workshop.code}", kind=command)
    assert "is over" in as_text(opens(helper, workshop.code, "telegram:2"))
    assert "80 characters" in as_text(says(helper, f"workshop {'x' * 81}", kind=command))
    assert [known for known, _ in people.trainers()] == [code]
    assert people.unname_trainer(code)
    assert "Only trainers" in as_text(says(helper, "workshop More", kind=command))


def test_workshops_that_are_over_do_not_count_against_a_trainer(
    helper: Assistant, kept: Workshops, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainers, "MOST", 2)
    people, command = People(settings.exchange_data), Kind.COMMAND
    says(helper, "trainer", kind=command)
    people.name_trainer(people.trainer("telegram:1")[0])
    for title in ("One", "Two"):
        says(helper, f"workshop {title}", kind=command)
    assert "many workshops" in as_text(says(helper, "workshop Three", kind=command))
    says(helper, f"workshop end {kept.listed()[0].code}", kind=command)
    assert "Your workshop: Three" in as_text(says(helper, "workshop Three", kind=command))
    assert len(kept.listed()) == 3


def test_a_trainer_is_forgotten_with_the_rest(helper: Assistant, settings: Settings) -> None:
    people = People(settings.exchange_data)
    says(helper, "trainer", kind=Kind.COMMAND)
    code, _ = people.trainer("telegram:1")
    people.name_trainer(code)
    says(helper, "forget", kind=Kind.COMMAND)
    assert people.trainers() == []


def test_a_trainer_and_a_workshop_outlive_a_key_where_their_person_writes(tmp_path: Path) -> None:
    now = [0.0]
    people = People(tmp_path, now=lambda: now[0])
    for person in ("telegram:1", "telegram:2"):
        people.ask_trainer(person, code := new_code())
        people.name_trainer(code)
        people.join(person, "abcd2345")
    for day in (31, 62):
        now[0] = day * 86_400.0
        assert people.trainer("telegram:1")[1]
        assert people.workshop("telegram:1") == "abcd2345"
    assert people.trainer("telegram:2") == ("", False), "who wrote nothing asks anew"
    assert people.sweep(refilled=0)["lapsed people"] == 2
    assert len(people.trainers()) == 1


def test_a_code_that_nobody_confirms_is_gone_after_a_week(tmp_path: Path) -> None:
    now = [0.0]
    people = People(tmp_path, now=lambda: now[0])
    people.ask_trainer("telegram:1", code := new_code())
    now[0] = ASKED
    assert people.trainer("telegram:1") == ("", False)
    assert not people.name_trainer(code)
    assert people.sweep(refilled=0)["lapsed people"] == 1


# Counts.


def week_of(
    helper: Assistant, monkeypatch: pytest.MonkeyPatch, code: str, joining: int, others: int
) -> None:
    """People who join and ask, and others who ask; a week ago, so that the week is over."""
    with monkeypatch.context() as then:
        then.setattr(tally, "today", lambda: today() - timedelta(days=7))
        for person in range(joining):
            opens(helper, code, f"telegram:{person}")
            opens(helper, code, f"telegram:{person}")
            says(helper, FIRST["sw"], f"telegram:{person}")
        for person in range(100, 100 + others):
            says(helper, FIRST["en"], f"telegram:{person}")


def counted(settings: Settings, code: str, day: date | None = None) -> counting.Tallied:
    counts = Counts(settings.exchange_data)
    return counting.tallied(counting.cells_of(counts, day or today(), code))


def test_a_workshop_is_counted_once_its_week_is_over(
    helper: Assistant, kept: Workshops, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = made(helper, kept)
    week_of(helper, monkeypatch, workshop.code, joining=7, others=6)
    sums = counted(settings, workshop.code)
    assert (sums.joined, sums.asked, sums.answered) == (7, 7, 7)
    assert sum(row.number for row in sums.topics) == 7
    assert counted(settings, workshop.code, today() - timedelta(days=7)).joined == 0
    assert counted(settings, new_code()).joined == 0


def test_four_people_are_not_counted(
    helper: Assistant, kept: Workshops, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = made(helper, kept)
    week_of(helper, monkeypatch, workshop.code, joining=4, others=8)
    cells = counting.cells_of(Counts(settings.exchange_data), today(), workshop.code)
    assert cells == []


def test_three_others_do_not_follow_from_the_rest_of_the_week(
    helper: Assistant, kept: Workshops, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All less the workshop's would be the three who are in none."""
    workshop = made(helper, kept)
    week_of(helper, monkeypatch, workshop.code, joining=7, others=3)
    cells = counting.cells_of(Counts(settings.exchange_data), today(), workshop.code)
    assert not [cell for cell in cells if cell.by == "all" or cell.value == "answered"]
    assert counted(settings, workshop.code).joined == 7


# On the networks.


async def test_forty_people_on_telegram_join_at_once(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    workshop = made(helper, kept)
    (start,) = parse_qs(urlsplit(links(workshop, settings).telegram).query)["start"]
    async with BotApi() as api, bot(api, helper.respond, settings.exchange_data):
        for user in range(1, 41):
            api.say(f"/start {start}", user=user, language="en")
        greeted = {sent.chat: sent for sent in await api.sent(40)}
        assert set(greeted) == set(range(1, 41))
        assert all("Karibu kwenye warsha" in sent.parsed.text for sent in greeted.values())
        api.press("Swali la 2", user=17)
        answer = (await api.sent(41))[40]
        assert answer.chat == 17
        assert "https://" in answer.html
        api.say("/start kq7", user=50, language="en")
        assert "no code of a workshop" in (await api.sent(42))[41].parsed.text
    rows = sqlite3.connect(settings.exchange_data / "people.db").execute("select code from joined")
    assert [code for (code,) in rows] == [workshop.code] * 40
    sums = counted(settings, workshop.code, today() + timedelta(days=7))
    assert (sums.joined, sums.asked) == (40, 0), "one who asked is none to show"


async def test_whatsapp_joins_by_the_text_of_its_link(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    workshop = made(helper, kept)
    (text,) = parse_qs(urlsplit(links(workshop, settings).whatsapp).query)["text"]
    async with serving(settings.exchange_data, helper.respond) as (api, _):
        await api.say(text)
        await api.until(lambda: any("Swali la 1" in sent.choices for sent in api.messages))
        assert any("Karibu kwenye warsha" in sent.parsed.text for sent in api.messages)
        before = len(api.messages)
        await api.press("Swali la 1")
        await api.until(lambda: len(api.messages) > before)
        assert "http" in api.messages[-1].body or "http" in str(api.messages[-1].message)


async def test_the_web_chat_joins_by_its_address(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    workshop = made(helper, kept)
    query = parse_qs(urlsplit(links(workshop, settings).web).query)
    assert query == {"lang": ["sw"], "w": [workshop.code]}
    async with hosting(settings.exchange_data, helper.respond) as host, tab(host) as page:
        await page.ask(f"start {workshop.code}", kind="command", language="sw")
        greeted = await page.next()
        assert "Karibu kwenye warsha" in greeted.text
        await page.ask(greeted.buttons[0][1], kind="button", language="sw")
        assert "Kuna tofauti" not in (answer := (await page.next()).text)
        assert "“" in answer


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_a_phone_that_opens_the_address_of_the_web_chat_is_greeted(
    helper: Assistant, kept: Workshops, settings: Settings
) -> None:
    workshop = made(helper, kept, "ar")
    query = urlsplit(links(workshop, settings).web).query
    async with chatting(helper, settings.exchange_data) as url, phone() as context:
        page = await context.new_page()
        await page.goto(f"{url}?{query}")
        await expect(page.locator(".reply")).to_contain_text(TITLE, timeout=20_000)
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        assert "w=" not in page.url, "fetched anew, the page does not join once more"
        await page.locator(f'[data-press="ws:{workshop.code}:2"]').click()
        await expect(page.locator(".reply")).to_have_count(2, timeout=20_000)
        await expect(page.locator(".reply").nth(1)).to_contain_text("Exchange")
        await page.goto(f"{url}?lang=en&w=kq7")
        told = page.get_by_text("هذا ليس رمز ورشة")  # they are in one already
        await expect(told).to_be_visible(timeout=20_000)
