"""Somebody takes a path in the chat: to its end, paused, stopped, forgotten, changed meanwhile."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cards import length
from bot.channels import telegram_render, whatsapp_render
from bot.channels.terminal import as_text
from bot.learning.path import Place
from bot.learning.shelf import BUILT_IN
from bot.learning.stopping import is_stop
from bot.messages import Kind, Question, Reply, Style
from bot.phrases import languages
from corpus.document import Block, Document, Page
from corpus.library import Library
from corpus.passages import split
from corpus.source import Source, read_catalogue
from tests.doubles.paths import ADA, Learner, cards, said

PATHS = ("community-led", "formal-services", "listening")
ABOUT_PDF = """# Safe places
Where children are safe.

## Where?

> Neighbours meet under the tree every week.
> — S1

### Where do they meet?
- [x] Under the tree: So says the guide.
- [ ] Nowhere: Look again.

## When?

> Safe places for children are listed here.
> — S1

### Is there a list?
- [x] Yes: There is.
- [ ] No: There is one.
"""


@pytest.fixture
def ada(tmp_path: Path) -> Learner:
    return Learner(tmp_path)


def labels(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons]


def test_learn_lists_all_paths_by_button(ada: Learner) -> None:
    reply = ada.does("learn")
    assert labels(reply) == [
        "Community-led, not just community-based",
        "Working with formal services",
        "Listening before acting",
    ]
    opening = ada.press(reply, "Listening before acting")
    assert "no step asks what happened to a real child" in said(opening)
    assert "STOP" in said(opening)
    assert ada.people.place(ADA) is None, "to look at a path keeps nothing"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("id", PATHS)
def test_a_whole_path_at_once_with_every_answer_and_its_source(
    tmp_path: Path, id: str, language: str
) -> None:
    ada = Learner(tmp_path, language=language)
    step, read = ada.begin(id), 0
    while True:
        read += 1
        quotes = [line.text for line in step.lines if line.quote]
        assert len(quotes) == 1
        assert "https://" in as_text(step), "the quote has its link"
        assert length(step) < 1_000
        (whole,) = whatsapp_render.render(step)
        assert whole["interactive"]["type"] == "button", "all choices are seen at once"
        assert len(telegram_render.render(step)) == 1
        followed = [ada.press(step, label) for label in labels(step)[:-1]]
        for after in followed:
            assert "https://" in as_text(after), "the source either way"
            assert length(after) < 1_000
        assert len({said(after) for after in followed}) == len(followed)
        if len(followed[0].buttons) == 1:
            break
        assert ada.people.place(ADA) == Place(path=f"{language}:{id}", step=read + 1)
        step = ada.does(followed[0].buttons[0].data, Kind.BUTTON)
    assert read >= 4
    assert ada.people.place(ADA) is None, "a path that is done is forgotten"
    assert labels(ada.does(followed[0].buttons[0].data, Kind.BUTTON)), "the list"


def test_right_and_wrong_are_told_apart_and_whose_words_it_is(ada: Learner) -> None:
    step = ada.begin("community-led")
    assert "summary by the Exchange" in said(step)
    assert said(ada.press(step, "Community-based")).startswith("Yes, that is right.")
    wrong = ada.press(step, "Community-led")
    assert said(wrong).startswith("Not quite.")
    assert "FAQ: community-based or community-led?" in said(wrong)
    assert labels(wrong) == ["Next step", "Tomorrow", "Stop"]


def test_pause_keeps_the_place_over_a_restart_and_sends_nothing(
    ada: Learner, tmp_path: Path
) -> None:
    after = ada.press(ada.begin(), "Learn what they do")
    step = ada.press(after, "Next step")
    assert "(step 2 of 5)" in said(step)
    assert "I keep your place" in said(ada.press(step, "Pause"))
    ada.people.close()
    again = Learner(tmp_path)
    again.clock.now += 30 * 86_400
    assert again.remind() == 0
    listed = again.does("learn")
    assert "You stand at step 2 of: Listening before acting" in said(listed)
    assert said(again.press(listed, "Go on")) == said(step)


@pytest.mark.parametrize(
    "text",
    "STOP stop Stop! acha ACHA simama arrêt Arrête arrêter parar PARE alto توقف قف أوقف".split(),
)
def test_one_word_stops_in_six_languages(ada: Learner, text: str) -> None:
    ada.press(ada.press(ada.begin(), "Form a committee"), "Tomorrow")
    place = ada.people.place(ADA)
    assert place
    reply = ada.does(text, Kind.TEXT)
    assert said(reply).startswith("Stopped.")
    assert ada.people.place(ADA) is None
    assert ada.gone == [place.token], "its token leads nowhere any more"
    ada.clock.now += 86_400
    assert ada.remind() == 0


def test_what_each_language_calls_stop_in_its_own_texts_stops(tmp_path: Path) -> None:
    for language in languages():
        ada = Learner(tmp_path / language, language=language)
        opening = said(ada.does("learn listening"))
        word = next(w for w in ("STOP", "ACHA", "PARAR", "توقف") if w in opening)
        assert is_stop(Question(text=word)), language
        step = ada.begin()
        after = ada.press(step, labels(step)[0])
        tomorrow = ada.press(after, labels(after)[1])
        assert tomorrow.reach
        assert word in said(tomorrow)


@pytest.mark.parametrize(
    "text", ["How do we stop violence?", "stop it", "stopping", "para quien", "", "learn"]
)
def test_a_question_is_no_stop(ada: Learner, text: str) -> None:
    asked = Question(text=text, person=ADA)
    assert not is_stop(asked)
    assert ada.learning.hear(asked, "en") is None


def test_stop_as_a_command_a_button_and_without_any_path(ada: Learner) -> None:
    assert said(ada.does("stop")).startswith("Stopped.")
    step = ada.begin()
    ada.press(ada.press(step, "Form a committee"), "Stop")
    assert ada.people.place(ADA) is None


def test_forget_erases_the_place(ada: Learner, tmp_path: Path) -> None:
    ada.press(ada.press(ada.begin(), "Form a committee"), "Tomorrow")
    ada.people.forget(ADA)
    assert ada.people.place(ADA) is None
    ada.clock.now += 86_400
    assert ada.remind() == 0
    assert b"listening" not in (tmp_path / "people.db").read_bytes()


def test_kept_is_one_row_of_path_step_time_and_token(ada: Learner, tmp_path: Path) -> None:
    ada.press(ada.press(ada.begin(), "Form a committee"), "Tomorrow")
    with sqlite3.connect(tmp_path / "people.db") as db:
        (row,) = db.execute("select * from learning").fetchall()
        names = [column[1] for column in db.execute("pragma table_info(learning)")]
    db.close()
    assert names == ["person", "path", "step", "due", "token"]
    assert row[1:3] == ("en:listening", 2)
    assert "ada" not in str(row)


def test_a_place_lives_as_long_as_other_choices(ada: Learner) -> None:
    ada.begin()
    ada.people.choose(ADA, "sw")
    ada.clock.now += 29 * 86_400
    ada.people.sweep(0.0)
    assert ada.people.place(ADA)
    ada.clock.now += 62 * 86_400
    ada.people.sweep(0.0)
    assert ada.people.language(ADA) is None
    assert ada.people.place(ADA) is None


def test_who_has_no_handle_walks_a_path_and_nothing_is_kept(tmp_path: Path) -> None:
    learning = Learner(tmp_path).learning
    asked = Question(text="learn:en:listening:2:t", kind=Kind.BUTTON, later=True)
    reply = learning.hear(asked, "en")
    assert reply
    assert not reply.reach
    assert "I cannot write to you here by myself" in said(reply)


@pytest.mark.parametrize(
    "data",
    ["learn:", "learn::::", "learn:xx:listening:1:s", "learn:en:none:1:s", "learn:en:listening:0:s",
     "learn:en:listening:6:s", "learn:en:listening:-1:s", "learn:en:listening:²:s",
     "learn:en:listening:99999999999:s", "learn:en:../../people:1:s", "learn:en:listening"],
)  # fmt: skip
def test_buttons_that_are_old_or_made_up_are_met_kindly(ada: Learner, data: str) -> None:
    reply = ada.does(data, Kind.BUTTON)
    assert reply.lines
    assert ada.people.place(ADA) is None


@pytest.mark.parametrize("what", ["a9", "a", "ax", "a-1", "zzz", ""])
def test_an_answer_that_is_gone_shows_the_step(ada: Learner, what: str) -> None:
    assert ada.does(f"learn:en:listening:1:{what}", Kind.BUTTON).lines


def test_a_path_in_another_language_says_so(tmp_path: Path) -> None:
    ada = Learner(tmp_path, language="sw")
    folder = tmp_path / "paths"
    folder.mkdir()
    (folder / "hearing.md").write_bytes((BUILT_IN / "listening.md").read_bytes())
    opening = ada.does("learn hearing")
    assert "Njia hii ninayo kwa Kiingereza tu" in said(opening)
    step = ada.does(opening.buttons[0].data, Kind.BUTTON)
    assert "What is already there? (hatua 1 ya 5)" in said(step)


def test_a_quote_that_a_refresh_took_away_is_named_and_the_step_goes_on(ada: Learner) -> None:
    first = ada.begin("community-led")
    without = [source for source in read_catalogue() if source.id != "S025"]
    ada.library = cards(without)
    assert labels(ada.does("learn"))[:2] == ["Go on", "Working with formal services"], "not listed"
    second = ada.press(ada.press(first, "Community-led"), "Next step")
    assert "What this step quoted (S025) is no longer in the library" in said(second)
    assert not any(line.quote for line in second.lines)
    assert second.lines[-1].spans[0].style is Style.BOLD, "the question is asked all the same"
    after = ada.press(second, "Not yet")
    assert "(S025) is no longer" in said(after)
    assert "(step 3 of 5)" in said(ada.press(after, "Next step"))


def test_words_that_a_source_says_no_longer_are_not_quoted(ada: Learner) -> None:
    changed = [
        replace(one, key_points=("It says something else now",)) if one.id == "S033" else one
        for one in read_catalogue()
    ]
    ada.library = cards(changed)
    step = ada.begin("community-led")
    assert "driven by NGOs" not in said(step)
    assert "(S033) is no longer" in said(step)


def test_a_path_that_staff_took_out_is_told_kindly(ada: Learner, tmp_path: Path) -> None:
    library = pdf()
    ada.library = library
    ada.learning._shelf.put("safe.md", ABOUT_PDF.encode(), library)
    step = ada.begin("safe")
    ada.learning._shelf.remove("safe.md")
    assert "no longer there" in said(ada.press(step, "Nowhere"))
    assert labels(ada.does("learn")) == []


def pdf() -> Library:
    library = Library(":memory:")
    source = Source(id="S1", title="A guide", url="https://example.org/a.pdf", link_kind="PDF")
    listed, meet = (
        (Block(text="Safe places for children are listed here."),),
        (Block(text="Neighbours meet under the tree every week."),),
    )
    pages = (Page(number=1, label="i", blocks=listed), Page(number=2, label="1", blocks=meet))
    document = Document(media_type="application/pdf", pages=pages)
    library.put_source(source, "catalogue")
    passages = split(document, "S1", "en")
    library.put_document(document, passages, id="S1/t", source="S1", language="en", sha256="x")
    return library


def test_a_quote_keeps_its_page_and_its_link(tmp_path: Path) -> None:
    library = pdf()
    ada = Learner(tmp_path, library=library)
    ada.learning._shelf.put("safe.md", ABOUT_PDF.encode(), library)
    step = ada.begin("safe")
    assert "the source's own words, p. 1 (page 2 in the viewer)" in said(step)
    assert "https://example.org/a.pdf#page=2" in as_text(step)
    assert "https://example.org/a.pdf#page=2" in as_text(ada.press(step, "Nowhere"))
