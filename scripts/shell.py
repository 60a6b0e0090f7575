"""What every command shares: the settings, what is written beside its output, plain errors."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from bot.channels.errors import ChannelFailed
from bot.console.accounts import BadAccount
from bot.delivery.port import StoreFailed
from bot.desk.approving import NotPublished
from bot.desk.contributions import NoContribution
from bot.desk.curated import NoAnswer
from bot.desk.passed import NoQuestion
from bot.desk.proposals import BadProposal
from bot.desk.writing import BadAnswer
from bot.evaluation.ranking import MissingLibrary
from bot.evaluation.sets import BadSet
from bot.keys import BadKey
from bot.moving.kinds import NotMoved
from bot.safeguarding.helplines import BadHelpline
from bot.safeguarding.table import BadTable
from bot.settings import BadSetting, Settings, read
from bot.tables import TablesFailed
from bot.workshops.kept import BadWorkshop
from bot.workshops.printing import NotPrinted
from corpus.errors import BadCatalogue
from index.bulk.crew import BulkFailed
from index.calibration import BadCalibration
from index.editing import Busy
from index.plugins import UnknownPart
from index.ports import StaleIndex
from index.postgres import DatabaseFailed
from index.snapshots import NoSnapshot

EXPECTED = (
    BadAccount,
    BadAnswer,
    BadKey,
    BadProposal,
    BadSet,
    BadHelpline,
    BadSetting,
    BadTable,
    BadWorkshop,
    Busy,
    NoSnapshot,
    StaleIndex,
    BadCatalogue,
    BadCalibration,
    BulkFailed,
    UnknownPart,
    ChannelFailed,
    DatabaseFailed,
    MissingLibrary,
    NoAnswer,
    NoContribution,
    NoQuestion,
    NotMoved,
    NotPrinted,
    NotPublished,
    StoreFailed,
    TablesFailed,
)

notes = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def plainly() -> Iterator[Settings]:
    """The settings; what can be expected to go wrong is one line and exit status 1."""
    try:
        yield read()
        sys.stdout.flush()  # here, where a reader that has gone can be met
    except EXPECTED as error:
        notes.print(f"exchange: {error}", markup=False)
        raise typer.Exit(1) from None
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = getattr(error, "filename", None) or "the data folder"
        notes.print(
            f"exchange: {reason} ({where}); free some space or mend the rights, then try again."
            " What was published before answers on",
            markup=False,
        )
        raise typer.Exit(1) from None
    except sqlite3.DatabaseError as error:  # no SQLite file, or one that is cut
        notes.print(
            f"exchange: a file in the data folder is damaged ({error}); for the library run:"
            " exchange rollback. Else remove the damaged one of shelf.db, vectors.db, links.db"
            " and people.db: it is made anew",
            markup=False,
        )
        raise typer.Exit(1) from None
