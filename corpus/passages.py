"""Splitting a document into passages: what is searched, and what answers quote from."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from corpus.document import Block, Document, Page, Passage
from corpus.sentences import sentences

# Names the rules below. The index stores it: other rules make other passages.
RULES = "words-80-180/2"

_ENOUGH = 80  # words: a passage as long as this ends at the next paragraph
_MOST = 180  # words: no passage is longer
_PIECE = 150  # words: what the parts of a longer paragraph have at most, on average
_SECTION = 40  # words: a section as long as this stands alone
_LEAST = 4  # words: less than this is no passage
_ID_LENGTH = 11  # characters of base64: 66 bits

Path = tuple[Block, ...]  # headings, outermost first


def split(document: Document, source: str, language: str) -> list[Passage]:
    """Return the passages of a document in order, of about 80 to 180 words each. Pure.

    A passage lies on one page. Each line of its text is a block of the page or, of a paragraph
    of more than 180 words, some sentences. `headings` is the path to its first line, carried
    over from page to page. A passage ends

    * before a heading; only sections of less than 40 words under one parent are put together:
      their headings then stand in the text, and `headings` is the path to the parent,
    * at the first paragraph after 80 words, and before any line that would take it past 180,
    * but not between a list and the line that leads into it ("... include:").

    Less than 4 words, such as a lone label in a drawing, make no passage. `id` is the beginning
    of the SHA-256 of the source, the page's place in the document, the text, and the number of
    the repeat where a page has one text more than once: it changes only when these do.
    """
    path: Path = ()
    found: list[Passage] = []
    pages = document.pages
    for ordinal, page in enumerate(pages):
        after = next((later.blocks for later in pages[ordinal + 1 :] if later.blocks), ())
        drafting = _Drafting(path=path, language=language, before=path)
        for is_heading, run in groupby(page.blocks, key=lambda block: block.level > 0):
            if is_heading:
                drafting.enter(run)
            else:
                drafting.add(list(run))
        drafts = drafting.finish(after)
        path = drafting.path
        found += _passages(drafts, page, ordinal, source, language)
    return found


def _passages(
    drafts: Sequence["_Draft"], page: Page, ordinal: int, source: str, language: str
) -> Iterator[Passage]:
    seen: Counter[str] = Counter()
    for draft in drafts:
        text = "\n".join(draft.lines)
        seen[text] += 1
        yield Passage(
            id=_id(source, ordinal, text, seen[text]),
            source=source,
            page=page.number,
            label=page.label,
            headings=tuple(heading.text for heading in draft.path),
            language=language,
            text=text,
        )


def _id(source: str, ordinal: int, text: str, repeat: int) -> str:
    parts = [source, str(ordinal), text, *([str(repeat)] if repeat > 1 else [])]
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return base64.urlsafe_b64encode(digest)[:_ID_LENGTH].decode()


@dataclass(slots=True)
class _Draft:
    """A passage in the making."""

    path: Path
    lead: Path = ()  # the headings straight before it, on its own page
    opening: Path = ()  # those of them that are its first lines
    lines: list[str] = field(default_factory=list)
    items: bool = False  # whether its last line is a list item

    @property
    def words(self) -> int:
        return sum(len(line.split()) for line in self.lines)


@dataclass(slots=True)
class _Drafting:
    """The work on one page: blocks go in, drafts come out."""

    path: Path
    language: str
    before: Path = ()  # the path at the last line before the page
    drafts: list[_Draft] = field(default_factory=list)
    headings: list[Block] = field(default_factory=list)  # since the last line of text

    def enter(self, headings: Iterable[Block]) -> None:
        """Take the headings before a stretch of text."""
        for heading in headings:
            self.path = (*_above(self.path, heading.level), heading)
            self.headings.append(heading)

    def add(self, section: Sequence[Block]) -> None:
        """Take all the text up to the next heading."""
        tiny = sum(_count(block.text) for block in section) < _SECTION
        for block in section:
            for piece in _pieces(block.text, self.language):
                if self.headings:
                    self._open_section(piece, block.item, tiny)
                else:
                    self._go_on(piece, block.item)

    def finish(self, after: Sequence[Block]) -> list[_Draft]:
        """Return the drafts of the page. Last headings go on, if the page `after` is of them."""
        left = [heading for heading in self.headings if not _goes_on(heading, self.path, after)]
        if left and not self.drafts:
            self.drafts.append(_Draft(path=_above(self.before, left[0].level)))
        for heading in left:
            if self.drafts[-1].words + _count(heading.text) <= _MOST:
                self.drafts[-1].lines.append(heading.text)
            else:
                self.drafts.append(_Draft(path=self.path[:-1], lines=[heading.text]))
        self._take_up_tail()
        return [draft for draft in self.drafts if draft.words >= _LEAST]

    def _open_section(self, piece: str, item: bool, tiny: bool) -> None:
        """Add the first text after headings: with the short section before it, or on its own."""
        headings, self.headings = self.headings, []
        before = self.drafts[-1] if self.drafts else None
        shared = _shared(before.path, self.path) if before else ()
        outer = before.path[len(shared) :] if before else ()
        opening = _in_order(before, outer) if before else ()
        lines = [
            *(heading.text for heading in opening),
            *(before.lines[len(before.opening) :] if before else ()),
            *(heading.text for heading in headings if heading not in shared),
            piece,
        ]
        tiny = tiny and sum(map(_count, lines)) <= _MOST
        if before and tiny and before.words < _SECTION and _is_sibling(before, outer, headings):
            before.path, before.opening, before.lines, before.items = shared, opening, lines, item
            return
        self._open_alone(headings, piece, item)

    def _open_alone(self, headings: Sequence[Block], piece: str, item: bool) -> None:
        """Begin a draft; headings that are not in its path, as others came after, are its lines."""
        lost = tuple(heading for heading in headings if heading not in self.path)
        texts = [heading.text for heading in lost]
        if lost and sum(map(_count, [*texts, piece])) > _MOST:
            self.drafts.append(_Draft(path=self.path[:-1], lines=texts))
            lost, texts = (), []
        self.drafts.append(
            _Draft(
                path=self.path,
                lead=tuple(headings),
                opening=lost,
                lines=[*texts, piece],
                items=item,
            )
        )

    def _go_on(self, piece: str, item: bool) -> None:
        """More text of the same section."""
        draft = self.drafts[-1] if self.drafts else None
        if draft is None:
            self.drafts.append(_Draft(path=self.path, lines=[piece], items=item))
            return
        leads_in = draft.lines[-1].rstrip().endswith((":", "："))
        room = draft.words + _count(piece) <= _MOST
        if room and (draft.words < _ENOUGH or item or leads_in):
            draft.lines.append(piece)
            draft.items = item
            return
        lines = [piece]
        lead_fits = _count(draft.lines[-1]) + _count(piece) <= _MOST
        if leads_in and not draft.items and len(draft.lines) > 1 and lead_fits:
            lines = [draft.lines.pop(), piece]
        self.drafts.append(_Draft(path=self.path, lines=lines, items=item))

    def _take_up_tail(self) -> None:
        """Put a short end of a section to what is before it."""
        kept: list[_Draft] = []
        for draft in self.drafts:
            before = kept[-1] if kept else None
            short = draft.words < _SECTION and not draft.lead
            if (
                before
                and short
                and before.path == draft.path
                and before.words + draft.words <= _MOST
            ):
                before.lines += draft.lines
            else:
                kept.append(draft)
        self.drafts = kept


def _above(path: Path, level: int) -> Path:
    return tuple(heading for heading in path if heading.level < level)


def _shared(one: Path, other: Path) -> Path:
    count = 0
    while count < min(len(one), len(other)) and one[count] is other[count]:
        count += 1
    return one[:count]


def _in_order(before: _Draft, outer: Path) -> Path:
    """The headings that open a draft's text once those of `outer` do, too, as they stand."""
    shown = {id(heading) for heading in (*before.opening, *outer)}
    return tuple(heading for heading in before.lead if id(heading) in shown)


