"""A hub that is in use moves to PostgreSQL and back: whole, proved, and resumed after a kill."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from bot import app
from bot.console.accounts import Accounts, Role
from bot.counts import Counts
from bot.delivery.port import Reach, StoreFailed
from bot.delivery.sqlite import SqliteStore
from bot.desk.passed import Passed
from bot.keys import Key
from bot.moving import aside, moving
from bot.moving.carrying import NOTE, Noted, Proved, carry
from bot.moving.kinds import KINDS, Kind, NotMoved, Row, checksum
from bot.moving.moving import to_database, to_files
from bot.moving.sides import Files, InDatabase
from bot.opening import open_counts, open_people, open_store
from bot.people import People
from bot.settings import Settings
from bot.turns import Turn
from bot.workshops.kept import Workshops
from index.postgres import passing
from tests.doubles.queue import message
from tests.libraries import copy_library

PERSON = "telegram:1"
ASKED = ("What is community-led child protection?", "en")


def use(data: Path) -> None:
    """What a hub holds of people who write to it, of every kind that a table has texts for."""
    with closing(SqliteStore(data)) as store:
        bodies = ["one \0 é 🙂", "two", "HELP"]
        texts = [message(str(n), f"p{n % 2}", text, n == 2) for n, text in enumerate(bodies)]
        store.put("telegram", texts)
        job = store.take()
        assert job is not None
        store.answered(job, PERSON, ["call\0", "next"], reach=Reach(token="t", to="there"))
        store.leave("t", "a later reply")
        job = store.take()
        assert job is not None
        store.poisoned(job, "why", PERSON, [])
    with closing(People(data)) as people, closing(Counts(data)) as counts:
        people.choose(PERSON, "sw")
        people.keep(PERSON, Turn(language="sw", shown=("S001.1",), more=()))
        counts.add(date(2026, 3, 4), lambda name: people.pseudonyms(PERSON, name), all="all")
    with closing(Passed(data)) as passed:
        passed.keep("tok", PERSON, "A question?", "en", "telegram")
    with closing(Accounts(data)) as accounts:
        accounts.add("edith", Role.EDITOR, "a very long password")
    Workshops(data).close()


def held(side: Files | InDatabase) -> dict[str, tuple[int, str]]:
    return {kind.label: (len(rows := side.read(kind)), checksum(rows)) for kind in KINDS}


def never(text: str) -> None:
    pass


def test_all_that_is_kept_is_there_and_comes_back_the_same(tmp_path: Path, dsn: str) -> None:
    use(tmp_path / "one")
    files, database, back = Files(tmp_path / "one"), InDatabase(dsn), Files(tmp_path / "two")
    before = held(files)
    assert sum(count for count, _ in before.values()) >= 12
    proved = carry(files, database, Noted(tmp_path / "one", "there"), never)
    assert all(one.same and one.rows == one.there for one in proved)
    assert held(database) == before
    (tmp_path / "two").mkdir()
    carry(database, back, Noted(tmp_path / "two", "back"), never)
    assert held(back) == before


def test_people_are_known_there_and_their_messages_are_answered(tmp_path: Path, dsn: str) -> None:
    use(tmp_path)
    carry(Files(tmp_path), InDatabase(dsn), Noted(tmp_path, "there"), never)
    there = Settings(exchange_data=tmp_path / "machine", database_url=SecretStr(dsn))
    with closing(open_people(there)) as people, closing(open_counts(there)) as counts:
        assert people.language(PERSON) == "sw"
        names = lambda name: people.pseudonyms(PERSON, name)  # noqa: E731
        counts.add(date(2026, 3, 4), names, all="all")
        (cell,) = counts.closed(date(2026, 3, 16))
        assert (cell.messages, cell.people) == (2, 1), "one person, before the move and after it"
    with closing(open_store(there)) as store:
        assert store.put("telegram", [message("1", "p1", "two")]) == 0, "it came before the move"
        assert store.put("telegram", [message("9", "p5")]) == 1
        bodies, calls = [], []
        while (job := store.take()) is not None:
            bodies.append(job.body)
            store.answered(job, "", [])
        while (parcel := store.take_parcel()) is not None:
            calls.append(parcel.call)
            store.sent(parcel)
        late = store.take_late()
    assert len(bodies) == 2
    assert calls == ["call\0", "next"]
    assert late is not None
    assert (late.to, late.reply) == ("there", "a later reply")


class Cut(Exception):
    pass


class Cutting(InDatabase):
    """The database, until the program is cut at the table of this name."""

    def __init__(self, dsn: str, name: str) -> None:
        super().__init__(dsn)
        self._name = name

    def write(self, kind: Kind, rows: Sequence[Row]) -> None:
        super().write(kind, rows)
        if kind.name == self._name:
            raise Cut


@pytest.mark.parametrize("name", ["seen", "inbox", "turns", "passed", "tries"])
def test_what_was_cut_goes_on(name: str, tmp_path: Path, dsn: str) -> None:
    use(tmp_path)
    files, before = Files(tmp_path), held(Files(tmp_path))
    with pytest.raises(Cut):
        carry(files, Cutting(dsn, name), Noted(tmp_path, "there"), never)
    noted = Noted(tmp_path, "there")
    assert noted.begun
    copied: list[str] = []
    carry(files, InDatabase(dsn), noted, copied.append)
    assert held(InDatabase(dsn)) == before
    assert len(copied) < sum(1 for count, _ in before.values() if count) or name == "seen"


def test_another_move_waits_for_the_one_that_was_cut(tmp_path: Path, dsn: str) -> None:
    use(tmp_path)
    with pytest.raises(Cut):
        carry(Files(tmp_path), Cutting(dsn, "seen"), Noted(tmp_path, "there"), never)
    with pytest.raises(NotMoved, match="was cut"):
        Noted(tmp_path, "elsewhere")


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, dsn: str) -> None:
    use(tmp_path)
    with closing(open_people(Settings(exchange_data=tmp_path, database_url=SecretStr(dsn)))) as own:
        own.choose("telegram:2", "fr")
    with pytest.raises(NotMoved, match="people: languages"):
        carry(Files(tmp_path), InDatabase(dsn), Noted(tmp_path, "there"), never)
    assert not (tmp_path / NOTE).exists()


def test_a_copy_that_is_another_is_told_and_made_again(tmp_path: Path, dsn: str) -> None:
    use(tmp_path)

    def meddle(text: str) -> None:
        if "accounts" in text:
            with psycopg.connect(dsn, autocommit=True) as db:
                db.execute("update languages set language = 'fr'")

    with pytest.raises(NotMoved, match=r"people: languages \(1 rows, 1 there\)"):
        carry(Files(tmp_path), InDatabase(dsn), Noted(tmp_path, "there"), meddle)
    carry(Files(tmp_path), InDatabase(dsn), Noted(tmp_path, "there"), never)


class Done(Exception):
    pass


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is no matter here."""

    def library(
        here: Settings, there: Settings, noted: Noted, proved: list[Proved], _: object
    ) -> moving.Moved:
        return moving.Moved(proved=proved, questions=2, other=("one",))

    monkeypatch.setattr(moving, "_library", library)


