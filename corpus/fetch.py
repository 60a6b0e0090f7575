"""Brings documents from the web: politely, within limits, and only from public addresses."""

import random
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Protocol, Self, TypeVar
from urllib.parse import unquote, urlsplit

import httpx
from protego import Protego
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from corpus.errors import FetchFailed, Why
from corpus.faults import NETWORK, TryAgain, explained, refused
from corpus.guarded import open_client, until

_GLANCE = {"Range": "bytes=0-0"}  # is it there? The document itself is not wanted
AGENT = "AskTheExchange/0.1 (library of the Community Child Protection Exchange)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a server is treated and what a document may cost."""

    pause: float = 1.0  # seconds between two requests to one host
    longest_pause: float = 30.0  # seconds; what a robots.txt or Retry-After may ask for
    seconds: float = 120.0  # for one document in all, however slowly it drips
    answer: float = 30.0  # seconds until a server says anything
    most_bytes: int = 100_000_000  # of a document, unpacked
    redirects: int = 5
    attempts: int = 4
    hosts: int = 8  # asked at the same time


class Validators(Protocol):
    """What was told of a document when it was last fetched: see corpus.shelf.Known."""

    @property
    def etag(self) -> str: ...  # noqa: D102
    @property
    def last_modified(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What came from an address."""

    url: str  # where it was found in the end
    name: str  # the file's name, as far as the address tells
    media_type: str  # as the server states it; "" where it does not
    data: bytes = field(repr=False)
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that the document is the one known."""

    url: str


Fetched = Download | NotModified
Came = TypeVar("Came")


class Fetcher:
    """Fetches documents: hosts side by side, each host one request at a time."""

    def __init__(
        self,
        *,
        private: bool = False,
        manners: Manners | None = None,
        context: ssl.SSLContext | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`private` allows addresses of this machine and its network; `context` is for TLS."""
        self.manners = manners or Manners()
        self._client = open_client(private, self.manners.answer, context)
        self._client.headers = httpx.Headers({"User-Agent": AGENT})
        self._sleep = sleep
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._last: dict[str, float] = {}
        self._robots: dict[str, Protego | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, known: Validators | None = None) -> Fetched:
        """The document at `url`, unless it is the one known. Raises FetchFailed."""
        headers = {}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return self._patiently(url, lambda: self._follow(url, headers))

    def look(self, url: str) -> str:
        """Where `url` leads in the end, without its document. Raises FetchFailed."""
        try:
            return self._patiently(url, lambda: self._follow(url, _GLANCE, "HEAD")).url
        except FetchFailed as error:
            if error.why not in (Why.GONE, Why.REFUSED):
                raise
        # Some servers refuse HEAD, or answer it wrongly.
        return self._patiently(url, lambda: self._follow(url, _GLANCE)).url

    def get_all(
        self, wanted: Sequence[tuple[str, Validators | None]]
    ) -> Iterator[tuple[str, Fetched | FetchFailed]]:
        """Each address with what came of it, as they come; hosts side by side."""
        known = dict(wanted)
        yield from self._side_by_side(
            [url for url, _ in wanted], lambda url: self.get(url, known[url])
        )

    def look_all(self, urls: Sequence[str]) -> Iterator[tuple[str, str | FetchFailed]]:
        """Each address with where it leads to, as they come; hosts side by side."""
        yield from self._side_by_side(urls, self.look)

    def _side_by_side(
        self, urls: Sequence[str], ask: Callable[[str], Came]
    ) -> Iterator[tuple[str, Came | FetchFailed]]:
        by_host: defaultdict[str, list[str]] = defaultdict(list)
        for url in urls:
            by_host[_host(url)].append(url)
        done: SimpleQueue[tuple[str, Came | FetchFailed]] = SimpleQueue()

        def one_host(own: list[str]) -> None:
            for url in own:
                try:
                    done.put((url, ask(url)))
                except FetchFailed as error:
                    done.put((url, error))
                except Exception as error:  # one bad address must not hang the rest
                    told = f"{url}: {type(error).__name__}; check the address"
                    done.put((url, FetchFailed(told, Why.ADDRESS)))

        with ThreadPoolExecutor(self.manners.hosts) as pool:
            for own in by_host.values():
                pool.submit(one_host, own)
            for _ in urls:
                yield done.get()

    def _patiently(self, url: str, attempt: Callable[[], Fetched]) -> Fetched:
        tries = Retrying(
            retry=retry_if_exception_type(TryAgain),
            stop=stop_after_attempt(self.manners.attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return tries(attempt)
        except TryAgain as error:
            raise error.failed from error

    def _wait(self, state: RetryCallState) -> float:
        """What the server asked for, else 1, 2, 4 … pauses, a little apart from other hubs'."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.after if isinstance(error, TryAgain) else 0.0
        doublings: int = state.attempt_number - 1
        backoff = self.manners.pause * (1 << doublings) * random.uniform(1, 1.2)
        return min(max(asked, backoff), self.manners.longest_pause)

    def _follow(self, url: str, headers: dict[str, str], method: str = "GET") -> Fetched:
        here, deadline = url, time.monotonic() + self.manners.seconds
        for _ in range(self.manners.redirects + 1):
            self._admit(here)
            answer = self._request(here, headers, deadline, method)
            if isinstance(answer, str):
                here = answer
                continue
            return answer
        most = f"more than {self.manners.redirects} redirects"
        raise FetchFailed(f"{url}: {most}; give the final address", Why.REDIRECTS)

    def _admit(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            fit = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fit = False
        if not fit:
            raise FetchFailed(
                f"{url}: only http:// and https:// addresses are fetched", Why.ADDRESS
            )
        robots = self._robots_of(url)
        if robots is not None and not robots.can_fetch(url, AGENT):
            raise FetchFailed(
                f"{url}: the site's robots.txt does not allow it; ask the site", Why.ROBOTS
            )

    def _robots_of(self, url: str) -> Protego | None:
        """The rules of a host, fetched once; None where it has none."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        with self._turns[f"robots {host}"]:
            if host not in self._robots:
                self._robots[host] = self._fetch_robots(f"{host}/robots.txt", url)
            return self._robots[host]

    def _fetch_robots(self, url: str, wanted: str) -> Protego | None:
        deadline = time.monotonic() + self.manners.pause + self.manners.answer
        try:
            answer = self._request(url, {}, deadline, named=wanted)
            hops = self.manners.redirects
            while isinstance(answer, str) and hops:
                answer, hops = self._request(answer, {}, deadline), hops - 1
        except FetchFailed as error:
            if error.why in (Why.GONE, Why.REFUSED):  # RFC 9309: 4xx means no rules
                return None
            raise
        text = (
            answer.data[:500_000].decode("utf-8", "replace") if isinstance(answer, Download) else ""
        )
        return Protego.parse(text)

    def _request(
        self, url: str, headers: dict[str, str], deadline: float, method: str = "GET",
        named: str = "",
    ) -> Fetched | str:  # fmt: skip
        """One request in this host's turn: a document, or where it leads to.

        `named` is the address that staff know, where a connection to its host fails.
        """
        host, named = urlsplit(url).netloc.lower(), named or url
        with self._turns[host]:
            self._pause(host, url)
            try:
                with until(deadline), self._client.stream(method, url, headers=headers) as response:
                    return self._answer(response, url)
            except NETWORK as error:
                raise explained(error, named, self.manners.answer) from error
            finally:
                self._last[host] = time.monotonic()

    def _pause(self, host: str, url: str) -> None:
        parts = urlsplit(url)
        robots = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = float(robots.crawl_delay(AGENT) or 0) if robots else 0.0
        pause = min(max(self.manners.pause, asked), self.manners.longest_pause)
        left = self._last.get(host, -1e9) + pause - time.monotonic()
        if left > 0:
            self._sleep(left)

    def _answer(self, response: httpx.Response, url: str) -> Fetched | str:
        status = response.status_code
        if status == httpx.codes.NOT_MODIFIED:
            return NotModified(url)
        if response.next_request is not None:
            return str(response.next_request.url)
        if status not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise refused(response, url)
        glance = "range" in response.request.headers
        data = b"" if glance else _body(response, url, self.manners.most_bytes)
        name = unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]) or urlsplit(url).netloc
        head = response.headers
        return Download(
            url=url,
            name=name,
            data=data,
            etag=head.get("etag", ""),
            media_type=head.get("content-type", "").split(";")[0].strip().lower(),
            last_modified=head.get("last-modified", ""),
        )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # no address: its own request says so
        return url


def _body(response: httpx.Response, url: str, most: int) -> bytes:
    data = bytearray()
    for chunk in response.iter_bytes():  # as they come: a set size would wait for more
        data += chunk
        if len(data) > most:
            raise FetchFailed(
                f"{url}: larger than {most / 1e6:g} MB; add it as a file", Why.TOO_LARGE
            )
    return bytes(data)
