"""Commands that tell whether the bot is well: doctor, queue."""

import time
from datetime import UTC, datetime

import typer

from bot.opening import open_store, queue_kept
from scripts.shell import plainly


def doctor() -> None:
    """Check settings, networks, library, disk, clock and queue, and say what to do."""
    from bot import doctor as checks  # it loads what answers people

    with plainly() as settings:
        faults = 0
        for found in checks.examine(settings):
            print(f"{found.level:5} {found.what}: {found.text}")
            faults += found.level is checks.Level.FAULT
    if faults:
        raise typer.Exit(1)


def queue() -> None:
    """Show how much waits, and what was given up and why; no text of anybody."""
    with plainly() as settings:
        if not queue_kept(settings):
            print("nothing was ever kept here: exchange serve makes the queue")
            return
        store = open_store(settings, serving=False)
        try:
            held, failures = store.waiting(), store.failures()
        finally:
            store.close()
    print(f"messages to be answered: {held.messages}, the oldest for {held.oldest:.0f} s")
    print(f"calls to be sent: {held.calls}, the oldest for {held.oldest_call:.0f} s")
    print(f"given up in 30 days: {len(failures)}")
    for one in failures:
        at = datetime.fromtimestamp(min(one.at, time.time()), UTC).strftime("%Y-%m-%d %H:%M")
        print(f"  {at} UTC  {one.channel}  {one.stage}  {one.why}")
