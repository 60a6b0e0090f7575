"""What a workshop is, where it is kept, and the links that open it."""

import asyncio
import io
import string
import time
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr

from bot.settings import BadSetting, Settings, read
from bot.workshops.kept import BadWorkshop, Workshops
from bot.workshops.links import Links, links, png, svg
from bot.workshops.workshop import LENGTH, SIGNS, Workshop, is_code, new_code, read_code
from tests.doubles.bot_api import NAME, BotApi

CODES = st.builds(new_code)
SETTINGS = Settings(
    telegram_name="@exchange_bot",
    whatsapp_number="+256 700 000-000",
    web_url="https://bot.example.org/chat/",
)


def workshop(**values: object) -> Workshop:
    plain = {"code": new_code(), "title": "Kampala", "language": "sw", "created": 0.0}
    return Workshop(**(plain | values))  # type: ignore[arg-type]


@given(CODES, st.integers(0, LENGTH - 1), st.sampled_from(SIGNS))
def test_a_code_with_one_wrong_sign_is_told_from_one_that_was_given_out(
    code: str, place: int, sign: str
) -> None:
    assert is_code(code)
    assert is_code(code[:place] + sign + code[place + 1 :]) == (sign == code[place])


@given(CODES, st.integers(0, LENGTH - 2))
def test_a_code_with_two_neighbours_swapped_is_told_too(code: str, place: int) -> None:
    one, other = code[place], code[place + 1]
    assert is_code(code[:place] + other + one + code[place + 2 :]) == (one == other)


def test_a_code_has_no_look_alikes_and_may_be_typed_as_it_was_printed() -> None:
    assert not set("il1o0") & set(SIGNS)
    assert set(SIGNS) <= set(string.ascii_lowercase + string.digits)
    assert read_code(" ABCD-2345 ") == "abcd2345"
    assert not is_code("")
    assert not is_code("../../x")
    assert not is_code("أبجد2345")


def test_a_workshop_is_kept_whole_and_found_by_its_code_in_any_letters(
    tmp_path: Path, state_dsn: str
) -> None:
    kept = Workshops(tmp_path, dsn=state_dsn)
    made = kept.new(
        title=" Kampala,  March 2026 ", language="sw", topic="facilitation", country="UG",
        setting="urban", documents=("S001", "S002"), questions=("Je, nani?",),
        expires=time.time() + 60, by="amina",
    )  # fmt: skip
    other = kept.new(title="Nairobi", language="en")
    kept.close()
    again = Workshops(tmp_path, dsn=state_dsn)
    assert again.find(made.code.upper()) == made
    assert made.title == "Kampala, March 2026"
    assert again.listed() == [other, made]
    assert again.find(new_code()) is None
    again.close()


def test_what_a_phone_puts_in_unseen_is_no_part_of_a_title(tmp_path: Path) -> None:
    kept = Workshops(tmp_path)
    made = kept.new(title="\u200fورشة\u200f  الخرطوم\u2069", language="ar", topic="\u200e")
    assert (made.title, made.topic) == ("ورشة الخرطوم", "")
    with pytest.raises(BadWorkshop, match="the title"):
        kept.new(title="\u200f \u200f", language="ar")
    kept.close()


def test_an_ended_workshop_is_still_known_but_over(tmp_path: Path, state_dsn: str) -> None:
    now = [100.0]
    kept = Workshops(tmp_path, now=lambda: now[0], dsn=state_dsn)
    made = kept.new(title="Kampala", language="sw", expires=500.0)
    assert not made.over(499.0)
    assert made.over(500.0)
    now[0] = 200.0
    kept.end(made.code)
    now[0] = 300.0
    kept.end(made.code)  # once more changes nothing
    found = kept.find(made.code)
    assert found is not None
    assert found.expires == 200.0
    with pytest.raises(BadWorkshop, match="no workshop has this code"):
        kept.end("abcd2345")
    kept.close()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 81}, "80 characters"),
        ({"title": "two\x00words"}, "title"),
        ({"title": "x", "topic": "y" * 81}, "topic"),
        ({"title": "x", "questions": ["q"] * 6}, "5 at most"),
        ({"title": "x", "expires": 1.0}, "past"),
    ],
)
def test_what_cannot_be_a_workshop_is_refused(
    tmp_path: Path, values: dict[str, object], why: str
) -> None:
    kept = Workshops(tmp_path)
    with pytest.raises(BadWorkshop, match=why):
        kept.new(language="en", **values)  # type: ignore[arg-type]
    assert kept.listed() == []
    kept.close()


def test_each_network_that_is_set_up_has_a_link() -> None:
    made = workshop(code="abcd2345")
    assert links(made, SETTINGS) == Links(
        telegram="https://t.me/exchange_bot?start=abcd2345",
        whatsapp="https://wa.me/256700000000?text=/start%20abcd2345",
        web="https://bot.example.org/chat?lang=sw&w=abcd2345",
    )
    assert links(made, Settings()) == Links(telegram="", whatsapp="", web="")


async def test_telegram_tells_the_name_of_its_bot() -> None:
    async with BotApi() as api:
        settings = Settings(telegram_token=SecretStr(api.token), telegram_api=api.base_url)
        assert (await found(settings)).telegram.startswith(f"https://t.me/{NAME}?start=")
        await found(settings)
        assert len(api.called("getMe")) == 1


async def test_without_the_name_there_is_no_link_and_it_is_asked_again() -> None:
    async with BotApi(token="654321:another-token") as api:
        good = api.token
        settings = Settings(telegram_token=SecretStr(good), telegram_api=api.base_url)
        api.revoke()
        assert (await found(settings)).telegram == ""
        api.token = good
        assert (await found(settings)).telegram


async def found(settings: Settings) -> Links:
    return await asyncio.to_thread(links, workshop(), settings)


def test_a_qr_code_reads_back_as_its_link() -> None:
    url = links(workshop(), SETTINGS).whatsapp
    picture = np.array(Image.open(io.BytesIO(png(url))).convert("L"))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [url]
    assert svg(url).startswith("<svg")
    assert "http://www.w3.org/2000/svg" in svg(url)
    assert "width" not in svg(url).split(">")[0]  # as large as the place that it is given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_NAME", "a bot"),
        ("WHATSAPP_NUMBER", "0700 000000"),
        ("WEB_URL", "bot.example.org/chat"),
        ("WEB_URL", "https://bot.example.org/chat?x=1"),
    ],
)
def test_a_setting_that_can_make_no_link_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        read()


def test_there_is_no_link_where_telegram_cannot_be_reached() -> None:
    settings = Settings(telegram_token=SecretStr("1:a"), telegram_api="http://127.0.0.1:1/bot")
    assert links(workshop(), settings).telegram == ""
