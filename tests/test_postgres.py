"""The database: how it is reached, migrated, and what is said where it cannot be."""

from pathlib import Path

import psycopg
import pytest

from index.postgres.connecting import DatabaseFailed, close, connected, pool, telling, told
from index.postgres.migrating import migrate
from tests.doubles.postgres import Server, free_port


def test_a_transaction_is_kept_whole_or_not_at_all(dsn: str) -> None:
    with connected(dsn) as one:
        one.execute("create table kept (n integer)")
        one.execute("insert into kept values (1)")
    with pytest.raises(psycopg.errors.DivisionByZero):
        _put_and_fail(dsn)
    with connected(dsn) as three:
        assert three.execute("select n from kept").fetchall() == [(1,)]


def _put_and_fail(dsn: str) -> None:
    with connected(dsn) as one:
        one.execute("insert into kept values (2)")
        one.execute("select 1 / 0")


def test_a_lost_connection_is_replaced(dsn: str, postgres: Server) -> None:
    with connected(dsn) as one:
        process = one.info.backend_pid
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(%s, 5000)", [process])
    with connected(dsn) as two:
        assert two.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("no address = at all = ", "is no address"),
        ("postgresql://ada:hidden-word@127.0.0.1:{port}/exchange", "cannot be reached"),
        ("postgresql://exchange@127.0.0.1:{server}/not_there", "not_there"),
    ],
)
def test_what_cannot_be_reached_is_told_in_a_line_without_the_password(
    address: str, said: str, postgres: Server
) -> None:
    address = address.format(port=free_port(), server=postgres.port)
    with pytest.raises(DatabaseFailed) as failed:
        pool(address)
    line = str(failed.value)
    assert said in line
    assert "DATABASE_URL" in line
    assert "\n" not in line
    assert "hidden-word" not in line


@pytest.mark.parametrize(
    ("sql", "given", "said"),
    [
        ("select %s::float8", ["Amina was hit"], "failed (InvalidTextRepresentation); "),
        ("select to_tsquery(%s)", ["Amina was & | hit"], "failed (SyntaxError); "),
        ("select 1 from people_of_amina", [], 'UndefinedTable: relation "people_of_amina"'),
        ("select %s", ["Amina\0"], "DataError: PostgreSQL text fields cannot contain NUL"),
        ("select pg_terminate_backend(pg_backend_pid())", [], "terminating connection"),
    ],
)
def test_what_a_database_says_is_one_line_without_what_it_was_given(
    sql: str, given: list[str], said: str, dsn: str
) -> None:
    with pytest.raises(DatabaseFailed) as failed, telling(dsn), connected(dsn) as one:
        one.execute(sql.encode(), given)
    line = str(failed.value)
    assert said in line
    assert line.endswith("mend that, and try again")
    assert "\n" not in line
    assert "Amina" not in line


def test_what_failed_is_of_the_kind_that_its_caller_knows() -> None:
    nowhere = f"postgresql://exchange@127.0.0.1:{free_port()}/exchange"
    said = pytest.raises(ValueError, match=r"cannot be reached .* DATABASE_URL")
    with said, telling(nowhere, ValueError), connected(nowhere):
        pass


def test_a_session_that_rests_within_a_transaction_is_ended(dsn: str) -> None:
    with connected(dsn) as one:
        row = one.execute("show idle_in_transaction_session_timeout").fetchone()
    assert row == ("15s",)


def test_the_name_that_is_told_has_no_password() -> None:
    assert told("postgresql://a:secret@db.example.org/exchange") == (
        "the database 'exchange' on db.example.org"
    )


def _files(folder: Path, **files: str) -> Path:
    for name, sql in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(sql, encoding="utf-8")
    return folder


def test_each_migration_is_run_once_in_its_order(dsn: str, tmp_path: Path) -> None:
    _files(tmp_path, m001_one="create table one (n integer)", m002_two="insert into one values (2)")
    assert migrate(dsn, "room", tmp_path) == ["001_one.sql", "002_two.sql"]
    assert migrate(dsn, "room", tmp_path) == []
    _files(tmp_path, m003_three="insert into one values (3)")
    assert migrate(dsn, "room", tmp_path) == ["003_three.sql"]
    with connected(dsn) as one:
        assert one.execute("select n from one order by n").fetchall() == [(2,), (3,)]


def test_a_migration_that_fails_leaves_nothing(dsn: str, tmp_path: Path) -> None:
    _files(tmp_path, m001_one="create table one (n integer)", m002_two="select * from no")
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(dsn, "room", tmp_path)
    _files(tmp_path, m002_two="insert into one values (2)")
    assert migrate(dsn, "room", tmp_path) == ["001_one.sql", "002_two.sql"]


def test_a_changed_and_a_newer_migration_are_refused(dsn: str, tmp_path: Path) -> None:
    _files(tmp_path, m001_one="create table one (n integer)", m002_two="insert into one values (2)")
    migrate(dsn, "room", tmp_path)
    _files(tmp_path, m002_two="insert into one values (3)")
    with pytest.raises(DatabaseFailed, match="room 002 was another"):
        migrate(dsn, "room", tmp_path)
    (tmp_path / "002_two.sql").unlink()
    with pytest.raises(DatabaseFailed, match="newer program"):
        migrate(dsn, "room", tmp_path)


def test_an_account_without_the_right_is_told_so(
    dsn: str, tmp_path: Path, postgres: Server
) -> None:
    with connected(dsn) as owner:
        owner.execute("drop role if exists guest")
        owner.execute("create role guest login")
    guest = dsn.replace("exchange@", "guest@")
    _files(tmp_path, m001_one="create table one (n integer)")
    with pytest.raises(DatabaseFailed, match="may not make"):
        migrate(guest, "room", tmp_path)
    close(guest)
