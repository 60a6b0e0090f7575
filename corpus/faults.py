"""What a server's refusal or a broken connection means, in words for staff."""

import email.utils
import ssl
from datetime import UTC, datetime

import httpx

from corpus.errors import FetchFailed, Why
from corpus.guarded import PrivateAddress, TimeUp

# What asking the network may raise: each of them is put into words by `explained`.
NETWORK = (
    PrivateAddress, TimeUp, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError,
)  # fmt: skip

_GONE = (404, 410)
_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class TryAgain(Exception):
    """A fault that may pass. `after` seconds are what the server asked for."""

    def __init__(self, failed: FetchFailed, after: float = 0.0) -> None:
        super().__init__(str(failed))
        self.failed, self.after = failed, after


def refused(response: httpx.Response, url: str) -> Exception:
    """The error that an answer other than 200, 304 or a redirect is."""
    status, reason = response.status_code, response.reason_phrase
    why = Why.GONE if status in _GONE else Why.REFUSED if status < 500 else Why.AWAY
    failed = FetchFailed(
        f"{url}: the server answered {status} {reason};"
        " open it in a browser to see whether it moved",
        why if status not in _AGAIN else Why.AWAY,
    )
    return TryAgain(failed, _retry_after(response)) if status in _AGAIN else failed


def _retry_after(response: httpx.Response) -> float:
    """Seconds that the server asks for, from either form of Retry-After."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else 0.0


def explained(error: Exception, url: str, seconds: float) -> Exception:
    """The library's error in words for staff; those that may pass are tried again."""
    if isinstance(error, TimeUp):
        return FetchFailed(f"{url}: not whole within its time; add it as a file", Why.TIMEOUT)
    if isinstance(error, PrivateAddress):
        told = f"{error} is a private address; set FETCH_PRIVATE=true to allow it"
        return FetchFailed(f"{url}: {told}", Why.PRIVATE)
    cause = _tls(error)
    if cause is not None:
        told = getattr(cause, "verify_message", "") or cause.reason or "no secure connection"
        return FetchFailed(
            f"{url}: its TLS certificate is not valid ({told}); tell the site", Why.TLS
        )
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return FetchFailed(f"{url}: this is no address ({error}); check the spelling", Why.ADDRESS)
    if isinstance(error, httpx.DecodingError):
        return FetchFailed(f"{url}: its packed body is damaged; add it as a file", Why.TRUNCATED)
    if isinstance(error, httpx.TimeoutException):
        text, why = f"no answer within {seconds:g} seconds", Why.TIMEOUT
    elif isinstance(error, httpx.ConnectError):
        text, why = f"no connection ({error})", Why.AWAY
    else:
        text, why = f"the connection broke off ({error})", Why.TRUNCATED
    return TryAgain(FetchFailed(f"{url}: {text}; check the address and try again", why))


def _tls(error: BaseException | None) -> ssl.SSLError | None:
    """The error of TLS that stands behind another, if any."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