@pytest.mark.parametrize("left", [0, 3])
def test_a_move_cut_when_files_are_set_aside_only_ends(
    left: int, tmp_path: Path, dsn: str, unread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is set aside is not there to be carried: carried again it would empty the database."""
    use(tmp_path)
    settings, before = Settings(exchange_data=tmp_path), held(Files(tmp_path))

    def cut(data: Path) -> None:
        kept = {path: path.read_bytes() for path in sorted(data.glob("*.db"))[:left]}
        aside.set_aside(data)
        for path, content in kept.items():
            path.write_bytes(content)
        raise Done

    with monkeypatch.context() as patched:
        patched.setattr(moving, "set_aside", cut)
        with pytest.raises(Done):
            to_database(settings, dsn, "postgres", never, lambda *_: None)
    with closing(open_people(settings.model_copy(update={"database_url": SecretStr(dsn)}))) as own:
        own.choose("telegram:2", "fr")  # who took it for done and served
    moved = to_database(settings, dsn, "postgres", never, lambda *_: None)
    assert {one.label: one.rows for one in moved.proved} == {k: n for k, (n, _) in before.items()}
    assert (moved.questions, moved.other) == (2, ("one",))
    after = held(InDatabase(dsn))
    assert after.pop("people: languages")[0] == before.pop("people: languages")[0] + 1
    assert after == before
    assert not any(tmp_path.glob("*.db"))
    assert not (tmp_path / NOTE).exists()


def test_a_key_that_was_renewed_meanwhile_is_carried_again(tmp_path: Path, dsn: str) -> None:
    use(tmp_path)
    files, database = Files(tmp_path), InDatabase(dsn)
    with pytest.raises(Cut):
        carry(files, Cutting(dsn, "seen"), Noted(tmp_path, "there"), never)
    files.put_keys("people", (Key(made=1.0, secret=bytes(32)),))
    with pytest.raises(NotMoved, match="key: people"):
        carry(files, database, Noted(tmp_path, "there"), never)
    carry(files, database, Noted(tmp_path, "there"), never)
    assert database.keys("people") == files.keys("people")


def test_a_library_that_others_published_there_is_not_taken_for_ours(
    tmp_path: Path, dsn: str, unread: None
) -> None:
    use(tmp_path)
    passing.ready(dsn)
    with psycopg.connect(dsn) as db:
        db.execute("insert into library_snapshots (name, originals) values ('20260101T1', '{}')")
        db.execute("insert into library_current (snapshot) values ('20260101T1')")
    with pytest.raises(NotMoved, match="20260101T1"):
        to_database(Settings(exchange_data=tmp_path), dsn, "postgres", never, lambda *_: None)
    assert (tmp_path / "people.db").exists()
    assert not (tmp_path / NOTE).exists()


def test_the_desk_comes_back_for_this_account_alone(tmp_path: Path, dsn: str) -> None:
    """It holds the hashes of passwords."""
    use(tmp_path / "one")
    carry(Files(tmp_path / "one"), InDatabase(dsn), Noted(tmp_path / "one", "there"), never)
    (tmp_path / "two").mkdir()
    carry(InDatabase(dsn), Files(tmp_path / "two"), Noted(tmp_path / "two", "back"), never)
    assert (tmp_path / "two" / "desk.db").stat().st_mode & 0o077 == 0


def test_who_is_served_is_not_moved(tmp_path: Path, dsn: str) -> None:
    settings = Settings(exchange_data=tmp_path)
    with closing(SqliteStore(tmp_path)), pytest.raises(StoreFailed, match="stop it first"):
        to_database(settings, dsn, "postgres", never, lambda *_: None)
    served = Settings(exchange_data=tmp_path / "machine", database_url=SecretStr(dsn))
    with closing(open_store(served)), pytest.raises(NotMoved, match="1 programs answer"):
        to_database(settings, dsn, "postgres", never, lambda *_: None)


def test_files_that_were_moved_are_erased_a_week_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(tmp_path)
    aside.set_aside(tmp_path)
    names = {path.name for path in (tmp_path / aside.FOLDER).iterdir()}
    assert {"people.db", "people.key", "queue.key", "desk.db", "counts.db"} <= names
    assert not any(tmp_path.rglob("queue.db*")), "no message is kept once it is answered"
    assert not any(tmp_path.glob("*.db"))
    assert aside.sweep(tmp_path) == 0
    monkeypatch.setattr(aside, "KEPT", -1)
    assert aside.sweep(tmp_path) == len(names)
    assert not (tmp_path / aside.FOLDER).exists()


@pytest.fixture
def hub(starter: Settings, tmp_path: Path) -> Settings:
    return Settings(exchange_data=copy_library(starter.exchange_data, tmp_path / "hub"))


def test_a_hub_moves_with_its_library_and_back(
    hub: Settings, dsn: str, tmp_path: Path, cards: Callable[[Settings], list[str]]
) -> None:
    use(hub.exchange_data)
    before = held(Files(hub.exchange_data))
    said = cards(hub)
    moved = to_database(hub, dsn, "postgres", never, lambda *_: None)
    assert moved.questions > 500
    assert moved.other == ()
    assert held(InDatabase(dsn)) == before
    there = hub.model_copy(update={"database_url": SecretStr(dsn), "engine": "postgres"})
    assert cards(there) == said
    other = Settings(exchange_data=tmp_path / "back")
    other.exchange_data.mkdir()
    shutil.copy(hub.exchange_data / "vectors.db", other.exchange_data)
    back = to_files(other, dsn, never, lambda *_: None)
    assert back.other == ()
    assert held(Files(other.exchange_data)) == before
    assert cards(other) == said


@pytest.fixture
def cards() -> Callable[[Settings], list[str]]:
    """What the assistant says to a few questions."""

    def say(settings: Settings) -> list[str]:
        opened = app.open_current(settings)()
        hits = opened.index.search(*ASKED, 8)
        opened.library.close()
        return [hit.passage.id for hit in hits]

    return say