def _is_sibling(before: _Draft, outer: Path, headings: Sequence[Block]) -> bool:
    """Whether new headings open a section beside or below that of a draft.

    The headings that the draft would give up for the parent's must be on its page: they become
    lines of its text.
    """
    depth = before.path[-1].level if before.path else 0
    return headings[0].level >= depth and all(
        any(heading is lead for lead in before.lead) for heading in outer
    )


def _goes_on(heading: Block, path: Path, after: Sequence[Block]) -> bool:
    """Whether a heading at the end of a page has text on the page after."""
    if not any(heading is step for step in path):
        return False
    within = list(takewhile(lambda block: not 0 < block.level <= heading.level, after))
    only_headings = bool(after) and len(within) == len(after)  # a page later may have the text
    return only_headings or any(block.level == 0 for block in within)


def _pieces(text: str, language: str) -> list[str]:
    """Return a paragraph, or the parts of one too long for a passage, of about equal length."""
    total = _count(text)
    if total <= _MOST:
        return [text]
    target = total / -(-total // _PIECE)
    pieces: list[list[str]] = [[]]
    for sentence in (part for whole in sentences(text, language) for part in _clauses(whole)):
        now = sum(map(_count, pieces[-1]))
        if pieces[-1] and (now >= target or now + _count(sentence) > _MOST):
            pieces.append([])
        pieces[-1].append(sentence)
    if len(pieces) > 1 and len(pieces[-2]) > 1 and sum(map(_count, pieces[-1])) < _LEAST:
        pieces[-1].insert(0, pieces[-2].pop())
    return [" ".join(piece) for piece in pieces]


def _clauses(sentence: str) -> list[str]:
    """Return a sentence, or its clauses if it is too long for a passage, or else its words."""
    if _count(sentence) <= _MOST:
        return [sentence]
    parts = re.split(r"(?<=[;:؛])\s+", sentence)
    if len(parts) == 1:
        parts = re.split(r"(?<=[,،])\s+", sentence)
    if len(parts) == 1:
        words = sentence.split()
        return [" ".join(words[at : at + _PIECE]) for at in range(0, len(words), _PIECE)]
    return [clause for part in parts for clause in _clauses(part)]


def _count(text: str) -> int:
    return len(text.split())
