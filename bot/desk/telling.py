"""Errors that staff read: in English in a terminal and in logs, in their language on a page."""

from bot.phrases import speak


class Told(Exception):
    """What cannot be done. Its text says why, and what to do."""

    def __init__(self, text: str, **values: object) -> None:
        """`text`: English, of the catalogues; `values` fill its places."""
        super().__init__(text.format(**values))
        self._text, self._values = text, values

    def said(self, language: str) -> str:
        """The same in a language."""
        return speak(language)(self._text).format(**self._values)
