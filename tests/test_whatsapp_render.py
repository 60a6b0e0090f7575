"""What WhatsApp's renderer owes to every reply, however odd."""

import base64
import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import whatsapp_questions
from bot.channels.cutting import cut, fits, shortened, units
from bot.channels.whatsapp import Account, open_channel
from bot.channels.whatsapp_markup import neutral
from bot.channels.whatsapp_render import BODY, TEXT, render
from bot.messages import Attachment, Button, Kind, Line, Reply, Span, Style
from bot.phrases import speak
from tests.doubles.graph_api import GraphApi
from tests.doubles.telegram_html import units as counted
from tests.doubles.whatsapp_text import Parsed, parse
from tests.test_render import CLUSTERS, unhurried

SIGNS = ["*", "_", "~", "`", "```", ">", "> ", "- ", "* ", "**", "_*", "(", "."]
URLS = [
    "https://example.org/a.pdf#page=12",
    "https://example.org/?q=a&b=_c_*d*#:~:text=children,%20safe~",
    "http://example.org/" + "x" * 900,
]
BACK = str.maketrans({"∗": "*", "ˍ": "_", "∼": "~", "ˋ": "`", "›": ">"})

words = st.lists(st.sampled_from([*CLUSTERS, *SIGNS, " ", ". ", "\n"]), max_size=40).map("".join)
texts = st.builds(
    lambda word, times: word * times, words, st.sampled_from([1, 1, 1, 7, 60, 300])
) | st.builds(lambda fill, word: "x" * fill + word, st.integers(TEXT - 30, TEXT + 3), words)
spans = st.builds(Span, texts, st.sampled_from(Style)) | st.builds(
    Span, words.map(lambda word: word[:80]), st.sampled_from(Style), st.sampled_from(URLS)
)
lines = st.builds(Line, st.lists(spans, max_size=5).map(tuple), quote=st.booleans())
labels = st.lists(st.sampled_from([*CLUSTERS, *SIGNS, " "]), max_size=60).map("".join)
buttons = st.lists(
    st.builds(Button, label=labels, data=st.integers(0, 30).map(lambda n: f"more:{n}")),
    max_size=14,
).map(tuple)
replies = st.builds(
    Reply,
    language=st.sampled_from(["en", "ar"]),
    lines=st.lists(lines, max_size=5).map(tuple),
    buttons=buttons,
)


def reply(*lines: Line, language: str = "en", buttons: tuple[Button, ...] = ()) -> Reply:
    return Reply(language=language, lines=lines, buttons=buttons)


def plain(text: str) -> Line:
    return Line((Span(text),))


def bodies(reply: Reply) -> list[str]:
    """The words of each message that is not a file."""
    return [
        message["text"]["body"] if "text" in message else message["interactive"]["body"]["text"]
        for message in render(reply)
    ]


def read(reply: Reply) -> list[Parsed]:
    return [parse(body) for body in bodies(reply)]


def bare(text: str) -> str:
    return re.sub(r"[\s\u2068\u2069]", "", text)


@unhurried
@given(replies)
def test_the_cloud_api_takes_every_message(reply: Reply) -> None:
    for message in render(reply):
        head = {"messaging_product": "whatsapp", "to": "1"}
        GraphApi()._checked(head | message)  # raises Wrong at a limit


@unhurried
@given(st.lists(lines, max_size=5))
def test_nothing_is_lost_and_nothing_is_moved(lines: list[Line]) -> None:
    said = "".join(message.text for message in read(reply(*lines)))
    wanted = "".join(row for line in lines for row in _rows(line))
    assert bare(said).translate(BACK) == bare(wanted)


def _rows(line: Line) -> list[str]:
    """The words of each row, then the addresses that stand below it."""
    rows: list[str] = []
    row, links = "", ""
    for span in line.spans:
        first, *others = span.text.split("\n")
        row += first
        for other in others:
            rows += [row, links]
            row, links = other, ""
        links += span.url
    return [*rows, row, links]


@unhurried
@given(st.lists(lines, max_size=5))
def test_links_are_whole_and_in_order(lines: list[Line]) -> None:
    links = [span.url for line in lines for span in line.spans if span.url]
    assert [url for message in read(reply(*lines)) for url in message.urls] == links


@unhurried
@given(st.lists(st.builds(Line, st.lists(st.builds(Span, texts), max_size=4).map(tuple))))
def test_no_text_makes_markup_by_accident(lines: list[Line]) -> None:
    for message in read(reply(*lines)):
        assert message.styled == []
        assert message.quotes == []


@unhurried
@given(st.text(max_size=200))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    for message in read(reply(plain(text))):
        assert message.styled == []
        assert message.text.strip()


