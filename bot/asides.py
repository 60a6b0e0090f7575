"""What is no question to the library: paths, votes, what people share, workshops."""

from bot import rooms
from bot.counts import Outcome
from bot.desk.sharing import Sharing
from bot.learning.guiding import Learning
from bot.learning.stopping import is_stop
from bot.messages import Question, Reply
from bot.polls import Polls
from bot.tally import Tally
from bot.workshops.joining import Joining
from bot.workshops.trainers import Trainers


class Asides:
    """Those who may take a message for themselves, in the order they are asked. None: nobody."""

    def __init__(
        self,
        tally: Tally,
        *,
        polls: Polls | None,
        sharing: Sharing | None,
        trainers: Trainers | None,
        learning: Learning | None,
        joining: Joining | None,
    ) -> None:
        self._tally, self._polls, self._sharing = tally, polls, sharing
        self._trainers, self._learning, self._joining = trainers, learning, joining

    def hear(self, question: Question, own: str, language: str) -> Reply | None:
        """The reply of the first that takes it, which is counted; None where none does.

        `own`: the language to speak in; `language`: of the message.
        """
        of_room = rooms.of_room(question)
        if self._sharing and is_stop(of_room):
            self._sharing.forget(of_room.person)
        for one, said in (
            (self._learning, of_room), (self._polls, question), (self._sharing, of_room),
            (self._trainers, of_room),
        ):  # fmt: skip
            if one is not None and (told := one.hear(said, own)) is not None:
                self._tally.add(of_room, language, Outcome.COMMAND)
                return told
        return self._joining.hear(of_room, own, self._tally) if self._joining else None
