"""What spoils the text of real files, each in a file made here, and that none of it gets through.

The list follows what was met in the hub's material: repeated page furniture, words cut at line
ends, letter-spaced headings, Arabic in visual order, columns, unseen signs, adverts.
"""

import pytest

from corpus.document import Block, Document
from corpus.readers import docx, html, markdown, pdf, text
from corpus.repair import Words, clean, is_arabic, join, unspace, words_of
from tests import fixtures

FILLER = "The committee met again, and each of those who came told what they had seen and heard."


def blocks(document: Document) -> list[Block]:
    return [block for page in document.pages for block in page.blocks]


def texts(document: Document) -> list[str]:
    return [block.text for block in blocks(document)]


# Page furniture and page numbers


def book(pages: int, head: str = "", foot: str = "", first: int = 1) -> bytes:
    made = fixtures.sheet(head, foot, first)
    for number in range(pages):
        made.add_page()
        fixtures.write(made, f"Meeting {number * 7 + 2} is described here. {FILLER}")
    return bytes(made.output())


@pytest.mark.parametrize("foot", ["{}", "Page {} of 30", "- {} -", "Annual report 2024 | {}"])
def test_page_numbers_become_labels_and_leave_the_text(foot: str) -> None:
    document = pdf.read(book(5, foot=foot, first=12))
    assert [page.label for page in document.pages] == ["12", "13", "14", "15", "16"]
    assert all(len(page.blocks) == 1 for page in document.pages)
    assert foot.replace("{}", "#") in document.dropped[0]


def test_a_running_header_is_dropped_and_named() -> None:
    document = pdf.read(book(4, head="Toolkit for facilitators"))
    assert not any("Toolkit" in text for text in texts(document))
    assert document.dropped == ("Toolkit for facilitators (on 4 pages)",)
    assert {page.label for page in document.pages} == {None}


def test_the_labels_that_the_file_states_win() -> None:
    labels = [page.label for page in pdf.read(fixtures.labelled_pdf()).pages]
    assert labels == ["i", "ii", "1", "2", "3"]


def test_a_page_without_a_number_between_two_that_have_one() -> None:
    made = fixtures.sheet(foot="{}")
    for number in range(5):
        made.add_page()
        made.foot = "" if number == 2 else "{}"
        fixtures.write(made, f"Meeting {number * 7 + 2} is described here. {FILLER}")
    labels = [page.label for page in pdf.read(bytes(made.output())).pages]
    assert labels == ["1", "2", "3", "4", "5"]


def test_titles_with_running_numbers_are_no_furniture() -> None:
    made = fixtures.sheet()
    for number in range(1, 5):
        made.add_page()
        fixtures.write(made, f"Standard {number}", size=16, style="B")
        fixtures.write(made, f"Rule {number * 7} is described here. {FILLER}")
    found = blocks(pdf.read(bytes(made.output())))
    assert [block.text for block in found if block.level] == [f"Standard {n}" for n in range(1, 5)]


def test_numbers_of_tables_are_no_page_numbers() -> None:
    made = fixtures.sheet()
    for number in (4, 9, 2, 30):
        made.add_page()
        fixtures.write(made, f"Table {number}")
        fixtures.write(made, f"Row {number * 7} is described here. {FILLER}")
    document = pdf.read(bytes(made.output()))
    assert document.dropped == ()
    assert {page.label for page in document.pages} == {None}


# Lines, hyphens, paragraphs


def test_lines_become_paragraphs() -> None:
    made = fixtures.sheet()
    made.add_page()
    fixtures.write(made, " ".join([FILLER] * 4))
    fixtures.write(made, f"A second paragraph. {FILLER}")
    found = texts(pdf.read(bytes(made.output())))
    assert found == [" ".join([FILLER] * 4), f"A second paragraph. {FILLER}"]


