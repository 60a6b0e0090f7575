"""Learning paths as files: their form, their quotes, what is built in, what staff put in."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.learning.parsing import LABEL, LARGEST, parse
from bot.learning.path import BadPath, LearningPath
from bot.learning.shelf import BUILT_IN, Shelf, checked
from bot.phrases import languages
from bot.settings import Settings
from corpus.library import Library
from corpus.source import read_catalogue
from scripts.cli import cli
from tests.doubles.paths import cards

GOOD = """# A title
About it.

## First
Before **bold** and *slanted*.

> Choosing the harm is what creates ownership.
> — S031

After.

### Which?
- [x] This: Because.
- [ ] That: No: not that.

## Second

> Avoid parallel structures.
> -- S099

### And now?
- [ ] One: No.
- [x] Two: Yes.
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return cards()


def faults(text: str | bytes, name: str = "mine.md", library: Library | None = None) -> list[str]:
    """The lines that whoever wrote the file reads."""
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadPath) as caught:
        checked(name, data, library) if library else parse(name, data)
    return str(caught.value).splitlines()


def test_a_file_becomes_a_path() -> None:
    path = parse("mine.sw.md", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert (path.id, path.language, path.title, path.about) == (
        "mine",
        "sw",
        "A title",
        "About it.",
    )
    first, second = path.steps
    assert [line.text for line in first.before] == ["Before bold and slanted."]
    assert [span.style.value for span in first.before[0].spans] == [
        "plain", "bold", "plain", "italic", "plain",
    ]  # fmt: skip
    assert first.quoted.words == "Choosing the harm is what creates ownership."
    assert (first.quoted.source, first.quoted.line) == ("S031", 7)
    assert [line.text for line in first.after] == ["After."]
    assert [c.right for c in first.choices] == [True, False]
    assert first.choices[1].feedback == "No: not that."
    assert (second.quoted.source, second.question) == ("S099", "And now?")


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("# A title\n", "", 1, "begin the file with its title"),
        ("About it.\n", "", 1, "say in one paragraph under the title"),
        ("About it.\n", "About it.\n\nMore.\n", 4, "one paragraph stands under the title"),
        ("# A title", "# A title\n# Another", 2, "a path has one title"),
        ("# A title", f"# {'x' * 61}", 1, "has 61 characters; 60 fit"),
        ("> — S031\n", "", 7, "say whose words these are"),
        ("> Choosing the harm is what creates ownership.\n", "", 7, "this quote has no words"),
        ("After.", "> Avoid parallel structures.\n> — S099", 10, "a quote (>) stands once"),
        ("### Which?\n", "", 12, "a list stands once in a step, as the answers"),
        ("### Which?\n", "", 4, "this step needs a question at its end"),
        ("- [x] This: Because.\n- [ ] That: No: not that.\n", "", 4, "needs its answers"),
        ("- [ ] That: No: not that.\n", "", 13, "give 2 to 4 answers"),
        ("[x] This", "[ ] This", 13, "mark one answer as right"),
        ("[ ] That", "[x] That", 13, "mark one answer as right"),
        ("That: No", "This: No", 13, "two answers are the same"),
        ("This: Because.", "This", 13, "write an answer as"),
        ("[x] This", "[y] This", 13, "write an answer as"),
        ("[x] This:", f"[x] {'y' * 21}:", 13, "has 21 characters; a button has 20"),
        ("After.", "1. one\n2. two", 10, "only titles"),
        ("After.", "```\ncode\n```", 10, "only titles"),
        ("After.", "<script>alert(1)</script>", 10, "only titles"),
        ("After.", "a <b>word</b>", 10, "no html_inline"),
        ("After.", "![x](http://e.vil/x.png)", 10, "no image"),
        ("After.", "[here](http://e.vil)", 10, "no link"),
        ("After.", "<http://e.vil>", 10, "no link"),
        ("After.", "[here]\n\n[here]: http://e.vil", 12, "a link cannot stand here"),
        ("After.", "See www.e.vil now", 10, "no addresses stand here"),
        ("After.", "Ask @somebody", 10, "no addresses stand here"),
        ("After.", "`code`", 10, "no code_inline"),
        ("After.", "turned \u202eround", 10, "U+202E"),
        ("After.", "bell \x07", 10, "U+0007"),
        ("\n## Second", "\n#### Second", 16, "only titles"),
        (GOOD[GOOD.index("## Second") :], "", 1, "has 1 steps (##); a path has 2 to 12"),
    ],
)  # fmt: skip
def test_each_slip_is_told_by_its_line(old: str, new: str, line: int, why: str) -> None:
    assert old in GOOD
    told = faults(GOOD.replace(old, new, 1))
    assert any(one.startswith(f"mine.md:{line}: ") and why in one for one in told), told


@pytest.mark.parametrize(
    "name",
    ["x.md", "Mine.md", "mine.txt", "../mine.md", "mine.sw.fr.md", "mine.xx.md", ".md", "a b.md"],
)
def test_a_file_must_be_named_like_a_path(name: str) -> None:
    (told,) = faults(GOOD, name)
    assert "name the file like" in told or "no language of the assistant" in told


def test_what_is_no_text_is_refused_in_one_line() -> None:
    assert "mine.md:3: this is no UTF-8" in faults(b"# A\n\n\xff\xfe")[0]
    assert "more than" in faults(b"x" * (LARGEST + 1))[0]


