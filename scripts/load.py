"""Many people asking at once: how long they wait, what fails, what it takes of the server.

python -m scripts.load http://127.0.0.1:8080 [--people 50] [--seconds 120] [--think 1]

Each person has a tab of the web chat and a language, asks one of its questions, waits for the whole
reply, says that it is shown, thinks, and asks again. With telegram://HOST:PORT this program is the
Bot API that the server polls (TELEGRAM_API=http://HOST:PORT/bot); --server shows its /metrics.
"""

import argparse
import asyncio
import csv
import itertools
import json
import os
import random
import secrets
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from index.calibration import QUESTIONS

PATIENCE = 60.0  # seconds until a person gives up a question
START = 60.0  # seconds that the server may take to answer its first call
JITTER = 0.5  # of the time to think, at most, more or less
POLLED = 20.0  # seconds that one getUpdates waits

Ask = Callable[[str], Awaitable[bool]]
"""Asks a question; whether the reply quotes. Raises OSError, TimeoutError, HTTPError."""
Visit = Callable[[str], AbstractAsyncContextManager[Ask]]
"""One person's visit, in a language."""


@dataclass
class Seen:
    """What all people together saw."""

    waits: list[float] = field(default_factory=list)  # seconds from asking to the whole reply
    quoting: int = 0  # replies with a quote
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)  # the server's resident bytes, each second
    cpu: list[float] = field(default_factory=list)  # the seconds that it had computed by then


class Tab:
    """The web chat as bot/web/chat.js speaks it."""

    def __init__(self, http: httpx.AsyncClient, language: str) -> None:
        self._http, self._language = http, language
        self._headers = {"X-Session": secrets.token_hex(16)}
        self._due: dict[str, asyncio.Future[bool]] = {}
        self.read = ""  # the reply that was whole last

    async def ask(self, text: str) -> bool:
        """Post a question and wait until its reply is whole, and seen."""
        id = secrets.token_hex(10)
        reply: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._due[id] = reply
        body = {"id": id, "kind": "text", "text": text, "language": self._language}
        answer = await self._http.post("/chat/messages", json=body, headers=self._headers)
        answer.raise_for_status()
        return await reply

    async def listen(self) -> None:
        """Hear replies, over as many responses as it takes."""
        last: dict[str, str] = {}
        while True:
            with suppress(httpx.HTTPError):
                headers = self._headers | last
                async with self._http.stream("GET", "/chat/stream", headers=headers) as heard:
                    async for id, quotes, text in _replies(heard):
                        last, self.read = {"Last-Event-ID": id}, text
                        if (reply := self._due.pop(id, None)) and not reply.done():
                            reply.set_result(quotes)
                        await self._http.post("/chat/seen", headers=self._headers | last)
            await asyncio.sleep(0.05)


async def _replies(heard: httpx.Response) -> AsyncIterator[tuple[str, bool, str]]:
    """The id of each reply that is whole, whether it quotes, and its lines as they came."""
    fields, quotes, text = dict[str, str](), False, ""
    async for line in heard.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        event, id = fields.get("event", ""), fields.get("id", "")
        if event == "begin":
            quotes, text = False, ""
        elif event == "line":
            quotes |= json.loads(fields["data"])["quote"]
            text += fields["data"]
        elif event == "end":
            yield id, quotes, text
        fields = {}


@asynccontextmanager
async def web(url: str) -> AsyncIterator[Visit]:
    """Visits of the web chat at this address."""

    @asynccontextmanager
    async def visit(language: str) -> AsyncIterator[Ask]:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False) as http:
            (await http.get("/chat", params={"lang": language})).raise_for_status()
            tab = Tab(http, language)
            listening = asyncio.create_task(tab.listen())
            try:
                yield tab.ask
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    yield visit


class BotApi:
    """As much of Telegram as a conversation takes: what people write, and what they are sent."""

    def __init__(self) -> None:
        self.polled = asyncio.Event()
        self._updates: list[dict[str, Any]] = []
        self._new = asyncio.Event()
        self._due: dict[int, asyncio.Future[bool]] = {}
        self._numbers, self._chats = itertools.count(int(time.time())), itertools.count(1000)

    @asynccontextmanager
    async def visit(self, language: str) -> AsyncIterator[Ask]:
        """A person with a chat of their own."""
        chat = next(self._chats)
        person = {"id": chat, "is_bot": False, "first_name": "P", "language_code": language}

        async def ask(text: str) -> bool:
            number = next(self._numbers)
            reply: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._due[chat] = reply
            message = {
                "message_id": number, "date": int(time.time()), "text": text,
                "chat": {"id": chat, "type": "private"}, "from": person,
            }  # fmt: skip
            self._updates.append({"update_id": number, "message": message})
            self._new.set()
            return await reply

        yield ask

    async def called(self, request: Request) -> JSONResponse:
        """One call of the bot; what is not known here is said to be done."""
        body = await request.body()
        form = json.loads(body) if body.startswith(b"{") else dict(parse_qsl(body.decode()))
        given = form | dict(request.query_params)
        answer = getattr(self, f"_{request.path_params['method']}", None)
        return JSONResponse({"ok": True, "result": await answer(given) if answer else True})

    async def _getMe(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"id": 1, "is_bot": True, "first_name": "Exchange", "username": "exchange_bot"}

    async def _getUpdates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        self.polled.set()
        offset = int(given.get("offset") or 0)
        self._updates = [one for one in self._updates if one["update_id"] >= offset]
        if not self._updates:
            self._new.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._new.wait(), min(POLLED, int(given.get("timeout", 0))))
        return self._updates[:100]

    async def _sendMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        chat, text = int(given["chat_id"]), str(given["text"])
        if (reply := self._due.pop(chat, None)) and not reply.done():
            reply.set_result("blockquote" in text or "blockquote" in str(given.get("entities", "")))
        me = await self._getMe({})
        return {
            "message_id": next(self._numbers), "date": int(time.time()), "text": "?",
            "chat": {"id": chat, "type": "private"}, "from": me,
        }  # fmt: skip


