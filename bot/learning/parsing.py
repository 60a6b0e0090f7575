"""From a Markdown file to a path. The form is strict, so that a slip is told by its line.

    # Title
    One paragraph: what the path is about.

    ## Title of a step
    Paragraphs; **bold** and *italic* words.

    > Words of the library.
    > — S033

    More paragraphs.

    ### A question?
    - [x] Right answer: what is said to it
    - [ ] Wrong answer: what is said to it

Read with markdown-it-py, the CommonMark reader that the library's own documents are read with.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.learning.path import BadPath, Choice, Fault, LearningPath, Quoted, Step
from bot.messages import Line, Span, Style
from bot.phrases import languages

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

LARGEST = 20_000  # bytes of a file
STEPS = range(2, 13)
CHOICES = range(2, 5)
TITLE = 60  # characters
LABEL = 20  # characters of an answer: WhatsApp's buttons take no more
NAME = re.compile(r"(?P<id>[a-z][a-z0-9-]{1,29})(?:\.(?P<language>[a-z]{2}))?\.md")
_LEVELS = {"h1": "title", "h2": "step", "h3": "question"}
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC}
_DASHES = ("—", "--")  # before a quote's source
_MARKS = ("[ ] ", "[x] ", "[X] ")
_ADDRESS = re.compile(r"https?:|www\.|@\w", re.IGNORECASE)
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff]")

Wrong = Callable[[int, str], None]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A step as far as it is read."""

    title: str
    line: int
    before: list[Line] = field(default_factory=list)
    quoted: Quoted | None = None
    after: list[Line] = field(default_factory=list)
    question: str = ""
    choices: tuple[Choice, ...] | None = None


def named(name: str) -> tuple[str, str]:
    """The id and the language that a file's name tells. Raises BadPath."""
    found = NAME.fullmatch(name)
    if found is None:
        why = "name the file like listening.md or listening.sw.md: small letters, digits, hyphens"
        raise BadPath(name, [Fault(line=1, why=why)])
    language = found["language"] or "en"
    if language not in languages():
        why = f"“{language}” is no language of the assistant: {', '.join(languages())}"
        raise BadPath(name, [Fault(line=1, why=why)])
    return found["id"], language


def parse(name: str, data: bytes) -> LearningPath:
    """The path in a file; `name` is the file's own. Raises BadPath with every fault."""
    from markdown_it import MarkdownIt  # by who takes or checks a path, not at every start
    from markdown_it.tree import SyntaxTreeNode

    id, language = named(name)
    faults: list[Fault] = []

    def wrong(line: int, why: str) -> None:
        faults.append(Fault(line=line, why=why))

    text = _text(data, wrong)
    reader = _Reader(wrong)
    if text is not None and not faults:
        environment: dict[str, dict[str, dict[str, list[int]]]] = {}
        tree = SyntaxTreeNode(MarkdownIt("commonmark").parse(text, environment))
        for hidden in environment.get("references", {}).values():
            wrong(hidden["map"][0] + 1, "a link cannot stand here; quote a source, it is linked")
        for node in tree.children:
            reader.block(node)
        reader.end()
    if faults:
        raise BadPath(name, faults)
    steps = tuple(_step(draft) for draft in reader.steps)
    return LearningPath(
        id=id, language=language, title=reader.title, about=reader.about, steps=steps
    )


def _text(data: bytes, wrong: Wrong) -> str | None:
    if len(data) > LARGEST:
        wrong(1, f"the file has more than {LARGEST} bytes; shorten it")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong(data[: error.start].count(b"\n") + 1, "this is no UTF-8; save the file as UTF-8")
        return None
    text = re.sub(r"\r\n?", "\n", text)
    for number, line in enumerate(text.split("\n"), 1):
        if hidden := _HIDDEN.search(line):
            wrong(number, f"holds a sign that nobody sees (U+{ord(hidden[0]):04X}); take it out")
    return text


def _step(draft: _Draft) -> Step:
    assert draft.quoted is not None  # else `end` has named it
    return Step(
        title=draft.title, before=tuple(draft.before), quoted=draft.quoted, line=draft.line,
        after=tuple(draft.after), question=draft.question, choices=draft.choices or (),
    )  # fmt: skip