@pytest.mark.parametrize(
    "piece", ["[", "*", "> ", "- ", "*a_ ", "![](", "<a ", "- [x] ", " ", "—", "`", "[a]: b\n", "&"]
)
@pytest.mark.timeout(60)
def test_hostile_markdown_ends_soon_and_in_lines(piece: str) -> None:
    evil = piece * (LARGEST // len(piece.encode()))
    for text in (evil, f"{GOOD}\n## s\n\n{evil}"):
        told = faults(text.encode()[:LARGEST].decode("utf-8", "ignore"))
        assert all(one.startswith("mine.md:") for one in told)


def test_a_quote_that_is_not_in_the_library_is_refused_with_source_step_and_line(
    library: Library,
) -> None:
    assert checked("mine.md", GOOD.encode(), library).title == "A title"
    changed = GOOD.replace("creates ownership", "creates progress").replace("S099", "S999")
    assert faults(changed, library=library) == [
        "mine.md:7: step 1: source S031 does not say “Choosing the harm is what creates progress.”;"
        " copy its own words",
        "mine.md:18: step 2: source S999 is not in the library; see exchange library",
    ]
    other = GOOD.replace("— S031", "— S033")
    assert "step 1: source S033 does not say" in faults(other, library=library)[0]


def test_a_step_that_is_too_long_for_a_phone_is_refused(library: Library) -> None:
    told = faults(GOOD.replace("After.", "word " * 180), library=library)
    assert "mine.md:4: step 1 is" in told[0]
    assert "too long for a phone" in told[0]


@pytest.mark.parametrize("name", sorted(file.name for file in BUILT_IN.glob("*.md")))
def test_built_in_paths_verify_over_the_catalogue(library: Library, name: str) -> None:
    path = checked(name, (BUILT_IN / name).read_bytes(), library)
    assert 4 <= len(path.steps) <= 6
    assert all(len(c.label) <= LABEL for step in path.steps for c in step.choices)


def test_three_paths_are_built_in_in_each_language_with_the_same_steps(library: Library) -> None:
    def shape(path: LearningPath) -> list[object]:
        return [(s.quoted.source, s.quoted.words, [c.right for c in s.choices]) for s in path.steps]

    english = {path.id: path for path in Shelf(Path("nowhere")).listed("en", library)}
    assert {path.title for path in english.values()} == {
        "Community-led, not just community-based",
        "Listening before acting",
        "Working with formal services",
    }
    for language in languages():
        for path in Shelf(Path("nowhere")).listed(language, library):
            assert path.language == language
            assert shape(path) == shape(english[path.id])


def test_own_files_replace_built_in_ones_and_are_taken_out_again(
    tmp_path: Path, library: Library
) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("listening.md", GOOD.encode(), library)
    with pytest.raises(BadPath):
        shelf.put("listening.md", b"# nothing", library)
    with pytest.raises(BadPath):
        shelf.remove("../people.db")
    held = shelf.find("listening", "en")
    assert held
    assert held.title == "A title"
    assert [file.name for file in shelf.folder.iterdir()] == ["listening.md"], "nothing beside it"
    shelf.remove("listening.md")
    held = shelf.find("listening", "en")
    assert held
    assert held.title == "Listening before acting"


def test_staff_see_what_nobody_is_shown_and_why(tmp_path: Path, library: Library) -> None:
    shelf = Shelf(tmp_path)
    shelf.folder.mkdir()
    (shelf.folder / "gone.md").write_text(GOOD.replace("S099", "S999"))
    (shelf.folder / "Bad Name.md").write_text(GOOD)
    (shelf.folder / "torn.md").write_bytes(b"\xff")
    (shelf.folder / "folder.md").mkdir()
    found = {one.name: one for one in shelf.found(library) if one.own}
    assert {name: bool(one.path) for name, one in found.items()} == {
        "Bad Name.md": False, "gone.md": True, "torn.md": False,
    }  # fmt: skip
    assert all(one.faults for one in found.values())
    assert {path.id for path in shelf.listed("en", library)} == {
        "community-led", "formal-services", "listening",
    }  # fmt: skip


def test_the_hubs_own_library_hides_paths_that_it_does_not_bear_out(tmp_path: Path) -> None:
    few = [source for source in read_catalogue() if source.id not in ("S031", "S099")]
    assert [path.id for path in Shelf(tmp_path).listed("en", cards(few))] == []
    none = [replace(source, key_points=()) for source in read_catalogue()]
    assert Shelf(tmp_path).listed("en", cards(none)) == []


def test_commands_list_and_check(starter: Settings, tmp_path: Path) -> None:
    env = {"EXCHANGE_DATA": str(starter.exchange_data)}
    good, bad = tmp_path / "mine.md", tmp_path / "other.sw.md"
    good.write_text(GOOD)
    bad.write_text(GOOD.replace("Avoid", "Have"))
    listed = CliRunner().invoke(cli, ["path", "list"], env=env)
    assert listed.exit_code == 0, listed.output
    assert "listening.sw.md  built in  5 steps  Kusikiliza kabla ya kutenda" in listed.output
    done = CliRunner().invoke(cli, ["path", "check", str(good)], env=env)
    assert (done.exit_code, done.stdout) == (0, "mine.md: fit, 2 steps: A title\n")
    done = CliRunner().invoke(cli, ["path", "check", str(good), str(bad)], env=env)
    assert done.exit_code == 1
    assert "other.sw.md:18: step 2: source S099 does not say" in done.output
    assert "Traceback" not in done.output
    done = CliRunner().invoke(cli, ["path", "check", str(tmp_path / "none.md")], env=env)
    assert done.exit_code == 1
    assert "No such file" in done.output