def lines_pdf(*lines: str) -> bytes:
    drawn = "".join(
        f"BT /F1 10 Tf 1 0 0 1 60 {760 - 12 * row} Tm ({line}) Tj ET\n"
        for row, line in enumerate(lines)
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    return fixtures.raw_pdf(drawn.encode("cp1252"), font)


def test_words_cut_at_a_line_end_are_made_whole() -> None:
    (found,) = texts(
        pdf.read(
            lines_pdf(
                "Protection begins at home and in the village, where pro-",
                "tection is a duty of all; follow-up and awareness-rais-",
                "ing come later. A follow-",
                "up visit is made, and elders from Petit-",
                "Paradis come as well to speak about protection and awareness.",
            )
        )
    )
    assert "where protection is a duty" in found
    assert "A follow-up visit" in found
    assert "Petit-Paradis" in found
    assert "awareness-raising" in found


@pytest.mark.parametrize(
    ("lines", "document", "joined"),
    [
        (["a sus-", "tainable plan"], "sustainable work", "a sustainable plan"),
        (["a long-", "term plan"], "our long-term work", "a long-term plan"),
        (["front-", "line staff"], "in front of the line", "front-line staff"),
        (["non-", "Kenyan staff"], "", "non-Kenyan staff"),
        (["the 2022-", "2025 plan"], "", "the 2022-2025 plan"),
        (["com\u00ad", "munity"], "", "community"),
        (["he said -", "and left"], "", "he said - and left"),
    ],
)
def test_the_document_decides_about_hyphens(lines: list[str], document: str, joined: str) -> None:
    assert join(lines, words_of([document])) == joined


def test_a_document_that_divides_no_words_keeps_its_hyphens() -> None:
    assert join(["game-", "changing"], Words(divides=False)) == "game-changing"
    assert join(["game-", "changing"], Words(divides=True)) == "gamechanging"


def test_a_list_in_a_paragraphs_clothes() -> None:
    found = blocks(pdf.read(lines_pdf("They agreed on:", "• water,", "• food and", "fuel.")))
    assert [(block.text, block.item) for block in found] == [
        ("They agreed on:", False),
        ("water,", True),
        ("food and fuel.", True),
    ]


def test_a_dash_at_the_start_of_a_line_is_no_bullet() -> None:
    (found,) = texts(pdf.read(lines_pdf("It is no short project", "– it lasts for many years.")))
    assert found == "It is no short project – it lasts for many years."


# Columns, tables, order


def columns(by_row: bool) -> bytes:
    made = fixtures.sheet()
    made.add_page()
    fixtures.write(made, "Two ways to begin", size=18, style="B")
    made.set_font("Helvetica", size=10)
    rows = [(side, row) for row in range(8) for side in (0, 1)]
    for side, row in rows if by_row else sorted(rows):
        made.set_xy(10 + 100 * side, 40 + 5 * row)
        made.cell(90, 5, f"{('left', 'right')[side]} column has line {row} of some eight words")
    made.set_xy(10, 100)
    fixtures.write(made, FILLER)
    return bytes(made.output())


@pytest.mark.parametrize("by_row", [False, True], ids=["drawn by column", "drawn by row"])
def test_columns_are_read_one_after_the_other(by_row: bool) -> None:
    found = " ".join(texts(pdf.read(columns(by_row))))
    lines = [
        found.index(f"{side} column has line {row}")
        for side in ("left", "right")
        for row in range(8)
    ]
    assert lines == sorted(lines)
    assert found.startswith("Two ways to begin")
    assert found.endswith(FILLER)


def test_a_title_that_is_drawn_last_is_read_first() -> None:
    made = fixtures.sheet()
    made.add_page()
    made.set_y(60)
    fixtures.write(made, FILLER)
    made.set_y(20)
    fixtures.write(made, "Situation report", size=18, style="B")
    assert texts(pdf.read(bytes(made.output()))) == ["Situation report", FILLER]


def test_a_table_is_read_by_row_with_its_cells_apart() -> None:
    made = fixtures.sheet()
    made.add_page()
    made.set_font("Helvetica", size=10)
    for row in (("Donor", "Amount"), ("Sweden", "7,710"), ("Spain", "809")):
        made.cell(70, 7, row[0])
        made.cell(40, 7, row[1], new_x="LMARGIN", new_y="NEXT")
    found = texts(pdf.read(bytes(made.output())))
    assert found == ["Donor | Amount", "Sweden | 7,710", "Spain | 809"]


def test_headings_in_bold_of_the_size_of_the_text() -> None:
    made = fixtures.sheet()
    made.add_page()
    for title in ("First steps", "Next steps"):
        fixtures.write(made, title, style="B", gap=0)
        fixtures.write(made, FILLER)
    found = blocks(pdf.read(bytes(made.output())))
    assert [(block.text, block.level) for block in found] == [
        ("First steps", 1),
        (FILLER, 0),
        ("Next steps", 1),
        (FILLER, 0),
    ]


def test_a_footnotes_mark_is_no_digit_of_the_number() -> None:
    made = fixtures.sheet()
    made.add_page()
    made.set_font("Helvetica", size=10)
    made.write(5, "Contributions received in 2024")
    made.char_vpos = "SUP"
    made.write(5, "1")
    made.char_vpos = "LINE"
    made.write(5, f" are listed here. {FILLER}")
    assert texts(pdf.read(bytes(made.output())))[0].startswith(
        "Contributions received in 2024¹ are listed here."
    )


# Letters


@pytest.mark.parametrize(
    ("given", "known", "closed"),
    [
        ("C H I L D  P R O T E C T I O N", (), "CHILD PROTECTION"),
        ("C H I L D P R O T E C T I O N", ("child", "protection"), "CHILD PROTECTION"),
        ("C H I L D P R O T E C T I O N", (), "CHILDPROTECTION"),
        ("Chapter 1:  H E A L T H", (), "Chapter 1:  HEALTH"),
        ("a b or c", (), "a b or c"),
        ("vitamins A, B and C", (), "vitamins A, B and C"),
    ],
)
def test_letter_spaced_words_are_closed_up(given: str, known: tuple[str, ...], closed: str) -> None:
    assert unspace(given, known) == closed


def test_letter_spaced_headings_in_a_pdf() -> None:
    made = fixtures.sheet()
    made.add_page()
    made.set_char_spacing(6)
    fixtures.write(made, "CHILD PROTECTION", size=16)
    made.set_char_spacing(0)
    fixtures.write(made, "C H I L D   R I G H T S", size=16)
    fixtures.write(made, FILLER)
    assert texts(pdf.read(bytes(made.output()))) == ["CHILD PROTECTION", "CHILD RIGHTS", FILLER]


def test_letter_spaced_headings_elsewhere() -> None:
    page = f"<html><body><h1>C H I L D&nbsp; C A R E</h1><p>{FILLER}</p></body></html>"
    assert texts(html.read(page.encode()))[0] == "CHILD CARE"
    assert texts(markdown.read(b"# C H I L D  C A R E\n"))[0] == "CHILD CARE"
    assert texts(text.read(b"S A F E T Y\n\nsafety comes first\n"))[0] == "SAFETY"


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("e\ufb03cient \ufb02ow", "efficient flow"),
        ("com\u00admu\u200bnity", "community"),
        ("60\u00a0m\u00b3 of\u2009water", "60 m³ of water"),
        ("co\u2010operation", "co-operation"),
        ("e\u0301cole", "école"),
        ("a\x00b\x07c\ufeff", "abc"),
        ("\uf0b7 first", "• first"),
        ("tab\tand  blanks ", "tab and blanks"),
    ],
)
def test_unseen_and_compatibility_signs(given: str, cleaned: str) -> None:
    assert clean(given) == cleaned


