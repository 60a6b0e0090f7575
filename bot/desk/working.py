"""An editor's step in a process of its own: publishing needs a model, and the server is small.

The settings come on its input, but for secrets; one line of output says what went wrong.
"""

import asyncio
import json
import os
import sqlite3
import sys
from pathlib import Path

from pydantic import SecretStr

from bot.desk import approving
from bot.desk.approving import NotPublished
from bot.desk.contributions import Contributions, NoContribution
from bot.settings import Settings
from corpus.errors import BadCatalogue
from index.calibration import BadCalibration
from index.editing import Busy
from index.plugins import UnknownPart
from index.ports import StaleIndex

_EXPECTED = (
    BadCalibration, BadCatalogue, Busy, NoContribution, NotPublished, OSError, StaleIndex,
    UnknownPart, sqlite3.Error,
)  # fmt: skip
_ROOT = Path(__file__).resolve().parents[2]


async def run(settings: Settings, step: str, id: str) -> str:
    """Do "approve" or "withdraw" and give what went wrong, in one line; "" where nothing did."""
    secrets = {name for name, value in settings if isinstance(value, SecretStr)}
    told = {"settings": settings.model_dump(mode="json", exclude=secrets), "step": step, "id": id}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.desk.working",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT)}, start_new_session=True,
    )  # fmt: skip
    out, _ = await child.communicate(json.dumps(told).encode())
    why = out.decode().strip()
    return why or ("" if child.returncode == 0 else "a fault of the program; see its log")


def main() -> None:
    """Do what the input says."""
    told = json.load(sys.stdin)
    settings, id = Settings(**told["settings"]), told["id"]
    held = Contributions(settings.exchange_data)
    try:
        if told["step"] == "approve":
            approving.approve(settings, held, id, approving.unheard, lambda *_: None)
        else:
            approving.withdraw(settings, held, id, lambda *_: None)
    except _EXPECTED as error:
        sys.stdout.write(" ".join(f"{error or type(error).__name__}".split()))
    finally:
        held.close()


if __name__ == "__main__":
    main()
