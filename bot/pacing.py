"""Whether somebody writes too fast, and what is said then: `bot.limits` counts, this speaks."""

from bot import replies, rooms
from bot.counts import Outcome
from bot.limits import Limits, Pace
from bot.messages import Question, Reply
from bot.tally import Tally, beside


class Pacing:
    """Keeps people, and rooms, to their share. Without limits everybody goes on."""

    def __init__(self, limits: Limits | None, tally: Tally) -> None:
        self._limits, self._tally = limits, tally

    def slower(self, question: Question, language: str) -> Reply | None:
        """A word about it where a message comes too fast, then nothing; None where it does not."""
        pace = self.of(question.person, question.room)
        if pace is Pace.GO:
            return None
        self._tally.add(question, language, Outcome.TOO_FAST)
        if pace is Pace.SILENT:
            return Reply(language=language, lines=())
        if question.room:
            return rooms.too_fast(language)
        return replies.notice(
            language,
            "That is more than I can answer at once. Please wait a minute, then ask again. HELP"
            " works at any time.",
        )

    def of(self, person: str, room: str = "") -> Pace:
        """Take the message's token; in a room, the room's too."""
        with beside():
            if self._limits is not None and person:
                pace = self._limits.pace(person)
                return self._limits.room_pace(room) if room and pace is Pace.GO else pace
        return Pace.GO
