"""A page as it was printed: drawn under 80 KB, alone under 300 KB, and gone with its document."""

import hashlib
import io
import time
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, TextStringObject
from pypdf.generic import NameObject as Name

from bot import app, cards, upkeep
from bot.assistant import Assistant
from bot.messages import Attachment, Button, Kind, Question, Reply
from bot.pages import may_share
from bot.settings import Settings
from corpus import onepage
from corpus.adding import Details
from corpus.onepage import MOST_ALONE, MOST_PICTURE, NoPage
from corpus.originals import FOLDER, Originals
from corpus.sandbox import Limits
from tests import fixtures

DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "documents"
REAL = [
    ("unicef-child-protection-spotlight-2024.pdf", 4),
    ("hurricane-response-situation-report-2026.pdf", 2),
    ("gbv-subcluster-situation-report-haiti-2025.pdf", 1),
    ("unicef-haiti-flash-report-2025.pdf", 2),
]
GUIDE = fixtures.pdf()  # once: it says when it was made
ASKED = "What are the three parts of a good meeting with families?"


def stored(data: bytes, folder: Path) -> tuple[Path, str]:
    originals, key = Originals(folder / FOLDER), hashlib.sha256(data).hexdigest()
    originals.keep(key, data)
    path = originals.find(key)
    assert path is not None
    return path, key


@pytest.mark.parametrize(("name", "page"), REAL)
def test_a_real_page_fits_a_phone(name: str, page: int, tmp_path: Path) -> None:
    if not (DOCUMENTS / name).exists():
        pytest.skip(f"{name} is not beside this checkout")
    path, key = stored((DOCUMENTS / name).read_bytes(), tmp_path)
    began = time.monotonic()
    data = onepage.picture(path, key, page)
    assert time.monotonic() - began < 10
    assert len(data) <= MOST_PICTURE
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        assert max(image.size) >= 1000, "print is not readable on fewer"


def test_a_page_of_print_alone_says_the_same_and_is_small(tmp_path: Path) -> None:
    name, page = REAL[1]
    if not (DOCUMENTS / name).exists():
        pytest.skip(f"{name} is not beside this checkout")
    whole = (DOCUMENTS / name).read_bytes()
    data = onepage.alone(*stored(whole, tmp_path), page)
    assert len(data) <= MOST_ALONE
    (only,) = pypdf.PdfReader(io.BytesIO(data)).pages
    asked = pypdf.PdfReader(io.BytesIO(whole)).pages[page - 1]
    assert only.extract_text() == asked.extract_text()


def test_a_page_that_is_too_heavy_alone_is_refused(tmp_path: Path) -> None:
    made = fixtures.sheet()
    made.add_page()
    noise = Image.effect_noise((900, 900), 90)
    made.image(noise, x=10, y=10, w=150)
    path, key = stored(bytes(made.output()), tmp_path)
    with pytest.raises(NoPage, match="the page alone has"):
        onepage.alone(path, key, 1)
    assert len(onepage.picture(path, key, 1)) <= MOST_PICTURE


def test_a_page_alone_carries_no_action(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(GUIDE))
    script = {Name("/S"): Name("/JavaScript"), Name("/JS"): TextStringObject("evilscript")}
    writer.pages[0][Name("/AA")] = DictionaryObject({Name("/O"): DictionaryObject(script)})
    jump = Link(rect=(0, 0, 99, 99), url="https://evilplace/")
    writer.add_annotation(0, jump)
    out = io.BytesIO()
    writer.write(out)
    assert b"evilscript" in out.getvalue()
    data = onepage.alone(*stored(out.getvalue(), tmp_path), 1)
    for word in (b"evilscript", b"evilplace", b"/JavaScript", b"/Annots"):
        assert word not in data
    assert fixtures.TITLE in pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()


@pytest.mark.parametrize("make", [onepage.picture, onepage.alone])
def test_what_cannot_be_shown_is_one_line(make: onepage.Make, tmp_path: Path) -> None:
    path, key = stored(GUIDE, tmp_path)
    for page in (0, 4):
        with pytest.raises(NoPage, match=f"no page {page} of 3"):
            make(path, key, page)
    with pytest.raises(NoPage, match="not the one that was read"):
        make(path, "0" * 64, 1)
    for bad in (fixtures.locked_pdf(), GUIDE[:400], b"%PDF-1.7\n" + bytes(5_000)):
        with pytest.raises(NoPage):
            make(*stored(bad, tmp_path), 1)


@pytest.mark.parametrize("make", [onepage.picture, onepage.alone])
def test_a_bomb_costs_its_limits_and_no_more(make: onepage.Make, tmp_path: Path) -> None:
    path, key = stored(fixtures.bomb_pdf(150), tmp_path)
    began = time.monotonic()
    with pytest.raises(NoPage):
        make(path, key, 1, Limits(seconds=3, memory=400_000_000))
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("box", ["0 0 99999999 9", "0 0 0 0", "0 0 14400 14400"])
def test_a_page_of_a_strange_size(box: str, tmp_path: Path) -> None:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    data = fixtures.raw_pdf(b"BT /F1 9 Tf 10 10 Td (child) Tj ET", font)
    path, key = stored(data.replace(b"0 0 595 842", box.encode()), tmp_path)
    assert len(onepage.picture(path, key, 1)) <= MOST_PICTURE