@asynccontextmanager
async def telegram(url: str) -> AsyncIterator[Visit]:
    """Visits in Telegram, which is served at this address, once the server polls it."""
    place, api = urlsplit(url), BotApi()
    routes = [Route("/bot{token}/{method}", api.called, methods=["POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes), host=place.hostname or "", port=place.port or 0,
        log_level="critical", lifespan="off", timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        try:
            await asyncio.wait_for(api.polled.wait(), START)
        except TimeoutError:
            raise SystemExit(f"nobody polled http://{place.netloc}/bot in {START:.0f} s") from None
        yield api.visit
    finally:
        server.should_exit = True
        await serving


async def person(
    visit: Visit, language: str, questions: list[str], number: int, given: argparse.Namespace,
    seen: Seen,
) -> None:  # fmt: skip
    """Ask for as long as it is given, each person in an order of their own."""
    chance, until = random.Random(number), time.monotonic() + given.seconds
    async with visit(language) as ask:
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                quotes = await asyncio.wait_for(ask(chance.choice(questions)), PATIENCE)
                seen.waits.append(time.monotonic() - began)
                seen.quoting += quotes
            except (OSError, TimeoutError, httpx.HTTPError) as error:
                seen.errors[type(error).__name__] += 1
            await asyncio.sleep(given.think * chance.uniform(1 - JITTER, 1 + JITTER))


async def watch(url: str, seen: Seen) -> None:
    """Note the server's memory and CPU each second, from its /metrics."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
        while True:
            page = (await http.get(f"{url}/metrics")).text
            held = dict(line.rsplit(" ", 1) for line in page.splitlines() if line[:1] != "#")
            seen.memory.append(float(held["process_resident_memory_bytes"]))
            seen.cpu.append(float(held["process_cpu_seconds_total"]))
            await asyncio.sleep(1)


def questions_of(path: Path) -> dict[str, list[str]]:
    """The questions of a CSV file with the columns `question` and `language`, by language."""
    held = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            held[row["language"]].append(row["question"])
    return dict(held)


async def run(given: argparse.Namespace) -> Seen:
    """Let all of them ask."""
    seen, questions = Seen(), questions_of(given.questions)
    languages = itertools.islice(itertools.cycle(questions), given.people)
    async with (telegram if given.url.startswith("telegram:") else web)(given.url) as visit:
        watching = asyncio.create_task(watch(given.server or given.url, seen))
        people = [
            person(visit, language, questions[language], number, given, seen)
            for number, language in enumerate(languages)
        ]
        await asyncio.gather(*people)
        watching.cancel()
    return seen


def told(seen: Seen, took: float) -> str:
    """What was measured, in four lines."""
    cuts = statistics.quantiles(seen.waits, n=20) if len(seen.waits) > 1 else [0.0] * 19
    errors = ", ".join(f"{count} {name}" for name, count in seen.errors.items()) or "no errors"
    answers, spent = len(seen.waits), time.process_time() / took
    memory, cpu = [one / 1e6 for one in seen.memory], seen.cpu
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg()[:2])
    return (
        f"{answers} replies in {took:.0f} s, {answers / took:.1f} a second,"
        f" {seen.quoting} with quotes; {errors}\n"
        f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, longest {max(seen.waits, default=0):.2f} s\n"
        f"server: {memory[0]:.0f} MB at first, {max(memory):.0f} MB at most,"
        f" {(cpu[-1] - cpu[0]) / took:.2f} cores\n"
        f"this program: {spent:.2f} cores; load average of 1 and 5 minutes: {loads}"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A load run.")
    parser.add_argument("url", help="http://HOST:PORT of the web chat, or telegram://HOST:PORT")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=1, help="seconds between two questions")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="CSV: question, language")
    parser.add_argument("--server", default="", help="http://HOST:PORT of the server's /metrics")
    given, began = parser.parse_args(), time.monotonic()
    print(told(asyncio.run(run(given)), time.monotonic() - began))


if __name__ == "__main__":
    main()
