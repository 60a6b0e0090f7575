"""A sixth network in one file: lines over TCP. `ada 17 Hello` in, `ok 17` and `ada> Hello` out.

It proves the seam, and it is what the kill tests speak: as a program it is a post with an echo.
"""

import asyncio
import base64
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from pathlib import Path

from starlette.routing import BaseRoute

from bot.channels.errors import Later
from bot.channels.port import Asked, Incoming, Receive
from bot.messages import Kind, Line, Question, Reply, Span


class LineChannel:
    name = "lines"
    keeps = 600.0
    repeats = True

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.ready = asyncio.Event()
        self._lines: dict[str, asyncio.StreamWriter] = {}

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        return ()

    async def listen(self, receive: Receive) -> None:
        async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError, asyncio.CancelledError):
                while line := (await reader.readline()).decode().strip():
                    person, id, _ = line.split(" ", 2)
                    self._lines[person] = writer
                    await receive([Incoming(id=id, conversation=person, body=line)])
                    writer.write(f"ok {id}\n".encode())
            writer.close()

        server = await asyncio.start_server(hear, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for writer in self._lines.values():
                writer.close()

    def read(self, body: str) -> Asked | None:
        person, _, text = body.split(" ", 2)
        kind = Kind.TEXT
        if text.startswith("~"):
            return Asked(
                question=Question(text="", kind=Kind.VOICE, person=f"lines:{person}"), to=person
            )
        if text.startswith(("/", "#")):
            kind, text = (Kind.COMMAND if text[0] == "/" else Kind.BUTTON), text[1:]
        return Asked(question=Question(text=text, kind=kind, person=f"lines:{person}"), to=person)

    async def audio(self, body: str) -> bytes:
        return base64.b64decode(body.partition("~")[2])

    def busy(self, body: str) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def pack(self, reply: Reply, to: str) -> list[str]:
        if not reply.lines:
            return []
        said = [_said(line) for line in reply.lines]
        if reply.attachment:
            said.append(f"! {reply.attachment.name} {reply.attachment.caption}")
        said += [f"#{button.data} {button.label}" for button in reply.buttons]
        return [json.dumps([to, said])]

    async def send(self, call: str) -> None:
        person, said = json.loads(call)
        writer = self._lines.get(person)
        if writer is None or writer.is_closing():
            raise Later("nobody is there", 0.05)
        writer.write("".join(f"{person}> {line}\n" for line in said).encode())
        try:
            await writer.drain()
        except ConnectionError as error:
            raise Later("the line broke", 0.05) from error


def _said(line: Line) -> str:
    links = "".join(f" <{span.url}>" for span in line.spans if span.url)
    text = "".join(c for c in line.text if c.isprintable())
    return ("| " if line.quote else "") + text + links


async def echo(question: Question) -> Reply:
    await asyncio.sleep(0.01)
    return Reply(language="en", lines=(Line((Span(f"answer to {question.text}"),)),))


async def _main(data: Path, port: int) -> None:
    import signal

    from bot.channels.errors import plain_apology
    from bot.delivery.post import Post
    from bot.delivery.sqlite import SqliteStore

    channel = LineChannel(port)
    store = SqliteStore(data)
    post = asyncio.create_task(Post(store, [channel], echo, plain_apology).run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, post.cancel)
    await channel.ready.wait()
    print(channel.port, flush=True)
    with suppress(asyncio.CancelledError):
        await post
    store.close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
