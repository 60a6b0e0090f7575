"""A shared answer: its link shows the same card to a colleague, on every network."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import again
from bot.assistant import Assistant
from bot.cards import GONE
from bot.channels.terminal import as_text
from bot.messages import Kind, Question, Quote, Reply
from bot.phrases import languages, speak
from corpus.sentences import sentences
from tests.test_conversation import FIRST, golden

runs = st.tuples(st.integers(0, 63), st.integers(0, 63))
ids = st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True)


def quote(id: str, run: tuple[int, int] | None) -> Quote:
    return Quote(
        text="Listen.", passage=id, source="S001", page=1, label=None, language="en",
        summary=False, run=run,
    )  # fmt: skip


def reopened(assistant: Assistant, link: str) -> Reply:
    colleague = Question(text=link, kind=Kind.BUTTON, person="telegram:4711", language="en")
    return assistant.reply(colleague)


@given(st.lists(st.tuples(ids, st.lists(runs, max_size=2)), max_size=5, unique_by=lambda e: e[0]))
def test_a_link_reads_back_as_far_as_it_reaches(
    shown: list[tuple[str, list[tuple[int, int]]]],
) -> None:
    quotes = [quote(id, run) for id, held in shown for run in (held or (None,))]
    link = again.link(quotes, "en")
    assert len(link) <= 64
    if shown:
        assert link
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", again.payload(link))
        assert again.opened(again.payload(link)) == link
        read = again.entries(link.removeprefix("card:en:"))
        assert read == [(id, tuple(held)) for id, held in shown][: len(read)]
        assert read
    else:
        assert link == ""


@given(st.text(max_size=70))
def test_no_text_behind_a_link_breaks_the_reading(text: str) -> None:
    for id, held in again.entries(text):
        assert isinstance(id, str)
        assert all(0 <= n < 64 for run in held for n in run)
    assert again.opened(text) == "" or text.startswith("card_")


@pytest.mark.parametrize("language", FIRST)
def test_a_colleague_sees_the_same_quotes_and_where_they_stand(
    assistant: Assistant, language: str
) -> None:
    said = assistant.reply(Question(text=FIRST[language]))
    shown = reopened(assistant, said.link)
    assert [line for line in shown.lines if line.quote] == [
        line for line in said.lines if line.quote
    ]
    assert shown.language == language
    urls = {span.url for line in said.lines for span in line.spans if span.url}
    assert {span.url for line in shown.lines for span in line.spans if span.url} <= urls
    assert shown.link == said.link, "and can share it on"


def test_every_golden_answer_opens_again_as_it_was(assistant: Assistant) -> None:
    cards = [assistant.reply(Question(text=row["question"])) for row in golden("answer")]
    shared = [card for card in cards if any(line.quote for line in card.lines)]
    assert shared
    for card in shared:
        quotes = [line for line in card.lines if line.quote]
        assert [line for line in reopened(assistant, card.link).lines if line.quote] == quotes


def test_what_is_gone_or_was_changed_says_so_in_the_links_language(assistant: Assistant) -> None:
    for language in languages():
        for behind in ("AAAAAAAAAAAA", "AAAAAAAAAAABab", "x", "AAAAAAAAAAA,BBBBBBBBBBB", "…"):
            said = as_text(reopened(assistant, f"card:{language}:{behind}"))
            assert said == speak(language)(GONE), behind
    assert as_text(reopened(assistant, "card:xx:AAAAAAAAAAAA")) == GONE


def test_a_changed_link_shows_whole_sentences_of_the_library_or_nothing(
    assistant: Assistant,
) -> None:
    link = assistant.reply(Question(text=FIRST["en"])).link
    library = assistant.opened().library
    id = link.removeprefix("card:en:")[:11]
    passage = library.passage(id)
    whole = sentences(passage.text, passage.language)
    for run in [f"{first}{last}" for first in "abcd" for last in "abcd_"]:
        for line in reopened(assistant, f"card:en:{id}b{run}").lines:
            if line.quote:
                said = line.text.strip("“”").replace("\n", " ")
                first, last = (again._SIGNS.index(sign) for sign in run)
                assert said == " ".join(whole[first : last + 1])


def test_the_web_chats_older_links_open_too(assistant: Assistant) -> None:
    id = assistant.reply(Question(text=FIRST["en"])).link.removeprefix("card:en:")[:11]
    assert any(line.quote for line in reopened(assistant, f"card:en:{id}").lines)
    assert any(line.quote for line in reopened(assistant, f"card:en:{id},{id}").lines)
