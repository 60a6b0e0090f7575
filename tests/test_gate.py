"""The gate: a new library that answers the golden questions worse is not published."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import gate, upkeep
from bot.reports import Refreshed
from bot.safeguarding.helplines import DIRECTORY
from bot.settings import Settings
from corpus.errors import BadCatalogue
from corpus.report import Fate, Row
from index import snapshots
from index.calibration import Trial
from index.ports import StaleIndex
from index.snapshots import NoSnapshot
from scripts import report
from tests.doubles.embedder import WordCounts
from tests.doubles.site import Site

HEAD = "id,title,url,key_points\n"
GOOD = HEAD + (
    "S1,Circles,https://a.org/1,Grandmothers teach girls to swim in the weekly circle\n"
    "S2,Radio,https://a.org/2,Radio shows reach fishermen over the telephone\n"
)
BAD = GOOD.replace("S1,", "S9,")  # the source that a golden question expects is gone
GOLDEN = """question,language,source
what do grandmothers teach girls,en,S1
whom do radio shows reach,en,S2
price of maize in town,en,
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("bot.app.open_embedder", "bot.upkeep.open_embedder"):
        monkeypatch.setattr(name, lambda settings: WordCounts())
    (tmp_path / "catalogue.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "golden.csv").write_text(GOLDEN, encoding="utf-8")
    (tmp_path / "trials.csv").write_text(
        "question,language,source\n"
        + "".join(
            f"what do grandmothers teach girls {n},en,S1\nwhom do radio shows reach {n},en,S2\n"
            f"will it rain {n},en,\nwhat does maize cost {n},en,\n"
            for n in range(20)
        )
    )
    return Settings(
        exchange_data=tmp_path / "data", catalogue=tmp_path / "catalogue.csv",
        golden=tmp_path / "golden.csv", calibration=tmp_path / "trials.csv", snapshots_kept=3,
    )  # fmt: skip


Refresh = Callable[..., Refreshed]


@pytest.fixture
def refresh(settings: Settings) -> Refresh:
    def run(catalogue: str = "", **options: bool) -> Refreshed:
        if catalogue:
            settings.catalogue.write_text(catalogue, encoding="utf-8")
        return upkeep.refresh(settings, lambda *_: None, **options)  # type: ignore[arg-type]

    return run


def sources(settings: Settings) -> set[str]:
    return {holding.title for holding in upkeep.holdings(settings)}


def test_a_library_that_answers_worse_is_not_published(
    settings: Settings, refresh: Refresh, tmp_path: Path
) -> None:
    refresh()
    first = snapshots.current(settings.exchange_data)
    done = refresh(BAD)
    assert done.verdict is not None
    assert not done.verdict.passed
    assert "what do grandmothers teach girls" in done.verdict.fell
    assert done.published is not None
    assert not done.published.switched
    assert snapshots.current(settings.exchange_data) == first
    assert len(snapshots.listed(settings.exchange_data)) == 1
    assert any("NOT PUBLISHED" in line for line in report.outcome(done))
    report.write_html(done, tmp_path / "report.html")
    assert "what do grandmothers teach girls" in (tmp_path / "report.html").read_text()


def test_force_publishes_and_says_so(settings: Settings, refresh: Refresh, tmp_path: Path) -> None:
    refresh()
    done = refresh(BAD, force=True)
    assert done.published is not None
    assert done.published.switched
    assert done.forced
    report.write_json(done, tmp_path / "report.json")
    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["forced"], told["published"], told["counts"]["removed"]) == (True, True, 1)
    assert "what do grandmothers teach girls" in told["golden"]["fell"]


def test_one_command_undoes_a_refresh(settings: Settings, refresh: Refresh) -> None:
    refresh()
    refresh(GOOD.replace("S2,Radio", "S3,Wireless"), force=True)
    assert sources(settings) == {"Circles", "Wireless"}
    upkeep.rollback(settings)
    assert sources(settings) == {"Circles", "Radio"}
    with pytest.raises(NoSnapshot, match="no snapshot before the current one"):
        upkeep.rollback(settings)
    newest = snapshots.listed(settings.exchange_data)[0]
    assert upkeep.rollback(settings, newest.name) == newest.name
    assert sources(settings) == {"Circles", "Wireless"}


