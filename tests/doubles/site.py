"""A web server on loopback that can do what servers do to a fetcher."""

import hashlib
import ssl
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass
class _Page:
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    etag: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0  # seconds before each tenth of the body
    cut: bool = False  # say a longer length than what comes
    silent: float = 0.0  # seconds before anything
    no_head: bool = False
    slow_head: float = 0.0  # seconds before each sign of a header of forty


class Site:
    """Pages by path, faults by path, and a record of what was asked and answered."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[tuple[str, str, int, float]] = []  # method, path, status, when
        self._pages: dict[str, _Page] = {}
        self._faults: defaultdict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self})
        )
        self._server.daemon_threads = True
        scheme = "http"
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def put(
        self, path: str, body: bytes, media_type: str = "text/html", *, etag: bool = True,
        drip: float = 0, cut: bool = False, silent: float = 0, no_head: bool = False,
        slow_head: float = 0, **headers: str,
    ) -> str:  # fmt: skip
        """Serve `body` at `path` from now on; gives the address."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = _Page(
            body, media_type, etag, told, drip, cut, silent, no_head, slow_head
        )
        return self.url + path

    def redirect(self, path: str, to: str) -> str:
        self.fail(path, 302, times=10_000, Location=to)
        return self.url + path

    def fail(self, path: str, status: int, times: int = 1, **headers: str) -> str:
        """Answer the next requests for `path` with this status."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self._faults[path] += [(status, told)] * times
        return self.url + path

    def statuses(self, path: str) -> list[int]:
        return [status for _, asked, status, _ in self.asked if asked == path]


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(True)

    def do_HEAD(self) -> None:
        self._answer(False)

    def _answer(self, whole: bool) -> None:
        faults, page = self.site._faults[self.path], self.site._pages.get(self.path)
        if faults:
            status, headers = faults.pop(0)
            return self._send(status, headers, b"")
        if page is None:
            return self._send(404, {}, b"")
        if page.no_head and not whole:
            return self._send(405, {}, b"")
        time.sleep(page.silent)
        tag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
        headers = {"Content-Type": page.media_type, **page.headers}
        if page.etag:
            headers["ETag"] = tag
            if self.headers.get("If-None-Match") == tag:
                return self._send(304, headers, b"")
        return self._send(200, headers, page.body if whole else b"", page)

    def _send(
        self, status: int, headers: dict[str, str], body: bytes, page: _Page | None = None
    ) -> None:
        self.site.asked.append((self.command, self.path, status, time.monotonic()))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        length = len(page.body if page else body) + (1000 if page and page.cut else 0)
        if status != 304:
            self.send_header("Content-Length", str(length))
        if page and page.slow_head and not self._drip_header(page.slow_head):
            return
        self.end_headers()
        self._write(body, page)

    def _drip_header(self, seconds: float) -> bool:
        """Send one header sign by sign; whether anybody was still listening at its end."""
        try:
            self.flush_headers()
            for sign in b"X-Slow: " + b"x" * 30 + b"\r\n":
                self.wfile.write(bytes([sign]))
                time.sleep(seconds)
        except OSError:
            self.close_connection = True
            return False
        return True

    def _write(self, body: bytes, page: _Page | None) -> None:
        step = max(1, len(body) // 10) if page and page.drip else max(1, len(body))
        try:
            for start in range(0, len(body), step):
                self.wfile.write(body[start : start + step])
                self.wfile.flush()
                if page and page.drip:
                    time.sleep(page.drip)
        except OSError:
            pass  # the fetcher has seen enough
        if page and page.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""