@unhurried
@given(words, words)
def test_styles_end_where_they_should(first: str, second: str) -> None:
    line = Line((Span(first), Span(second, Style.BOLD), Span(" end")))
    for message in read(reply(line)):
        for style, text in message.styled:
            assert style == "bold"
            assert text.translate(BACK) in second


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_what_a_reader_sees_as_one_character_is_never_split(cluster: str) -> None:
    for offset in range(12):
        text = "x" * offset + cluster * (TEXT // len(cluster) + 1)
        said = bodies(reply(plain(text)))
        said = [bare(message.translate(BACK)) for message in said]  # a ">" at the start
        assert "".join(said) == text
        assert all(message.lstrip("x").replace(cluster, "") == "" for message in said)


@pytest.mark.parametrize("fill", range(TEXT - 4, TEXT + 5))
@pytest.mark.parametrize("end", ["😀", "&", "e\u0301", "ب", "end"])
def test_at_the_limit(fill: int, end: str) -> None:
    text = "x" * fill + end
    said = bodies(reply(plain(text)))
    assert len(said) == (1 if counted(text) <= TEXT else 2)
    assert "".join(said) == text


def test_a_row_is_cut_after_a_sentence_and_never_in_an_address() -> None:
    sentence = "Children have the right to be heard."
    said = bodies(reply(plain(" ".join([sentence] * 200))))
    assert all(text.startswith("Children") and text.endswith("heard.") for text in said)
    said = bodies(reply(plain("y" * 4000 + " " + URLS[2])))
    assert said == ["y" * 4000, URLS[2]]
    said = bodies(reply(plain("y" * 4000 + "«" + URLS[2])))
    assert said == ["y" * 4000 + "«", URLS[2]]


def test_a_title_and_its_address_stay_together() -> None:
    _, second = bodies(reply(plain("x" * 4070), Line((Span("A guide", url=URLS[0]),))))
    assert second == f"A guide\n{URLS[0]}"


def test_an_address_that_the_words_show_stands_once() -> None:
    (said,) = bodies(
        reply(
            Line((Span("See "), Span(URLS[0], url=URLS[0]))),
            Line((Span("example.org", url="https://example.org/"),)),
            Line((Span("", url="https://example.org/b"),)),
            Line((Span("a copy", url="file:///srv/a.pdf"),)),
        )
    )
    assert said.split("\n") == [
        "See", URLS[0], "https://example.org/", "https://example.org/b", "a copy"
    ]  # fmt: skip


def test_markup() -> None:
    line = Line((Span("Who: ", Style.BOLD), Span("R&D"), Span(" all", Style.ITALIC)))
    quote = Line((Span("Listen.\nBelieve."),), quote=True)
    assert bodies(reply(line, quote, plain("> no quote"))) == [
        "*Who:* R&D _all_\n> Listen.\n> Believe.\n› no quote"
    ]
    inside = Line((Span("un"), Span("bold", Style.BOLD), Span("ed")))
    assert bodies(reply(inside)) == ["unbolded"]


def test_signs_that_could_be_markup_are_shown_alike_and_those_in_words_stay() -> None:
    assert neutral("*a* _b_ ~c~ `d` 2*3 snake_case https://a.org/_x_") == (
        "∗a∗ ˍbˍ ∼c∼ ˋdˋ 2*3 snake_case https://a.org/_x_"
    )


def test_a_latin_title_in_an_arabic_line_is_isolated() -> None:
    title = Span("Child Safeguarding (2020).", Style.BOLD, URLS[0])
    (said,) = bodies(reply(Line((Span("المصدر: "), title)), language="ar"))
    assert said == f"المصدر: *\u2068Child Safeguarding (2020).\u2069*\n{URLS[0]}"
    (said,) = bodies(reply(Line((title,)), language="ar"))
    assert "\u2068" not in said


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\x00\x1b", "\ud800"])
def test_a_reply_that_shows_nothing_is_no_message(text: str) -> None:
    assert render(reply(plain(text), Line((Span(text),), quote=True), Line(()))) == []


# Choices.


def some(count: int, label: str = "Choice") -> tuple[Button, ...]:
    return tuple(Button(label=f"{label} {n}", data=f"d:{n}") for n in range(count))


def actions(reply: Reply) -> list[tuple[str, Any]]:
    return [
        (message["interactive"]["type"], message["interactive"]["action"])
        for message in render(reply)
        if "interactive" in message
    ]


def test_three_are_buttons_and_four_are_a_list() -> None:
    ((kind, action),) = actions(reply(plain("Hello"), buttons=some(3)))
    assert kind == "button"
    assert [key["reply"]["title"] for key in action["buttons"]] == [
        "Choice 0", "Choice 1", "Choice 2"
    ]  # fmt: skip
    ((kind, action),) = actions(reply(plain("Hello"), buttons=some(4)))
    assert (kind, action["button"]) == ("list", "Choose")
    assert [row["id"] for row in action["sections"][0]["rows"]] == ["d:0", "d:1", "d:2", "d:3"]


def test_more_than_ten_are_pages() -> None:
    lists = actions(reply(plain("Hello"), buttons=some(23)))
    assert [len(action["sections"][0]["rows"]) for _, action in lists] == [10, 10, 3]


def test_long_labels_are_shortened_and_whole_below_the_row() -> None:
    label = "المصادر عن حماية الأطفال في المجتمعات المحلية"
    ((kind, action),) = actions(reply(plain("Hello"), buttons=(Button(label=label, data="a"),)))
    title = action["buttons"][0]["reply"]["title"]
    assert (kind, title[-1]) == ("button", "…")
    assert label.startswith(title[:-1].rstrip())
    ((kind, action),) = actions(reply(plain("Hello"), buttons=some(3, label)))
    assert kind == "list", "shortened to buttons they would all read the same"
    assert action["sections"][0]["rows"][2]["description"] == f"{label} 2"


def test_a_long_reply_comes_first_and_its_buttons_after_it() -> None:
    text, asked = render(reply(plain("x" * (BODY + 1)), buttons=some(2)))
    assert text["text"] == {"preview_url": False, "body": "x" * (BODY + 1)}
    assert asked["interactive"]["body"]["text"] == "What would you like next?"
    (both,) = render(reply(plain("x" * BODY), buttons=some(2)))
    assert both["type"] == "interactive"


# Files.


@pytest.mark.parametrize(
    ("media_type", "kind"), [("image/jpeg", "image"), ("application/pdf", "document")]
)
def test_a_file_goes_along_with_its_caption(media_type: str, kind: str) -> None:
    attachment = Attachment(name="a-p12.x", media_type=media_type, data=b"\x00\xff", caption="*p*")
    text, message = render(Reply(language="en", lines=(plain("Page"),), attachment=attachment))
    assert text["type"] == "text"
    assert message["type"] == kind
    assert message[kind]["caption"] == "∗p∗"
    assert base64.b64decode(message["file"]["data"]) == b"\x00\xff"
    assert message[kind].get("filename") == ("a-p12.x" if kind == "document" else None)


def test_people_without_a_number_are_recipients() -> None:
    channel = open_channel(Account(token="t", phone="1", secret="s", verify="v"))
    (call,) = channel.pack(reply(plain("Hello")), "KE.123abc")
    assert '"recipient": "KE.123abc"' in call
    assert '"to"' not in call
    (call,) = channel.pack(reply(plain("Hello")), "254700000042")
    assert '"to": "254700000042"' in call


# Cutting.


@unhurried
@given(st.text(max_size=60), st.integers(1, 40))
def test_a_cut_keeps_the_room_and_loses_only_space(text: str, room: int) -> None:
    end, start = cut(text, room)
    assert units(text[:end]) <= max(room, 2)
    assert not text[end:start].strip()
    assert end > 0 or not text
    assert units(shortened(text, room + 1)) <= room + 1


def test_a_cluster_that_alone_is_too_much_is_split() -> None:
    assert fits("e" + "\u0301" * 100, 10) == 10
    assert fits("क्" * 100, 9) == 8
    assert shortened("e" + "\u0301" * 100, 10).endswith("…")


MORE = Button(label="More", data="more:en:x")
LINK = "card:en:AAAAAAAAAAAbcdBBBBBBBBBBBa"
SHARED = "https://wa.me/256700000000?text=/start%20card_en_AAAAAAAAAAAbcdBBBBBBBBBBBa"


def test_an_answer_carries_the_link_that_shows_it_again_in_its_text() -> None:
    said = Reply(language="sw", lines=(plain("Sikiliza."),), link=LINK, buttons=(MORE,))
    (message,) = render(said, "256700000000")
    text = message["interactive"]["body"]["text"]
    assert text.startswith("Sikiliza.")
    assert text.endswith(SHARED), "so that it goes along where the message is forwarded"
    assert speak("sw")("Share this answer") in text
    assert SHARED not in str(render(said)), "without our number there is no link"
    assert SHARED not in str(render(reply(plain("Hello")), "256700000000"))


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        (unquote(SHARED.partition("text=")[2]), Kind.BUTTON, LINK),
        ("/start card_en_", Kind.COMMAND, "start card_en_"),
        ("/start kq7mz3xp", Kind.COMMAND, "start kq7mz3xp"),
    ],
)
def test_what_a_link_puts_there_to_send_opens_the_card(text: str, kind: Kind, read: str) -> None:
    message = {"id": "wamid.1", "from": "256700000001", "type": "text", "text": {"body": text}}
    asked = whatsapp_questions.read(json.dumps({"person": "256700000001", "message": message}))
    assert asked
    assert (asked.question.kind, asked.question.text) == (kind, read)


def test_the_account_s_number_is_in_what_is_packed() -> None:
    account = Account(
        token="t", phone="1", secret="s", verify="v", api="http://127.0.0.1:9",
        number="256700000000",
    )  # fmt: skip
    said = Reply(language="en", lines=(plain("Listen."),), link=LINK)
    (call,) = open_channel(account).pack(said, "256700000001")
    assert SHARED in call
