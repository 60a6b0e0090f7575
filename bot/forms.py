"""The forms of settings that people type: each is checked, and put the way the program wants it."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator


def _people(value: str) -> str:
    for entry in value.split():
        if not re.fullmatch(r"[a-z]+:\S+", entry):
            raise ValueError(f"{entry!r} is not of the form channel:id")
    return value


def _origins(value: str) -> str:
    for entry in value.split():
        if not re.fullmatch(r"https?://(\*\.)?[\w.-]+(:\d{1,5})?", entry, re.ASCII):
            raise ValueError(f"{entry!r} is no origin such as https://example.org")
    return value


def _bot_name(value: str) -> str:
    name = value.strip().removeprefix("@")
    if name and not re.fullmatch(r"[A-Za-z0-9_]{4,32}", name):
        raise ValueError(f"{value!r} is no bot's name such as exchange_bot")
    return name


def _number(value: str) -> str:
    digits = re.sub(r"[\s().+-]", "", value)
    if digits and not re.fullmatch(r"[1-9][0-9]{6,14}", digits):
        raise ValueError(f"{value!r} is no number with its country such as +256 700 000000")
    return digits


def _page(value: str) -> str:
    if value and not re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?(/[^\s?#]*)?", value, re.ASCII):
        raise ValueError(f"{value!r} is no address such as https://bot.example.org/chat")
    return value.rstrip("/")


def _addresses(value: str) -> str:
    for entry in value.split():
        ip_address(entry)
    return value


People = Annotated[str, AfterValidator(_people)]  # "telegram:42 whatsapp:…"
Origins = Annotated[str, AfterValidator(_origins)]
BotName = Annotated[str, AfterValidator(_bot_name)]
Number = Annotated[str, AfterValidator(_number)]  # digits alone
Page = Annotated[str, AfterValidator(_page)]
Addresses = Annotated[str, AfterValidator(_addresses)]
