"""The questions that a workshop begins with: chosen where its trainer gives none, and tried."""

from collections.abc import Iterable, Sequence

import numpy as np

from bot.asking import answer
from bot.phrases import Say, speak
from bot.workshops.workshop import QUESTIONS
from index.opened import Opened


def unanswered(questions: Iterable[str], language: str, opened: Opened) -> tuple[str, ...]:
    """Those of the questions that this library does not answer."""
    return tuple(one for one in questions if not answer(opened, one, language).answered)


def starters(topic: str, language: str, opened: Opened) -> tuple[str, ...]:
    """Up to QUESTIONS questions in the language that this library answers, nearest to the topic."""
    near = _nearest(topic, offered(speak(language)), language, opened)
    chosen: list[str] = []
    for question in near:  # 20 ms each
        if len(chosen) == QUESTIONS:
            break
        chosen += [question] if answer(opened, question, language).answered else []
    return tuple(chosen)


def _nearest(topic: str, questions: Sequence[str], language: str, opened: Opened) -> list[str]:
    if not topic:
        return list(questions)
    embed = opened.embedder.embed_question
    aim = embed(topic, language)
    near = [float(np.dot(embed(question, language), aim)) for question in questions]
    return [questions[at] for at in np.argsort(near)[::-1]]


def offered(say: Say) -> tuple[str, ...]:
    """What there is to choose from, the most general first."""
    return (
        say("What is the difference between community-based and community-led child protection?"),
        say("How do communities choose which harm to children to address first?"),
        say("How do we choose a good facilitator?"),
        say("How can communities link with formal services?"),
        say("How can children take part in protecting children?"),
        say("Why do child protection committees often not last?"),
        say("What does a facilitator do, and what not?"),
        say("Why does work that communities own last longer?"),
        say("How can volunteers help in case management?"),
        say("What helps families to keep children in school?"),
        say("How can communities prevent child marriage?"),
        say("How do we protect children in an emergency together with the community?"),
    )
