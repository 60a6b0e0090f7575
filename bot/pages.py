"""A page as it was printed: seen as a picture, or kept as a small PDF where the licence allows."""

import re
import threading
from dataclasses import replace
from pathlib import Path

from bot import cards
from bot.links import citation
from bot.logs import fault, logger
from bot.messages import Answer, Attachment, Button, Citation, Reply
from bot.phrases import languages, speak
from bot.replies import notice, plain
from corpus import onepage
from corpus.document import Passage
from corpus.library import Library
from corpus.onepage import NoPage
from corpus.originals import Originals
from corpus.source import Source

SEE, KEEP = "page", "pdf"  # the buttons' names: "page:en:7tq0mXk2a1b"
CAPTION = 200  # characters of an Attachment's caption
AT_ONCE = 2  # pages drawn at a time, so that a crowd of readers does not fill the memory
# Licences that let anybody pass on a part. "Open access" alone says nothing of passing on.
_OPEN = re.compile(r"(?:cc0|cc[ -]by|creative commons|public domain|un open)\b", re.IGNORECASE)

log = logger(__name__)
_turn = threading.BoundedSemaphore(AT_ONCE)


def may_share(licence: str) -> bool:
    """Whether a page may be passed on as a file: only where the licence begins by saying so."""
    return _OPEN.match(licence.strip()) is not None


class Pages:
    """Pages of the PDF files that are held."""

    def __init__(self, originals: Originals) -> None:
        """`originals` holds the files."""
        self._originals = originals

    def marked(self, answer: Answer, library: Library) -> Answer:
        """The answer with the sizes of the PDFs that its links open, and with a page to see."""
        return replace(
            answer,
            sources=tuple(self._sized(citation, library) for citation in answer.sources),
            nearest=tuple(self._sized(citation, library) for citation in answer.nearest),
            page=next(
                (
                    quote.passage
                    for quote in answer.quotes
                    if quote.page is not None and self._file(quote.passage, library)
                ),
                "",
            ),
        )

    def show(self, name: str, data: str, library: Library) -> Reply:
        """What stands behind a button `name`; `data` is a language and a passage's id: "en:id"."""
        language, _, id = data.partition(":")
        language = language if language in languages() else "en"
        try:
            passage = library.passage(id)
            source = library.source(passage.source)
        except KeyError:  # gone from the library, and its pages with it
            return notice(language, cards.GONE)
        shown = self._sized(citation(source, passage), library)
        file = self._file(id, library)
        if file is None or passage.page is None:
            return _not_here(shown, language)
        if name == SEE:
            return self._picture(file, passage, source, shown, language)
        return self._part(file, passage, source, shown, language)

    def _picture(
        self, file: Path, passage: Passage, source: Source, shown: Citation, language: str
    ) -> Reply:
        made = _attachment(onepage.picture, file, passage, source, language)
        if made is None:
            return _not_here(shown, language)
        say, lines, buttons = speak(language), [cards.source_line("", shown, language)], []
        if may_share(source.licence):
            data = f"{KEEP}:{language}:{passage.id}"
            buttons.append(Button(label=say("This page as PDF"), data=data))
        else:
            lines.append(plain(say("Its licence does not let me send the page as a PDF.")))
        return Reply(language=language, lines=tuple(lines), buttons=tuple(buttons), attachment=made)

    def _part(
        self, file: Path, passage: Passage, source: Source, shown: Citation, language: str
    ) -> Reply:
        made = None
        if may_share(source.licence):  # asked again: the button may be older than the licence
            made = _attachment(onepage.alone, file, passage, source, language)
        if made is None:
            return _not_here(shown, language)
        line = cards.source_line("", shown, language)
        return Reply(language=language, lines=(line,), attachment=made)

    def _file(self, passage: str, library: Library) -> Path | None:
        return self._originals.find(library.file_of(passage))

    def _sized(self, citation: Citation, library: Library) -> Citation:
        """With the size of what its link opens, where that is the one PDF held of its source."""
        files = library.files_of(citation.source) if citation.kind == "PDF" else set()
        path = self._originals.find(files.pop()) if len(files) == 1 else None
        return replace(citation, bytes=path.stat().st_size) if path else citation


def _attachment(
    make: onepage.Make, file: Path, passage: Passage, source: Source, language: str
) -> Attachment | None:
    """The page as a file; None where it cannot be made, which the log tells."""
    assert passage.page is not None
    try:
        with _turn:
            data = make(file, file.stem, passage.page)
    except (NoPage, OSError) as error:
        log.warning("a page was not shown", source=source.id, page=passage.page, **fault(error))
        return None
    kind = "image/jpeg" if make is onepage.picture else "application/pdf"
    ending = "jpg" if make is onepage.picture else "pdf"
    stem = re.sub(r"[^A-Za-z0-9]+", "-", source.id).strip("-") or "source"
    return Attachment(
        name=f"{stem}-p{passage.page}.{ending}",
        media_type=kind,
        data=data,
        caption=_caption(source, passage, language),
    )


def _caption(source: Source, passage: Passage, language: str) -> str:
    """The title, the page and the licence; of these the title is shortened."""
    say = speak(language)
    assert passage.page is not None
    where = cards.page_name(passage.page, passage.label, say)
    rest = f"{say(', ')}{where}. {cards.licence(source, say)}"
    room = max(20, CAPTION - len(rest))
    title = source.title if len(source.title) <= room else source.title[: room - 1].rstrip() + "…"
    return (title + rest)[:CAPTION]


def _not_here(shown: Citation, language: str) -> Reply:
    say = speak(language)
    said = plain(say("I cannot send this page here. Please open the source:"))
    return Reply(language=language, lines=(said, cards.source_line("", shown, language)))
