"""The page's side of the web chat's protocol, over real HTTP."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Shown:
    """A reply as the page builds it."""

    id: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[list[str]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join("".join(span[0] for span in line["spans"]) for line in self.lines)


class Page:
    """One tab. It asks with `ask`, and hears with `hear` until it is closed."""

    def __init__(self, base_url: str, session: str | None = None, *, poll: bool = False) -> None:
        self.session = session or secrets.token_hex(16)
        self.http = httpx.AsyncClient(base_url=base_url, timeout=10, trust_env=False)
        self.last, self._poll = "", poll
        self.noticed: list[str] = []  # the kinds of event, in order

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Session": self.session}

    async def ask(
        self, text: str, *, kind: str = "text", id: str = "", language: str = "en"
    ) -> httpx.Response:
        body = {"id": id or secrets.token_hex(5), "kind": kind, "text": text, "language": language}
        return await self.http.post("/chat/messages", json=body, headers=self.headers)

    async def hear(self) -> AsyncIterator[Shown]:
        """Replies of one response, each whole; whoever has shown one says so with `seen`."""
        headers = self.headers | ({"Last-Event-ID": self.last} if self.last else {})
        headers |= {"X-Poll": "1"} if self._poll else {}
        async with self.http.stream("GET", "/chat/stream", headers=headers) as response:
            assert response.status_code == 200
            building: Shown | None = None
            event: dict[str, str] = {}
            async for line in response.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                    continue
                kind, event_, event = event.get("event", ""), event, {}
                data = json.loads(event_.get("data", "null"))
                self.noticed.append(kind)
                if kind == "begin":
                    building = Shown(data["to"], head=data)
                elif kind == "line" and building:
                    building.lines.append(data)
                elif kind == "end" and building:
                    building.buttons, building.end = data["buttons"], data
                    assert event_["id"] == building.id
                    yield building

    async def seen(self, id: str) -> None:
        self.last = id
        headers = self.headers | {"Last-Event-ID": id}
        (await self.http.post("/chat/seen", headers=headers)).raise_for_status()

    async def next(self, *, seen: bool = True) -> Shown:
        """The next reply, over as many responses as it takes."""
        async with asyncio.timeout(20):
            while True:
                replies = self.hear()
                try:
                    async for reply in replies:
                        if seen:
                            await self.seen(reply.id)
                        return reply
                finally:
                    await replies.aclose()  # type: ignore[attr-defined]

    async def close(self) -> None:
        await self.http.aclose()
