"""One answering process, as a channel has it, measured from inside: a line of JSON a phase.

python -m scripts.benching.answering DATA QUESTIONS PEOPLE SECONDS THINK

The first line comes with the first answer: whoever started the process knows how long that took.
"""

import asyncio
import random
import sys
import time
from pathlib import Path

from bot import app
from bot.assistant import Assistant
from bot.messages import Question
from bot.settings import Settings
from scripts.benching import hub
from scripts.benching.hub import Asked
from scripts.benching.peers.peer import resident, say

HEAVY = ("torch", "transformers", "sentence_transformers")  # what an answer must not need


def one(assistant: Assistant, questions: list[Asked]) -> list[float]:
    """Seconds of each answer where one person asks, one question after the other."""
    return [seconds(assistant, question) for question in questions]


def seconds(assistant: Assistant, question: Asked) -> float:
    """How long one answer takes."""
    began = time.perf_counter()
    assistant.reply(Question(text=question.text, language=question.language))
    return time.perf_counter() - began


async def many(
    assistant: Assistant, questions: list[Asked], people: int, lasting: float, think: float
) -> list[float]:
    """Seconds of each answer where `people` ask at once, each thinking `think` s in between."""
    waits: list[float] = []
    until = time.monotonic() + lasting

    async def person(number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(think * chance.random())
        while time.monotonic() < until:
            question, began = chance.choice(questions), time.perf_counter()
            asked = Question(text=question.text, language=question.language)
            await assistant.respond(asked)
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(think * chance.uniform(0.5, 1.5))

    await asyncio.gather(*(person(number) for number in range(people)))
    return waits


def main() -> None:
    """All phases."""
    data, count, people, lasting, think = sys.argv[1:]
    questions = hub.asked(int(count))
    assistant = app.open_assistant(Settings(exchange_data=Path(data)))
    seconds(assistant, questions[0])
    say(phase="first", resident=resident())
    cpu, waits = time.process_time(), one(assistant, questions)
    say(phase="one", waits=waits, cpu=(time.process_time() - cpu) / len(waits))
    for phase, pause in (("crowd", float(think)), ("throughput", 0.0)):
        cpu, began = time.process_time(), time.monotonic()
        waits = asyncio.run(many(assistant, questions, int(people), float(lasting), pause))
        took = time.monotonic() - began
        say(phase=phase, waits=waits, seconds=took, cores=(time.process_time() - cpu) / took)
    heavy = [name for name in HEAVY if name in sys.modules]
    say(phase="end", resident=resident(), heavy=heavy)


if __name__ == "__main__":
    main()