@pytest.mark.parametrize(
    ("licence", "open_"),
    [
        ("CC BY-SA 4.0", True), ("cc by-nc-nd 4.0", True), ("CC0 1.0", True),
        ("Public domain", True), ("UN open", True),
        ("", False), ("not stated", False), ("open access", False), ("all rights reserved", False),
        ("not CC BY", False), ("UNICEF copyright", False), ("CCBYX", False),
    ],
)  # fmt: skip
def test_only_a_licence_that_says_so_lets_a_page_go(licence: str, open_: bool) -> None:
    assert may_share(licence) is open_


# From a person's side.


def press(assistant: Assistant, reply: Reply, name: str) -> Reply:
    return assistant.reply(Question(text=button(reply, name).data, kind=Kind.BUTTON))


def button(reply: Reply, name: str) -> Button:
    (found,) = [b for b in reply.buttons if b.data.startswith(f"{name}:")]
    assert len(found.data.encode()) <= 64
    return found


def attachment(reply: Reply) -> Attachment:
    assert reply.attachment is not None
    assert len(reply.attachment.caption) <= 200
    return reply.attachment


def text(reply: Reply) -> str:
    return "\n".join(line.text for line in reply.lines)


@pytest.fixture
def hub(data: Path, tmp_path: Path) -> Settings:
    """A library without sources, to add to."""
    empty = tmp_path / "sources.csv"
    empty.write_text("id,title,url,key_points\nS1,Wells,https://a.org,Wells are dug in May.\n")
    settings = Settings(exchange_data=data, catalogue=empty, snapshots_kept=2)
    upkeep.refresh(settings, lambda *_: None, force=True)
    return settings


def add(settings: Settings, folder: Path, licence: str) -> str:
    (folder / "guide.pdf").write_bytes(GUIDE)
    details = Details(title="Keeping children safe", url="https://a.org/g.pdf", licence=licence)
    targets = [str(folder / "guide.pdf")]
    (row,), _ = upkeep.add_documents(settings, targets, details, lambda *_: None, lambda row: None)
    return row.source


def files(settings: Settings) -> list[Path]:
    return sorted((settings.exchange_data / FOLDER).glob("*"))


def test_a_page_is_seen_and_kept_and_goes_with_its_document(hub: Settings, tmp_path: Path) -> None:
    source = add(hub, tmp_path, "CC BY 4.0")
    (held,) = files(hub)
    assert held.read_bytes() == GUIDE
    assistant = app.open_assistant(hub)
    answer = assistant.reply(Question(text=ASKED))
    size = f"(PDF, {len(GUIDE) / 1e3:.0f} kB"
    assert size in text(answer)

    seen = press(assistant, answer, "page")
    picture = attachment(seen)
    assert picture.media_type == "image/jpeg"
    assert picture.caption == "Keeping children safe, p. 12 (page 2 in the viewer)." + (
        " licence: CC BY 4.0"
    )
    assert size in text(seen)
    assert seen.lines[0].spans[1].url == "https://a.org/g.pdf#page=2"

    kept = press(assistant, seen, "pdf")
    alone = attachment(kept)
    assert (alone.name, alone.media_type) == (f"{source}-p2.pdf", "application/pdf")
    (page,) = pypdf.PdfReader(io.BytesIO(alone.data)).pages
    assert fixtures.SECTION in page.extract_text()

    upkeep.remove_source(hub, source, lambda *_: None)
    for shown, name in ((answer, "page"), (seen, "pdf")):  # the old buttons are still on the phone
        gone = press(assistant, shown, name)
        assert text(gone) == cards.GONE
        assert gone.attachment is None
    assert files(hub) == [held], "the library before it may be rolled back to"
    upkeep.rollback(hub)
    assert attachment(press(assistant, answer, "page")).data == picture.data

    upkeep.remove_source(hub, source, lambda *_: None)  # the third since it came; two are kept
    assert files(hub) == [], "no library that is kept holds it"


def test_without_a_licence_the_page_is_seen_and_not_sent_as_a_file(
    hub: Settings, tmp_path: Path
) -> None:
    add(hub, tmp_path, "")
    assistant = app.open_assistant(hub)
    seen = press(assistant, assistant.reply(Question(text=ASKED)), "page")
    assert attachment(seen).media_type == "image/jpeg"
    assert "licence does not let me send" in text(seen)
    assert not seen.buttons
    forged = button(assistant.reply(Question(text=ASKED)), "page").data.replace("page:", "pdf:")
    refused = assistant.reply(Question(text=forged, kind=Kind.BUTTON))
    assert refused.attachment is None
    assert "https://a.org/g.pdf" in refused.lines[1].spans[1].url


def test_a_file_that_was_lost_is_told_and_fetched_again(hub: Settings, tmp_path: Path) -> None:
    add(hub, tmp_path, "CC BY 4.0")
    assistant = app.open_assistant(hub)
    answer = assistant.reply(Question(text=ASKED))
    files(hub)[0].unlink()
    lost = press(assistant, answer, "page")
    assert lost.attachment is None
    assert "open the source" in text(lost)
    assert not [b for b in assistant.reply(Question(text=ASKED)).buttons if "page:" in b.data]
    add(hub, tmp_path, "CC BY 4.0")  # the same bytes: nothing is read anew, the file is back
    assert attachment(press(assistant, answer, "page")).media_type == "image/jpeg"


def test_what_is_not_a_page_is_met_kindly(assistant: Assistant) -> None:
    for data in ("page", "page:en", "page:en:none", "pdf:xx:'--", "page:en:" + "a" * 40):
        reply = assistant.reply(Question(text=data, kind=Kind.BUTTON))
        assert text(reply) == cards.GONE
