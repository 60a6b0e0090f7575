"""A post that answers WhatsApp with an echo, in a process of its own that can be killed.

python -m tests.doubles.whatsapp_echo DATA PORT API

Its queue is where DATABASE_URL says, else in DATA.
"""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

from bot.channels.errors import plain_apology
from bot.channels.whatsapp import Account, open_channel
from bot.delivery.post import Post
from bot.messages import Line, Question, Reply, Span
from bot.opening import open_store
from bot.settings import Settings
from tests.doubles.graph_api import PHONE, SECRET, VERIFY
from tests.doubles.mounting import mounted


async def echo(question: Question) -> Reply:
    await asyncio.sleep(0.01)
    return Reply(language="en", lines=(Line((Span(f"answer to {question.text}"),)),))


async def serve(data: Path, port: int, api: str) -> None:
    channel = open_channel(
        Account(token="a-good-token", phone=PHONE, secret=SECRET, verify=VERIFY, api=api)
    )
    store = open_store(Settings(exchange_data=data))
    post = Post(store, [channel], echo, plain_apology)
    async with mounted(channel.routes(post.receive(channel)), port):
        carrying = asyncio.create_task(post.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, carrying.cancel)
        print("ready", flush=True)
        with suppress(asyncio.CancelledError):
            await carrying
    store.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