# Arabic


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        ("حقوق اإلنسان", "حقوق الإنسان"),  # lam-alef taken apart the wrong way round
        ("واألطفال في اآلونة", "والأطفال في الآونة"),
        ("االجتماعية", "الاجتماعية"),
        ("ﺣﻤﺎﻳﺔ ﺍﻷﻃﻔﺎﻝ", "حماية الأطفال"),  # presentation forms
        ("ﻝﺎﻔﻃﻷﺍ ﺔﻳﺎﻤﺣ", "حماية الأطفال"),  # the same in visual order
        ("لافطلأا ةيامح", "حماية الأطفال"),  # plain letters in visual order
        ("1989 ماعل (12) ةداملا", "المادة (12) لعام 1989"),
        ("حماية الأطفال", "حماية الأطفال"),
        ("إلا أولا مثلا", "إلا أولا مثلا"),  # ends in alef-lam the other way: not visual
        ("المادة 12 من UNICEF", "المادة 12 من UNICEF"),
    ],
)
def test_arabic_is_brought_into_reading_order(given: str, mended: str) -> None:
    assert clean(given) == mended


def test_arabic_from_a_pdf_end_to_end() -> None:
    lines = [
        "حماية الأطفال في المجتمعات المحلية",
        "لكل طفل الحق في التعليم والإعلام والاجتماع",
        "المادة 12 من اتفاقية حقوق الطفل لعام 1989",
        "لا يجوز الإضرار بالأطفال في أي حال",
    ]
    (found,) = texts(pdf.read(fixtures.arabic_pdf(lines)))
    assert found == " ".join(lines)


