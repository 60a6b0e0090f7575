"""Calls to the Cloud API: a message, a file, a mark of reading. Three calls, so no library.

pywa, the one that is kept well, answers WhatsApp before a message is kept, and swallows errors.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bot.channels.errors import Later
from bot.channels.whatsapp_faults import Telling, fault_of

Fields = dict[str, Any]
PATIENCE = 20.0  # seconds that WhatsApp may take for an answer


class Graph:
    """One number's side of the Cloud API. Raises Later, Refused or Closed."""

    def __init__(
        self, api: str, phone: str, token: str, tell: Telling, patience: float = PATIENCE
    ) -> None:
        self._api, self._base = api, f"{api}/{phone}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._tell, self._patience = tell, patience
        self._client: httpx.AsyncClient | None = None
        self._users = 0

    async def post(self, message: Fields) -> Fields:
        """Send a message, or a mark."""
        return await self._call("POST", "/messages", json=message)

    async def upload(self, content: Fields) -> str:
        """Put a file there; its id, to be sent in a message."""
        file = (content["name"], base64.b64decode(content["data"]), content["media_type"])
        fields = {"messaging_product": "whatsapp", "type": content["media_type"]}
        answer = await self._call("POST", "/media", data=fields, files={"file": file})
        return str(answer.get("id", ""))

    async def download(self, media: str, most: int) -> bytes:
        """What a person sent; b"" where it is gone, or over `most` bytes. Raises Later."""
        found = await self._fetched(f"{self._api}/{media}")
        told = _json(found) if found is not None else None
        if not isinstance(told, dict) or not isinstance(told.get("file_size"), int):
            return b""
        if told["file_size"] > most or not str(told.get("url", "")).startswith("http"):
            return b""
        answer = await self._fetched(str(told["url"]))
        return answer.content if answer is not None and len(answer.content) <= most else b""

    async def _fetched(self, url: str) -> httpx.Response | None:
        """What is there; None where it is not: an address of a recording lives for five minutes."""
        try:
            async with self.open() as client:
                answer = await client.get(url)
        except httpx.HTTPError as error:
            raise Later(f"WhatsApp is not reached: {type(error).__name__}") from error
        if answer.status_code in (400, 404):
            return None
        if not answer.is_success:
            raise Later(f"WhatsApp answers {answer.status_code} for a recording")
        return answer

    async def look(self) -> None:
        """Ask for our own number: whether token and id fit."""
        await self._call("GET", "", params={"fields": "id"})

    @asynccontextmanager
    async def open(self) -> AsyncIterator[httpx.AsyncClient]:
        """The connections, shared while anybody uses them."""
        if self._client is None:
            self._client = httpx.AsyncClient(headers=self._headers, timeout=self._patience)
        client = self._client
        self._users += 1
        try:
            yield client
        finally:
            self._users -= 1
            if self._users == 0:
                self._client = None
                await client.aclose()

    async def _call(self, method: str, path: str, **given: Any) -> Fields:  # noqa: ANN401
        try:
            async with self.open() as client:
                answer = await client.request(method, self._base + path, **given)
        except httpx.HTTPError as error:
            raise Later(f"WhatsApp is not reached: {type(error).__name__}") from error
        body = _json(answer)
        if not answer.is_success or not isinstance(body, dict) or "error" in body:
            raise fault_of(answer.status_code, body, self._tell)
        return body


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - whatever came
    try:
        return answer.json()
    except ValueError:
        return None
