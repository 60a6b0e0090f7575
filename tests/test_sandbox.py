"""Files that break, lock up or eat a reader cost one clear line, never the parent."""

import os
import signal
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from corpus import sandbox
from corpus.errors import UnreadableDocument
from corpus.sandbox import Limits, read_document
from tests import fixtures


def refusal(data: bytes, name: str, limits: Limits = sandbox.DEFAULT) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_document(data, name, limits=limits)
    line = str(caught.value)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert ";" in line, "what is wrong; what to do"
    return line


def in_place_of_the_reader(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(sandbox, "_COMMAND", (sys.executable, "-c", code))


def test_a_document_comes_back_as_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpus.readers import pdf

    monkeypatch.chdir(tmp_path)
    data = fixtures.pdf()
    assert read_document(data, "guide.pdf") == pdf.read(data)
    assert list(tmp_path.iterdir()) == []


def test_a_locked_file() -> None:
    assert "locked with a password" in refusal(fixtures.locked_pdf(), "a.pdf")


def test_a_cut_file() -> None:
    assert "end of this PDF is missing" in refusal(fixtures.pdf()[:-200], "a.pdf")


def test_a_scan_is_not_a_success() -> None:
    line = refusal(fixtures.scanned_pdf(), "a.pdf", Limits(ocr=False))
    assert "0 characters on 2 pages" in line
    assert "OCR" in line


def test_an_empty_page() -> None:
    assert "no text" in refusal(b"<html><body><p> </p></body></html>", "a.html")


def test_too_many_bytes() -> None:
    assert "more than" in refusal(fixtures.text(), "a.txt", Limits(input_bytes=100))


def test_too_many_pages() -> None:
    assert "3 pages" in refusal(fixtures.pdf(), "a.pdf", Limits(pages=2))


def test_too_much_text() -> None:
    assert "characters of text" in refusal(fixtures.text(), "a.txt", Limits(characters=50))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), r"\(\.doc\)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), r"\(\.xls\)"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
        (b"\x1f\x8b" + bytes(range(200)), "an archive"),
        (bytes(range(256)) * 4, "unknown kind"),
        (b"<?xml version='1.0'?><rss/>", "XML is of an unknown kind"),
        (fixtures.zipped({"xl/workbook.xml": "x"}), "a spreadsheet"),
        (fixtures.zipped({"a.txt": "x"}), "an archive"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableDocument, match=what):
        read_document(data, "upload")


def test_a_web_page_in_place_of_a_pdf() -> None:
    assert "web page came" in refusal(fixtures.html(), "report.pdf")


def test_a_zip_bomb_is_measured_before_it_is_unpacked() -> None:
    parts: dict[str, str | bytes] = {"word/document.xml": b"<w/>", "word/x.bin": bytes(400_000_000)}
    assert "unpacks to 400 MB" in refusal(fixtures.zipped(parts), "a.docx")


def test_the_parent_inflates_nothing() -> None:
    data = fixtures.zipped({"mimetype": bytes(200_000_000)})
    tracemalloc.start()
    with pytest.raises(UnreadableDocument, match="an archive"):
        read_document(data, "a.epub")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_pdf_that_inflates_runs_into_a_limit() -> None:
    limits = Limits(seconds=4, memory=700_000_000)
    refusal(fixtures.bomb_pdf(150), "a.pdf", limits)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    start = f'<!DOCTYPE udhr [<!ENTITY a SYSTEM "file://{secret}"><!ENTITY b "lol">]>'
    data = fixtures.udhr().replace(b"<udhr", start.encode() + b"<udhr")
    data = data.replace(fixtures.CLOSING.encode(), b"Here &a; &b; end of it")
    text = read_document(data, "a.xml").pages[0].text
    assert "secret" not in text
    assert "lol" not in text
    assert "end of it" in text


def test_too_little_memory() -> None:
    # What the interpreter and the reader need themselves is more than this.
    refusal(fixtures.pdf(), "a.pdf", Limits(memory=20_000_000))


def test_memory_that_a_reader_asks_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    in_place_of_the_reader(
        monkeypatch,
        "import corpus.sandbox as s\ns._read = lambda *given: bytearray(2_000_000_000)\ns._main()",
    )
    line = refusal(fixtures.text(), "a.txt", Limits(memory=500_000_000))
    assert "more memory than the 500.0 MB" in line


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGILL])
def test_a_reader_that_is_killed(monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    in_place_of_the_reader(monkeypatch, f"import os; os.kill(os.getpid(), {int(number)})")
    assert f"({number.name})" in refusal(fixtures.text(), "a.txt")


def test_a_reader_that_ends_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    in_place_of_the_reader(monkeypatch, "raise SystemExit(3)")
    assert "status 3" in refusal(fixtures.text(), "a.txt")


def test_a_reader_that_does_not_end_is_ended_with_all_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    in_place_of_the_reader(
        monkeypatch,
        "import pathlib, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)",
    )
    began = time.monotonic()
    line = refusal(fixtures.text(), "a.txt", Limits(seconds=1))
    assert "longer than 1 seconds" in line
    assert time.monotonic() - began < 10
    assert not _runs(int(note.read_text()))


def test_a_damaged_part_is_no_traceback() -> None:
    data = fixtures.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": "<b/>"})
    assert "damaged" in refusal(data, "a.docx")


def test_the_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "secret")
    in_place_of_the_reader(
        monkeypatch, "import os; raise SystemExit(7 if 'BOT_TOKEN' in os.environ else 5)"
    )
    assert "status 5" in refusal(fixtures.text(), "a.txt")


def _runs(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet collected does not."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
