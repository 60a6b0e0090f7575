"""`exchange serve` as a program: one port, its pages, its end. And the commands that look at it."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot import app, doctor
from bot.channels.errors import ChannelFailed
from bot.channels.port import Incoming
from bot.delivery.sqlite import SqliteStore
from bot.server import open_server
from bot.settings import BadSetting, Settings
from tests.doubles.bot_api import BotApi
from tests.test_cli import exchange
from tests.test_conversation import FIRST
from tests.test_post import Carried, Scripted, stopped

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@dataclass
class Running:
    process: asyncio.subprocess.Process
    url: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, id: str, text: str, waited_for: str) -> None:
        """Ask over the line, and return once a line of the reply holds these words."""
        self.writer.write(f"ada {id} {text}\n".encode())
        async with asyncio.timeout(60):
            while waited_for not in (await self.reader.readline()).decode():
                pass


@asynccontextmanager
async def running(starter: Settings, data: Path) -> AsyncIterator[Running]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.served_app", str(data),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "EXCHANGE_DATA": str(starter.exchange_data),
             "PORT": str(port)},
    )  # fmt: skip
    assert process.stdout
    try:
        line = int(await asyncio.wait_for(process.stdout.readline(), 60))
        reader, writer = await asyncio.open_connection("127.0.0.1", line)
        yield Running(process, f"http://127.0.0.1:{port}", reader, writer)
        writer.close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def values(page: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def test_one_process_answers_and_tells_how_it_is(starter: Settings, tmp_path: Path) -> None:
    async with running(starter, tmp_path) as serving, httpx.AsyncClient() as client:
        assert (await client.get(f"{serving.url}/health")).text == "alive\n"
        ready = await client.get(f"{serving.url}/ready")
        assert (ready.status_code, ready.json()) == (200, {"ready": True, "wrong": {}})
        await serving.ask("1", FIRST["en"], "summary by the Exchange")
        await serving.ask("2", "/start", "HELP")

        page = (await client.get(f"{serving.url}/metrics")).text
        assert "ada" not in page
        assert "community" not in page
        held = values(page)
        assert held["exchange_messages_total", "lines", "came"] == 2
        assert held["exchange_messages_total", "lines", "answered"] == 2
        assert held["exchange_calls_total", "lines", "sent"] == 2
        assert held["exchange_answer_seconds_count", "lines"] == 2
        assert held[("exchange_waiting_messages",)] == 0
        assert held[("process_resident_memory_bytes",)] < 400e6

        serving.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(serving.process.wait(), 12) == 0


async def test_ready_names_the_store_that_cannot_be_written(
    starter: Settings, tmp_path: Path
) -> None:
    async with running(starter, tmp_path) as serving, httpx.AsyncClient(timeout=30) as client:
        other = SqliteStore(tmp_path, serving=False)
        other._db.execute("begin immediate")
        reply = await client.get(f"{serving.url}/ready")
        other._db.execute("rollback")
        other.close()
        assert reply.status_code == 503
        assert "store" in reply.json()["wrong"]
        assert (await client.get(f"{serving.url}/ready")).status_code == 200


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(BadSetting, match=f"PORT={port}: cannot be listened at"):
            open_server([], "127.0.0.1", port)


async def test_a_reply_that_streams_goes_on_until_the_server_is_made_to_end() -> None:
    begun, end = asyncio.Event(), asyncio.Event()

    async def slow(request: object) -> PlainTextResponse:
        begun.set()
        await end.wait()
        return PlainTextResponse("whole")

    server = open_server([Route("/slow", slow)], "127.0.0.1", 0)
    port = server._listening.getsockname()[1]
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient() as client:
        asked = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/slow"))
        await begun.wait()
        server.should_exit = True
        await asyncio.sleep(0.4)
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/slow")
        end.set()
        assert (await asked).text == "whole"
    await asyncio.wait_for(serving, 5)


def test_without_a_channel_serve_says_what_to_set(starter: Settings) -> None:
    done = exchange("serve", data=starter.exchange_data)
    assert done.returncode == 1
    assert done.stderr.startswith("exchange: no channel is set up: set TELEGRAM_TOKEN")
    assert done.stderr.count("\n") == 1


async def test_queue_shows_what_waits_and_why_things_were_given_up(tmp_path: Path) -> None:
    done = await asyncio.to_thread(exchange, "queue", data=tmp_path)
    assert "nothing was ever kept" in done.stdout
    channel = Scripted()

    async def broken(question: object) -> None:
        raise ZeroDivisionError("their words")

    carried = Carried(tmp_path, channel, respond=broken)  # type: ignore[arg-type]
    await channel.say("ada secret")
    async with asyncio.timeout(20):
        while not carried.failures():  # noqa: ASYNC110 - a store has no event
            await asyncio.sleep(0.05)
    carried.store.put("off", [Incoming(id="1", conversation="c", body="secret")])
    done = await asyncio.to_thread(exchange, "queue", data=tmp_path)
    assert done.returncode == 0, "also while a process serves from it"
    assert "messages to be answered: 1" in done.stdout
    assert "scripted  answering  ZeroDivisionError" in done.stdout
    assert "secret" not in done.stdout
    assert "their words" not in done.stdout
    await stopped(carried.task)
    carried.store.close()


def found(settings: Settings) -> dict[str, doctor.Finding]:
    return {one.what: one for one in doctor.examine(settings)}


def settings_of(starter: Settings, api: BotApi, token: str) -> Settings:
    return starter.model_copy(
        update={"telegram_token": type(starter.telegram_token)(token),
                "telegram_api": api.base_url}
    )  # fmt: skip


async def test_the_doctor_knows_a_good_token_from_a_bad_one(starter: Settings) -> None:
    async with BotApi() as api:
        good = await asyncio.to_thread(found, settings_of(starter, api, api.token))
        bad = await asyncio.to_thread(found, settings_of(starter, api, "99:secret"))
    assert good["telegram"].level is doctor.Level.OK
    assert good["library"].level is doctor.Level.OK
    assert good["disk"].level is not doctor.Level.FAULT
    assert good["clock"].level is doctor.Level.OK
    assert good["printing"].level is doctor.Level.OK
    assert bad["telegram"].level is doctor.Level.FAULT
    assert "@BotFather" in bad["telegram"].text
    assert not [one for one in bad.values() if "99:secret" in one.text]


async def test_without_a_network_the_doctor_warns(starter: Settings) -> None:
    gone = starter.model_copy(
        update={"telegram_token": type(starter.telegram_token)("99:secret"),
                "telegram_api": f"http://127.0.0.1:{free_port()}/bot"}
    )  # fmt: skip
    seen = await asyncio.to_thread(found, gone)
    assert seen["telegram"].level is doctor.Level.WARNING
    assert "could not reach 127.0.0.1" in seen["telegram"].text
    assert "99:secret" not in seen["telegram"].text


def test_the_doctor_exits_1_on_a_fault_and_tells_what_to_do(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    (tmp_path / "queue.key").chmod(0o644)
    done = exchange("doctor", data=tmp_path)
    assert done.returncode == 1
    assert "FAULT settings: no channel is set up" in done.stdout
    assert "FAULT library: " in done.stdout
    assert "others can read queue.key" in done.stdout
    assert done.stderr == ""


def test_a_clock_that_is_off_is_a_fault() -> None:
    late = httpx.Response(200, headers={"date": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert doctor._clock(late).level is doctor.Level.FAULT


@pytest.mark.parametrize(
    ("held", "wanted", "level", "says"),
    [
        ({"url": ""}, "", "ok", "fetched"),
        ({"url": "https://a.org/telegram"}, "https://a.org", "ok", "a.org"),
        ({"url": "https://a.org/telegram"}, "", "warn", "goes to a.org"),
        ({"url": ""}, "https://a.org", "warn", "nowhere"),
        ({"url": "https://a.org/t", "last_error_message": "Wrong response 502",
          "last_error_date": 1.0, "pending_update_count": 7}, "https://a.org", "warn", "7 wait"),
    ],
)  # fmt: skip
def test_what_telegram_tells_of_the_webhook(
    held: dict[str, object], wanted: str, level: str, says: str
) -> None:
    told = doctor._webhook(held, wanted)
    assert (told.level, says in told.text) == (level, True), told


def test_head_and_body_of_a_response_go_out_at_once() -> None:
    """A socket that waits for the first part to be acknowledged costs 40 ms a response."""
    server = open_server([], "127.0.0.1", 0)
    with (
        server._listening as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_no_request_chooses_where_it_is_led_to() -> None:
    async def page(request: object) -> PlainTextResponse:
        return PlainTextResponse("here")

    server = open_server([Route("/page", page)], "127.0.0.1", 0)
    port = server._listening.getsockname()[1]
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"http://127.0.0.1:{port}/page/", headers={"Host": "elsewhere.example"}
        )
    server.should_exit = True
    await asyncio.wait_for(serving, 5)
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("api", ["telegram", "http://[", "http://host:port/bot", "http:// /bot"])
def test_an_api_that_is_no_address_is_one_line_and_no_trace(starter: Settings, api: str) -> None:
    token = SecretStr("123:secret")
    wrong = starter.model_copy(update={"telegram_token": token, "telegram_api": api})
    with pytest.raises(ChannelFailed, match="TELEGRAM_API="):
        app.open_channels(wrong)
    report = found(wrong)
    assert report["settings"].level is doctor.Level.FAULT
    assert report["telegram"].level is doctor.Level.WARNING
    assert not any("secret" in one.text for one in report.values())


def test_the_proxy_of_the_guide_passes_on_what_every_channel_is_called_at(
    starter: Settings,
) -> None:
    """A page that cannot be fetched, or a script, would fail behind the proxy alone."""
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    (passed,) = re.findall(r"@ours path (.+)", text)
    channels = app.open_channels(
        starter.model_copy(
            update={
                "telegram_token": SecretStr("123:abc"),
                "telegram_webhook": "https://bot.example.org",
                "whatsapp_token": SecretStr("t"),
                "whatsapp_phone_id": "1",
                "whatsapp_app_secret": SecretStr("s"),
                "whatsapp_verify_token": SecretStr("v"),
                "web": True,
            }
        )
    )

    async def receive(messages: object) -> None:
        """Keeps nothing."""

    paths = {str(getattr(r, "path", "")) for one in channels for r in one.routes(receive)}
    assert {"/telegram", "/whatsapp", "/chat", "/embed.js"} <= paths
    assert not [p for p in paths if not any(fnmatch(p, known) for known in passed.split())]
    assert not any(fnmatch(p, k) for p in ("/metrics", "/ready") for k in passed.split())
