"""What Telegram's renderer owes to every reply, however odd."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.cutting import units
from bot.channels.telegram_render import LIMIT, WHOLE, keyboard, render
from bot.messages import Button, Line, Reply, Span, Style
from tests.doubles.telegram_html import Parsed, Unparsable, parse
from tests.doubles.telegram_html import units as counted

# Each is one character to a reader, and most are more to a computer.
CLUSTERS = [
    *("a", "Z", "7", "&", "<", ">", '"', "'", "؟", "ب", "بَّ", "é", "e\u0301", "ñ", "क्षि"[:2]),
    *(
        "😀",
        "👍🏽",
        "👩\u200d👩\u200d👧\u200d👦",
        "🇰🇪",
        "🏴\U000e0067\U000e0062\U000e007f",
        "❤️",
        "1️⃣",
    ),
]
URLS = [
    "https://example.org/a.pdf#page=12",
    'https://example.org/?q=a&b=<c>"d"#:~:text=children,%20safe',
    "http://example.org/" + "x" * 900,
    "tg://resolve?domain=ExchangeBot",
]
words = st.lists(st.sampled_from([*CLUSTERS, " ", ". ", "\n"]), max_size=40).map("".join)
texts = st.builds(
    lambda word, times: word * times, words, st.sampled_from([1, 1, 1, 7, 60, 300])
) | st.builds(lambda fill, word: "x" * fill + word, st.integers(LIMIT - 30, LIMIT + 3), words)
spans = st.builds(Span, texts, st.sampled_from(Style)) | st.builds(
    Span,
    words.filter(str.strip).map(lambda word: word[:80]),
    st.sampled_from(Style),
    st.sampled_from(URLS),
)
lines = st.builds(Line, st.lists(spans, max_size=5).map(tuple), quote=st.booleans())
replies = st.builds(
    Reply, language=st.sampled_from(["en", "ar"]), lines=st.lists(lines, max_size=5).map(tuple)
)

unhurried = settings(deadline=None, max_examples=80)  # the machine is shared


def reply(*lines: Line, language: str = "en") -> Reply:
    return Reply(language=language, lines=lines)


def plain(text: str) -> Line:
    return Line((Span(text),))


def read(messages: Sequence[str]) -> list[Parsed]:
    return [parse(message) for message in messages]


def bare(text: str) -> str:
    return re.sub(r"[\s\u2068\u2069]", "", text)


@unhurried
@given(replies)
def test_every_message_is_within_telegrams_limit_and_grammar(reply: Reply) -> None:
    for message in read(render(reply)):
        assert 0 < counted(message.text) <= LIMIT


@unhurried
@given(replies)
def test_nothing_is_lost_and_nothing_is_moved(reply: Reply) -> None:
    said = "".join(message.text for message in read(render(reply)))
    assert bare(said) == bare("".join(line.text for line in reply.lines))


@unhurried
@given(replies)
def test_links_are_whole_and_in_order(reply: Reply) -> None:
    links = [(span.url, bare(span.text)) for line in reply.lines for span in line.spans if span.url]
    assert links == [
        (entity.url, bare(entity.text))
        for message in read(render(reply))
        for entity in message.entities
        if entity.tag == "a"
    ]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_what_a_reader_sees_as_one_character_is_never_split(cluster: str) -> None:
    for offset in range(12):
        text = "x" * offset + cluster * (LIMIT // len(cluster) + 1)
        messages = [message.text for message in read(render(reply(plain(text))))]
        assert "".join(messages) == text
        assert all(message.lstrip("x").replace(cluster, "") == "" for message in messages)


@unhurried
@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_and_any_url_make_html_that_telegram_accepts(text: str, url: str) -> None:
    for message in read(render(reply(Line((Span(text, Style.BOLD, url),), quote=True)))):
        assert message.text.strip()


@pytest.mark.parametrize("fill", range(LIMIT - 4, LIMIT + 5))
@pytest.mark.parametrize("end", ["😀", "&", "e\u0301", "ب", "end"])
def test_at_the_limit(fill: int, end: str) -> None:
    text = "x" * fill + end
    messages = read(render(reply(plain(text))))
    assert len(messages) == (1 if counted(text) <= LIMIT else 2)
    assert "".join(message.text for message in messages) == text


def test_units_are_utf_16() -> None:
    assert [units(text) for text in ("", "a", "é", "😀", "ب")] == [0, 1, 1, 2, 1]


def test_a_long_reply_is_cut_between_its_lines() -> None:
    first, second = plain("a" * 3000), plain("b" * 3000)
    assert render(reply(first, second)) == ["a" * 3000, "b" * 3000]


def test_the_line_break_between_two_lines_counts() -> None:
    assert len(render(reply(plain("a" * 2048), plain("b" * 2047)))) == 1
    assert len(render(reply(plain("a" * 2048), plain("b" * 2048)))) == 2


def test_a_long_line_is_cut_after_a_sentence() -> None:
    sentence = "Children have the right to be heard."
    messages = render(reply(plain(" ".join([sentence] * 200))))
    assert all(message.endswith("heard.") for message in messages)
    assert all(message.startswith("Children") for message in messages)


def test_a_line_without_sentences_is_cut_at_a_space_but_not_at_a_no_break_space() -> None:
    text = " ".join(["page\u00a012"] * 1000)
    assert all(m.startswith("page\u00a0") and m.endswith("12") for m in render(reply(plain(text))))


def test_a_link_at_the_edge_goes_to_the_next_message_whole() -> None:
    link = Span("Keeping Children Safe, page 12", Style.PLAIN, URLS[0])
    first, second = read(render(reply(Line((Span("x " * 2040), link)))))
    assert (first.urls, second.urls) == ([], [URLS[0]])
    assert second.text == link.text


def test_a_huge_link_text_is_shortened_and_its_url_whole() -> None:
    (message,) = read(render(reply(Line((Span("title " * 2000, Style.PLAIN, URLS[2]),)))))
    assert message.urls == [URLS[2]]
    assert message.text.endswith("…")
    assert counted(message.text) <= WHOLE


def test_a_link_without_words_shows_its_url() -> None:
    (message,) = read(render(reply(Line((Span("\u200b ", Style.PLAIN, URLS[0]),)))))
    assert (message.text, message.urls) == (URLS[0], [URLS[0]])


@pytest.mark.parametrize(
    "url", ["file:///srv/a.pdf", "javascript:alert(1)", "mailto:a@example.org", "https://a b", "x"]
)
def test_other_schemes_are_text_only(url: str) -> None:
    assert render(reply(Line((Span("a copy", Style.PLAIN, url),)))) == ["a copy"]


def test_quotes_that_follow_each_other_share_a_block() -> None:
    lines = (plain("Says:"), *(Line((Span(text),), quote=True) for text in "ab"), plain("Source"))
    assert render(reply(*lines)) == ["Says:\n<blockquote>a\nb</blockquote>\nSource"]


def test_styles_and_links_nest() -> None:
    line = Line((Span("R&D", Style.BOLD, 'https://a.org/?a="1"&b'), Span(" x", Style.ITALIC)))
    assert render(reply(line)) == [
        '<b><a href="https://a.org/?a=&quot;1&quot;&amp;b">R&amp;D</a></b><i> x</i>'
    ]


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\x00\x1b", "\ud800"])
def test_a_reply_that_shows_nothing_is_no_message(text: str) -> None:
    assert render(reply(plain(text), Line((Span(text),), quote=True), Line(()))) == []


def test_control_characters_go_and_blank_lines_stay_inside_only() -> None:
    blank = Line(())
    assert render(reply(blank, plain("a\x07\x1b[1m"), blank, plain("b\r\nc"), blank)) == [
        "a[1m\n\nb\nc"
    ]


def test_a_latin_title_in_an_arabic_line_is_isolated() -> None:
    title = Span("Child Safeguarding (2020).", Style.PLAIN, URLS[0])
    (message,) = read(render(reply(Line((Span("المصدر: "), title)), language="ar")))
    assert message.text == "المصدر: \u2068Child Safeguarding (2020).\u2069"
    (message,) = read(render(reply(Line((title,)), language="ar")))
    assert message.text == title.text


def test_buttons_are_two_in_a_row() -> None:
    buttons = [Button(label=label, data=f"d:{label}") for label in "abc"]
    markup = keyboard(buttons)
    assert markup
    assert [[key.callback_data for key in row] for row in markup.inline_keyboard] == [
        ["d:a", "d:b"],
        ["d:c"],
    ]
    five = keyboard([Button(label=label, data=f"d:{label}") for label in "abcde"])
    assert five
    assert [len(row) for row in five.inline_keyboard] == [1, 2, 2]
    assert keyboard([]) is None


@pytest.mark.parametrize(
    "html",
    [
        *(
            "a & b",
            "a < b",
            "a > b",
            "&nbsp;",
            "&amp",
            "<b>a",
            "<b><i>a</b></i>",
            "<p>a</p>",
            "</b>",
        ),
        *("<a>a</a>", '<b href="x">a</b>', '<a href="x">a<a href="y">b</a></a>', "<br/>"),
    ],
)
def test_the_parser_is_as_strict_as_telegram(html: str) -> None:
    with pytest.raises(Unparsable):
        parse(html)