def test_what_is_arabic() -> None:
    assert is_arabic("المادة 12 (UNICEF)")
    assert not is_arabic("Article 12 of the Convention (المادة)")
    assert not is_arabic("12 – 34")


# Web pages and other formats


def test_adverts_and_counts_around_a_page_are_dropped_and_lists_kept() -> None:
    items = "".join(f"<li>{FILLER} {n}</li>" for n in range(3))
    ads = "".join(f"<div class='ad'><a href='/{n}'>Buy this now {n}</a></div>" for n in range(9))
    page = (
        f"<html><body><div>{ads}</div><article><h1>What we learned</h1><p>{FILLER} {FILLER}</p>"
        f"<p>It takes:</p><ul>{items}</ul></article><div>Viewed 12 times</div></body></html>"
    )
    found = blocks(html.read(page.encode()))
    assert found[0] == Block(text="What we learned", level=1)
    assert sum(block.item for block in found) == 3
    assert not any("Buy this" in block.text or "Viewed" in block.text for block in found)


def test_words_of_neighbouring_elements_are_not_glued() -> None:
    inner = "<div>Five years on<div>What changed</div></div><p>one<br>two <b>th</b>ree</p>"
    page = f"<html><body>{inner}</body></html>"
    assert texts(html.read(page.encode())) == ["Five years on", "What changed", "one", "two three"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("Niños y niñas".encode("cp1252"), "Niños y niñas"),
        ("Niños y niñas".encode(), "Niños y niñas"),
        ("Niños y niñas".encode("utf-8-sig"), "Niños y niñas"),
        ("Niños y niñas".encode("utf-16"), "Niños y niñas"),
        ("Niños y niñas".encode("utf-16-le"), "Niños y niñas"),
        ("Children’s “rights”".encode("cp1252"), "Children’s “rights”"),
    ],
)
def test_encodings(data: bytes, found: str) -> None:
    assert texts(text.read(data)) == [found]


def test_the_encoding_that_a_page_declares() -> None:
    head = "<head><meta charset='windows-1256'></head>"
    page = f"<html>{head}<body><p>{'حماية الأطفال ' * 9}</p></body></html>"
    assert "حماية الأطفال" in texts(html.read(page.encode("cp1256")))[0]


def test_markdown_that_was_made_by_programs() -> None:
    source = (
        "# Policy\n\n**Guiding Principles **\n\nSee [the Act](http://x.org) and `this`.\n\n"
        "<table><tr><td><b>CRC</b></td><td>Convention</td></tr></table>\n\n"
        "They shall:\na. listen;\nb. act.\n"
    )
    found = [
        (block.text, block.level, block.item) for block in blocks(markdown.read(source.encode()))
    ]
    assert found == [
        ("Policy", 1, False),
        ("Guiding Principles", 2, False),
        ("See the Act and this.", 0, False),
        ("CRC | Convention", 0, False),
        ("They shall:", 0, False),
        ("a. listen;", 0, True),
        ("b. act.", 0, True),
    ]


def test_word_files_with_tracked_changes_and_controls() -> None:
    from docx import Document as Word
    from docx.oxml import parse_xml

    made = Word()
    name = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    made.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {name}><w:sdtContent><w:p><w:r><w:t>Children </w:t></w:r><w:del><w:r>"
            "<w:delText>must</w:delText></w:r></w:del><w:ins><w:r><w:t>may speak</w:t></w:r>"
            "</w:ins></w:p></w:sdtContent></w:sdt>"
        ),
    )
    assert texts(docx.read(fixtures.saved(made))) == ["Children may speak"]