class _Reader:
    """Takes the blocks of a file one by one, in their order."""

    def __init__(self, wrong: Wrong) -> None:
        self.title, self.about, self._wrong = "", "", wrong
        self.steps: list[_Draft] = []
        self._open: _Draft | None = None

    def block(self, node: "SyntaxTreeNode") -> None:
        """Take the next one."""
        kind = _LEVELS.get(node.tag, "") if node.type == "heading" else node.type
        line = _line(node)
        match kind:
            case "title":
                self._titled(node, line)
            case "step":
                self._finish()
                self._open = _Draft(title=self._plain(node, line, TITLE), line=line)
                self.steps.append(self._open)
            case "question":
                self._asked(node, line)
            case "paragraph":
                self._said(node, line)
            case "blockquote":
                self._quoted(node, line)
            case "bullet_list":
                self._chosen(node, line)
            case _:
                self._wrong(line, _STRAY)

    def end(self) -> None:
        """There is nothing more."""
        self._finish()
        if not self.title:
            self._wrong(1, "begin the file with its title: # Title")
        if not self.about:
            self._wrong(1, "say in one paragraph under the title what the path is about")
        if len(self.steps) not in STEPS:
            self._wrong(
                1, f"has {len(self.steps)} steps (##); a path has {STEPS[0]} to {STEPS[-1]}"
            )

    def _finish(self) -> None:
        """Tell what the step that ends here lacks."""
        if (step := self._open) is None:
            return
        if step.quoted is None:
            self._wrong(step.line, "this step needs a quote: lines with >, the last one > — S033")
        if not step.question:
            self._wrong(step.line, "this step needs a question at its end: ### …?")
        elif step.choices is None:
            self._wrong(step.line, "the question of this step needs its answers: - [x] …: …")

    def _titled(self, node: "SyntaxTreeNode", line: int) -> None:
        if self.title or self._open:
            self._wrong(line, "a path has one title (#); a step begins with ##")
        self.title = self._plain(node, line, TITLE)

    def _asked(self, node: "SyntaxTreeNode", line: int) -> None:
        if self._open is None or self._open.question:
            self._wrong(line, "a question (###) stands once, at the end of a step (##)")
            return
        self._open.question = self._plain(node, line, 2 * TITLE)

    def _said(self, node: "SyntaxTreeNode", line: int) -> None:
        step = self._open
        if step is None and (self.about or not self.title):
            self._wrong(line, "one paragraph stands under the title; then steps begin with ##")
        elif step is None:
            self.about = self._plain(node, line)
        elif step.question:
            self._wrong(line, "after a question only its answers stand: - [x] …: …")
        else:
            spans = Line(tuple(self._spans(node, line)))
            (step.after if step.quoted else step.before).append(spans)

    def _quoted(self, node: "SyntaxTreeNode", line: int) -> None:
        if self._open is None or self._open.quoted or self._open.question:
            self._wrong(line, "a quote (>) stands once in a step, before its question")
            return
        for one in node.children:
            if one.type != "paragraph":
                self._wrong(_line(one), _STRAY)
        # an address is the source's own, and is shown as words
        words = " ".join(self._plain(one, _line(one), address=True) for one in node.children)
        said, dash, source = (*[""] * 3, *words.rsplit(maxsplit=2))[-3:]
        if dash not in _DASHES:
            self._wrong(line, "say whose words these are: the quote's last line is > — S033")
        elif not said:
            self._wrong(line, "this quote has no words; copy them from the library")
        self._open.quoted = Quoted(source=source, words=said, line=line)

    def _chosen(self, node: "SyntaxTreeNode", line: int) -> None:
        step = self._open
        if step is None or not step.question or step.choices is not None:
            self._wrong(line, "a list stands once in a step, as the answers to its question (###)")
            return
        step.choices = tuple(self._choices(node.children))
        labels = [choice.label.casefold() for choice in step.choices]
        if len(node.children) not in CHOICES:
            self._wrong(line, f"give {CHOICES[0]} to {CHOICES[-1]} answers")
        if sum(choice.right for choice in step.choices) != 1 and len(labels) == len(node.children):
            self._wrong(line, "mark one answer as right: - [x]")
        if len(set(labels)) < len(labels):
            self._wrong(line, "two answers are the same")

    def _choices(self, items: "Sequence[SyntaxTreeNode]") -> Iterator[Choice]:
        for item in items:
            line = _line(item)
            whole = len(item.children) == 1 and item.children[0].type == "paragraph"
            text = self._plain(item.children[0], line) if whole else ""
            label, _, feedback = (part.strip() for part in text[4:].partition(":"))
            if text[:4] not in _MARKS or not (label and feedback):
                self._wrong(line, "write an answer as: - [x] Answer: what is said to it")
                continue
            if len(label) > LABEL:
                self._wrong(line, f"“{label}” has {len(label)} characters; a button has {LABEL}")
            yield Choice(label=label, right=text[:4] != _MARKS[0], feedback=feedback)

    def _plain(
        self, node: "SyntaxTreeNode", line: int, most: int = LARGEST, *, address: bool = False
    ) -> str:
        """The words of a block, `most` characters of them."""
        text = "".join(span.text for span in self._spans(node, line, address=address)).strip()
        if not text:
            self._wrong(line, "there are no words here")
        if len(text) > most:
            self._wrong(line, f"has {len(text)} characters; {most} fit, so shorten it")
        return text

    def _spans(self, node: "SyntaxTreeNode", line: int, *, address: bool = False) -> Iterator[Span]:
        inline = node.children[0].children if node.children else []
        for one in inline:
            inner = one.children[0] if len(one.children) == 1 else one
            text = " " if one.type == "softbreak" else inner.content
            if one.type not in ("text", "softbreak") and not (
                one.type in _STYLES and inner.type == "text"
            ):
                self._wrong(line, f"only words stand here, bold or italic at most: no {one.type}")
            elif not address and _ADDRESS.search(text):
                self._wrong(line, "no addresses stand here; quote a source, it is linked")
            yield Span(text, _STYLES.get(one.type, Style.PLAIN))


_STRAY = "only titles (#, ##, ###), paragraphs, one quote (>) and answers (-) stand in a path"


def _line(node: "SyntaxTreeNode") -> int:
    return node.map[0] + 1 if node.map else 1