def test_a_damaged_snapshot_is_not_gone_back_to(settings: Settings, refresh: Refresh) -> None:
    refresh()
    old = snapshots.current(settings.exchange_data)
    refresh(GOOD.replace("Radio", "Wireless"), force=True)
    with (old / "passages.faiss").open("ab") as file:
        file.write(b"x")
    with pytest.raises(NoSnapshot, match=r"is damaged \(passages\.faiss\)"):
        upkeep.rollback(settings)
    with pytest.raises(NoSnapshot, match="no snapshot 'x'; there is 2"):
        upkeep.rollback(settings, "x")


def test_a_damaged_library_can_be_undone_too(settings: Settings, refresh: Refresh) -> None:
    refresh()
    refresh(GOOD.replace("Radio", "Wireless"), force=True)
    (snapshots.current(settings.exchange_data) / "library.db").write_bytes(b"no database" * 500)
    with pytest.raises(StaleIndex, match=r"library\.db is damaged .*exchange rollback"):
        refresh()
    upkeep.rollback(settings)
    assert sources(settings) == {"Circles", "Radio"}


def test_nothing_is_gone_back_to_that_this_program_cannot_open(
    settings: Settings, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh()
    monkeypatch.setattr("index.languages.RULES", "later/9")
    refresh(GOOD.replace("Radio", "Wireless"), force=True)
    with pytest.raises(StaleIndex, match="made with words"):
        upkeep.rollback(settings)
    assert sources(settings) == {"Circles", "Wireless"}


def test_no_leave_nothing_changed(settings: Settings, refresh: Refresh) -> None:
    refresh()
    settings.catalogue.write_text(BAD, encoding="utf-8")
    done = upkeep.refresh(settings, lambda *_: None, agree=lambda rows: False)
    assert done.published is None
    assert len(snapshots.listed(settings.exchange_data)) == 1


def test_a_second_refresh_in_a_row_publishes_and_embeds_nothing(refresh: Refresh) -> None:
    refresh()
    done = refresh()
    assert done.published is None
    assert report.summary(done.rows) == "0 added, 0 changed, 0 removed, 2 unchanged"


def test_one_edited_row_embeds_only_its_own_texts(refresh: Refresh) -> None:
    refresh()
    done = refresh(
        GOOD.replace("over the telephone", "over the telephone in the evening"), force=True
    )
    assert done.published is not None
    assert done.published.embedded == 2, "the passage and its sentence"


def test_what_the_gate_asked_once_is_not_embedded_again(
    settings: Settings, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh()
    first = gate.read(snapshots.current(settings.exchange_data))
    assert first == {line.split(",")[0]: True for line in GOLDEN.splitlines()[1:]}
    monkeypatch.setattr(WordCounts, "embed_question", lambda *_: pytest.fail("embedded again"))
    done = refresh(GOOD.replace("Radio,", "Wireless,"), force=True)
    assert done.published is not None
    assert done.published.folder is not None
    assert gate.read(done.published.folder) == first


def test_old_snapshots_are_pruned_by_the_setting(settings: Settings, refresh: Refresh) -> None:
    for number in range(5):
        refresh(GOOD.replace("Radio", f"Radio{number}"), force=True)
    assert len(snapshots.listed(settings.exchange_data)) == 3


def test_what_is_right() -> None:
    asked = [
        Trial(question="in", language="en", sources=frozenset({"S1"})),
        Trial(question="out", language="en", sources=frozenset()),
    ]
    from bot.messages import Answer

    silent = Answer(
        answered=False, language="en", quotes=(), sources=(), nearest=()
    )  # fmt: skip
    assert gate.ask(asked, lambda trial: silent) == {"in": False, "out": True}


def test_questions_that_are_new_do_not_count_as_fallen() -> None:
    verdict = gate.judge({"a": True}, {"a": True, "b": False}, most=0)
    assert verdict.passed
    assert verdict.fell == ()
    assert gate.judge(None, {"a": False}, most=0).passed


@pytest.mark.parametrize("damage", ["{", "[]", "\udce9"])
def test_results_that_cannot_be_read_are_told(
    settings: Settings, refresh: Refresh, damage: str
) -> None:
    refresh()
    file = snapshots.current(settings.exchange_data) / gate.FILE
    file.write_bytes(damage.encode(errors="surrogateescape"))
    done = refresh(BAD)
    assert done.verdict is not None
    assert done.verdict.lost
    assert report.LOST in report.outcome(done)
    assert report.LOST in report.warnings(done.verdict)


def test_an_index_that_was_never_asked_is_no_damage(settings: Settings, refresh: Refresh) -> None:
    refresh()
    (snapshots.current(settings.exchange_data) / gate.FILE).unlink()
    done = refresh(BAD)
    assert done.verdict is not None
    assert not done.verdict.lost


def test_the_table_tells_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    row = Row(source="S1", title="Tides", place="x", fate=Fate.ADDED, dropped=("2 running heads",))
    report.show([row])
    assert "left out" in " ".join(capsys.readouterr().out.split())


def test_links_shown_by_the_assistant_itself_are_checked_too(
    settings: Settings, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.catalogue.write_text(GOOD, encoding="utf-8")
    with pytest.raises(StaleIndex, match="run: exchange refresh"):
        upkeep.links(settings, lambda *_: None)
    assert [source.url for source in upkeep.OWN_LINKS] == [DIRECTORY]
    with Site() as site:
        monkeypatch.setattr(upkeep, "OWN_LINKS", (replace(upkeep.OWN_LINKS[0], url=site.url),))
        refresh(GOOD.replace("https://a.org", site.url))
        local = settings.model_copy(update={"fetch_private": True, "fetch_pause": 0})
        checked = upkeep.links(local, lambda *_: None)
    assert {link.source for link in checked} == {"help card", "S1", "S2"}


def test_other_calibration_questions_make_another_judge(
    settings: Settings, refresh: Refresh
) -> None:
    refresh()
    text = settings.calibration.read_text()
    settings.calibration.write_text(text + "who sells fish at night,en,\n")
    assert refresh().published is not None
    assert refresh().published is None


def test_an_id_in_two_catalogues_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(GOOD.replace("Circles", "Squares"), encoding="utf-8")
    both = settings.model_copy(update={"catalogues": str(tmp_path / "other.csv")})
    with pytest.raises(BadCatalogue, match=r"'Squares' \(S1\) stands in another catalogue"):
        upkeep.refresh(both, lambda *_: None)


def test_a_data_folder_named_from_here_can_be_rolled_back(
    settings: Settings, refresh: Refresh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refresh()
    refresh(GOOD.replace("Radio", "Wireless"), force=True)
    monkeypatch.chdir(tmp_path)
    here = settings.model_copy(update={"exchange_data": Path("data")})
    upkeep.rollback(here)
    assert sources(settings) == {"Circles", "Radio"}


def test_what_a_feed_and_the_catalogue_name_is_one_source(
    settings: Settings, refresh: Refresh, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "tides.md").write_text("# Tides\n\nThe tide is told to the girls each evening.\n")
    place = (folder / "tides.md").as_uri()
    both = settings.model_copy(update={"catalogues": str(folder)})
    settings.catalogue.write_text(GOOD + f"S3,Tides,{place},Girls are told the tide\n")
    upkeep.refresh(both, lambda *_: None)
    held = {(held.source, held.media_type) for held in upkeep.holdings(settings)}
    assert {("S3", "text/x-card"), ("S3", "text/markdown")} <= held
    assert {source for source, _ in held} == {"S1", "S2", "S3"}
