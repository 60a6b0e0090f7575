"""What a network must offer, nothing more."""

from typing import Protocol

from bot.messages import Respond


class Channel(Protocol):
    """A network that carries questions in and replies out."""

    async def serve(self, respond: Respond) -> None:
        """Answer people until cancelled."""
