"""`app.serve` as a program, with the line protocol for a network: data folder. Prints its port."""

import asyncio
import sys
from pathlib import Path

from bot import app, logs
from bot.channels.port import Receive
from scripts.shell import plainly
from tests.doubles.lines import LineChannel


class Announced(LineChannel):
    async def listen(self, receive: Receive) -> None:
        async def announce() -> None:
            await self.ready.wait()
            print(self.port, flush=True)

        await asyncio.gather(super().listen(receive), announce())


def main() -> None:
    with plainly() as settings:
        assistant = app.open_assistant(settings)
        logs.set_up()
        store = settings.model_copy(update={"exchange_data": Path(sys.argv[1])})
        app.serve([Announced()], assistant, store, pages=True)


if __name__ == "__main__":
    main()
