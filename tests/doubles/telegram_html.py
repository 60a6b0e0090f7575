"""Telegram's HTML, read as strictly as its documentation is written."""

import re
import unicodedata
from dataclasses import dataclass, field

TAGS = {"b", "i", "u", "s", "a", "code", "pre", "blockquote"}
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TOKEN = re.compile(
    r"(?P<open><(?P<tag>[a-z]+)(?: href=\"(?P<href>[^\"<>]*)\")?>)"
    r"|(?P<close></(?P<end>[a-z]+)>)"
    r"|(?P<text>[^<>]+)"
)


class Unparsable(Exception):
    """What Telegram answers with 400 "can't parse entities"."""


@dataclass(frozen=True)
class Entity:
    tag: str
    text: str
    url: str = ""


@dataclass
class Parsed:
    text: str = ""
    entities: list[Entity] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        return [entity.url for entity in self.entities if entity.tag == "a"]

    @property
    def quotes(self) -> list[str]:
        return [entity.text for entity in self.entities if entity.tag == "blockquote"]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shows(text: str) -> bool:
    return any(unicodedata.category(c) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} for c in text)


def parse(html: str) -> Parsed:
    parsed = Parsed()
    waiting: list[tuple[str, str, int]] = []  # tag, url, where its text begins
    at = 0
    while at < len(html):
        token = TOKEN.match(html, at)
        if not token:
            raise Unparsable(f"unexpected character at {at}")
        at = token.end()
        if token["text"]:
            parsed.text += _plain(token["text"])
        elif token["open"]:
            waiting.append((_opened(token, waiting), _plain(token["href"] or ""), len(parsed.text)))
        else:
            tag, url, start = waiting.pop() if waiting else ("", "", 0)
            if tag != token["end"]:
                raise Unparsable(f"</{token['end']}> closes <{tag}>")
            parsed.entities.append(Entity(tag, parsed.text[start:], url))
    if waiting:
        raise Unparsable(f"<{waiting[-1][0]}> is not closed")
    return parsed


def _opened(token: re.Match[str], waiting: list[tuple[str, str, int]]) -> str:
    tag = token["tag"]
    if tag not in TAGS:
        raise Unparsable(f"unsupported tag <{tag}>")
    if (tag == "a") != bool(token["href"]):
        raise Unparsable("href belongs to a, and a needs it")
    if any(tag == other for other, _, _ in waiting):
        raise Unparsable(f"<{tag}> inside <{tag}>")
    return tag


def _plain(escaped: str) -> str:
    return re.sub(r"&([a-z]*)(;?)", _character, escaped)


def _character(entity: re.Match[str]) -> str:
    if entity[1] not in ENTITIES or not entity[2]:
        raise Unparsable(f"unsupported entity {entity[0]}")
    return ENTITIES[entity[1]]
