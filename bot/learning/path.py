"""What a learning path is, and where somebody stands in one."""

from dataclasses import dataclass

from bot.messages import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of the library that a step builds on. Nothing is sure of them until they are found."""

    source: str  # the Source's id
    words: str
    line: int  # in the file, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a step's question."""

    label: str
    right: bool
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is read in one message: a quote, words around it, a question with its choices."""

    title: str
    before: tuple[Line, ...]  # the paragraphs above the quote
    quoted: Quoted
    after: tuple[Line, ...]
    question: str
    choices: tuple[Choice, ...]
    line: int  # in the file, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPath:
    """A path as its file tells it."""

    id: str  # "listening", the same in each language
    language: str  # of its texts, ISO 639-1
    title: str
    about: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody stands: all that is kept of their learning."""

    path: str  # "sw:listening": the path, and the language that it is taken in
    step: int  # the one to read next, from 1
    due: float = 0.0  # when they want to be reminded, in seconds since 1970; 0: never
    token: str = ""  # what the reminder can be sent under; "": it waits until they write


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a path, and where in its file."""

    line: int  # from 1
    why: str


FAULTS = 20  # told at a time


def told(faults: list[Fault]) -> list[Fault]:
    """The first of them, line by line."""
    return sorted(faults, key=lambda fault: fault.line)[:FAULTS]


class BadPath(Exception):
    """A path that cannot be used. The text has one line a fault: the file, the line, what to do."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        """`faults`: one at least."""
        self.faults = told(faults)
        super().__init__("\n".join(f"{name}:{one.line}: {one.why}" for one in self.faults))
