"""Fetching over real HTTP: polite, patient, within limits, and never into private addresses."""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import trustme

from corpus import guarded
from corpus.errors import FetchFailed, Why
from corpus.fetch import Download, Fetcher, Manners, NotModified
from corpus.shelf import Known
from tests.doubles.site import Site

QUICK = Manners(pause=0, attempts=2, seconds=2, answer=1, most_bytes=100_000)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        made.put("/a", b"<html>one</html>")
        yield made


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(private=True, manners=QUICK) as made:
        yield made


def why(fetcher: Fetcher, url: str) -> Why:
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(url)
    assert "\n" not in str(caught.value)
    return caught.value.why


def test_a_document_comes_with_its_validators(site: Site, fetcher: Fetcher) -> None:
    site.put("/a", b"text", "application/pdf", Last_Modified="Sun, 01 Nov 2026 08:00:00 GMT")
    got = fetcher.get(site.url + "/a")
    assert isinstance(got, Download)
    assert (got.data, got.media_type, got.name) == (b"text", "application/pdf", "a")
    assert got.etag
    assert got.last_modified == "Sun, 01 Nov 2026 08:00:00 GMT"


def test_a_known_document_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    url = site.url + "/a"
    got = fetcher.get(url)
    assert isinstance(got, Download)
    assert isinstance(fetcher.get(url, Known(url=url, etag=got.etag, sha256="x")), NotModified)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_fault_is_tried_again(site: Site, fetcher: Fetcher, status: int) -> None:
    site.fail("/a", status)
    assert isinstance(fetcher.get(site.url + "/a"), Download)
    assert site.statuses("/a") == [status, 200]


def test_a_fault_that_stays_is_told_after_the_last_try(site: Site, fetcher: Fetcher) -> None:
    site.fail("/a", 500, times=9)
    assert why(fetcher, site.url + "/a") is Why.AWAY
    assert site.statuses("/a") == [500, 500]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_up_to_a_bound(site: Site, form: str) -> None:
    slept: list[float] = []
    date = f"{datetime.now(UTC) + timedelta(seconds=20):%a, %d %b %Y %H:%M:%S GMT}"
    for asked, least, most in (("7" if form == "seconds" else date, 6, 21), ("9999", 30, 30)):
        site.fail("/a", 429, Retry_After=asked)
        slept.clear()
        with Fetcher(private=True, manners=QUICK, sleep=slept.append) as fetcher:
            fetcher.get(site.url + "/a")
        assert least <= max(slept) <= most


def test_statuses_that_mean_different_things(site: Site, fetcher: Fetcher) -> None:
    told = {404: Why.GONE, 410: Why.GONE, 403: Why.REFUSED, 401: Why.REFUSED}
    for status, expected in told.items():
        assert why(fetcher, site.fail("/a", status)) is expected


def test_one_host_is_asked_one_request_at_a_time_with_a_pause(site: Site) -> None:
    manners = Manners(pause=0.15, attempts=1)
    urls = [site.put(f"/{n}", b"x", silent=0.05) for n in range(3)]
    with Fetcher(private=True, manners=manners) as fetcher:
        came = dict(fetcher.get_all([(url, None) for url in urls]))
    assert all(isinstance(got, Download) for got in came.values())
    moments = [when for _, path, _, when in site.asked if path != "/robots.txt"]
    assert all(b - a >= 0.15 for a, b in pairwise(moments))


def test_hosts_are_asked_side_by_side() -> None:
    """One after the other, the second could not answer sooner than so long after the first."""
    silent, patient = 2.0, Manners(pause=0, answer=20, seconds=40)
    with Site() as one, Site() as two:
        urls = [site.put("/slow", b"x", silent=silent) for site in (one, two)]
        with Fetcher(private=True, manners=patient) as fetcher:
            came = dict(fetcher.get_all([(url, None) for url in urls]))
        assert all(isinstance(came[url], Download) for url in urls)
        first, second = (site.asked[-1][3] for site in (one, two))
        assert abs(first - second) < silent


def test_robots_are_heard(site: Site, fetcher: Fetcher) -> None:
    site.put("/robots.txt", b"User-agent: *\nDisallow: /secret\nCrawl-delay: 0\n", "text/plain")
    site.put("/secret/a", b"x")
    assert why(fetcher, site.url + "/secret/a") is Why.ROBOTS
    assert isinstance(fetcher.get(site.url + "/a"), Download)
    assert site.statuses("/secret/a") == []
    assert site.statuses("/robots.txt") == [200], "asked once"


def test_robots_that_cannot_be_had_now_mean_not_now(site: Site, fetcher: Fetcher) -> None:
    site.fail("/robots.txt", 503, times=9)
    assert why(fetcher, site.url + "/a") is Why.AWAY
    assert site.statuses("/a") == []


def test_a_body_that_is_too_large_is_left(site: Site, fetcher: Fetcher) -> None:
    assert why(fetcher, site.put("/big", b"x" * 200_000)) is Why.TOO_LARGE


def test_a_packed_bomb_is_left(site: Site, fetcher: Fetcher) -> None:
    packed = gzip.compress(b"0" * 50_000_000)
    assert len(packed) < QUICK.most_bytes
    assert why(fetcher, site.put("/bomb", packed, Content_Encoding="gzip")) is Why.TOO_LARGE


def test_a_damaged_packed_body_is_told(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/bad", b"not gzip", Content_Encoding="gzip")
    assert why(fetcher, url) is Why.TRUNCATED


def test_a_cut_body_is_no_document(site: Site, fetcher: Fetcher) -> None:
    assert why(fetcher, site.put("/cut", b"half", cut=True)) is Why.TRUNCATED


def test_a_dripping_body_does_not_hold_us_for_ever(site: Site, fetcher: Fetcher) -> None:
    started = time.monotonic()
    assert why(fetcher, site.put("/drip", b"x" * 100_000, drip=0.6)) is Why.TIMEOUT
    assert time.monotonic() - started < 8


def test_a_small_drip_is_timed_too(site: Site, fetcher: Fetcher) -> None:
    """Less than any buffer holds: the clock is read at every piece that comes."""
    started = time.monotonic()
    assert why(fetcher, site.put("/small", b"x" * 100, drip=0.6)) is Why.TIMEOUT
    assert time.monotonic() - started < 8


def test_headers_that_drip_are_timed_and_not_tried_again(site: Site) -> None:
    url, started = site.put("/head", b"x", slow_head=0.25), time.monotonic()
    manners = Manners(pause=0, attempts=2, seconds=1, answer=1)
    with Fetcher(private=True, manners=manners) as fetcher:
        assert why(fetcher, url) is Why.TIMEOUT
    assert time.monotonic() - started < 2.5
    assert site.statuses("/head") == [200], "its time is over: there is none for another try"


def test_a_silent_server_is_given_up(site: Site, fetcher: Fetcher) -> None:
    assert why(fetcher, site.put("/silent", b"x", silent=3)) is Why.TIMEOUT


def test_redirects_are_followed_to_a_bound(site: Site, fetcher: Fetcher) -> None:
    site.redirect("/old", "/a")
    got = fetcher.get(site.url + "/old")
    assert got.url == site.url + "/a"
    assert why(fetcher, site.redirect("/loop", "/loop")) is Why.REDIRECTS
    assert why(fetcher, site.redirect("/out", "ftp://a.org/x")) is Why.ADDRESS


@pytest.mark.parametrize(
    "url", ["ftp://a.org", "file:///etc/passwd", "http://", "http://[::1", "x", "http://a:99999/"]
)
def test_only_web_addresses(fetcher: Fetcher, url: str) -> None:
    assert why(fetcher, url) is Why.ADDRESS


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1",
     "10.0.0.1", "169.254.169.254", "192.168.1.1", "[fe80::1]", "public.org@127.0.0.1",
     "[64:ff9b::a00:1]", "[::7f00:1]", "[64:ff9b:1::1]"],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(site: Site, host: str) -> None:
    port = site.url.rsplit(":", 1)[1]
    url = f"http://{host}:{port}/a"
    with Fetcher(manners=QUICK) as fetcher, pytest.raises(FetchFailed) as caught:
        fetcher.get(url)
    assert caught.value.why is Why.PRIVATE
    assert str(caught.value).startswith(f"{url}: "), "the address given, not its robots.txt"
    assert site.asked == []


def test_a_redirect_into_a_private_address_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first hop is made to look public; the second is judged for itself."""
    site.redirect("/a", "http://localhost:1/secret")
    monkeypatch.setattr(guarded, "public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(
        guarded, "addresses", lambda host: ["10.0.0.1" if host == "localhost" else "127.0.0.1"]
    )
    with Fetcher(manners=QUICK) as fetcher:
        assert why(fetcher, site.url + "/a") is Why.PRIVATE


def test_a_name_that_answers_otherwise_the_second_time_leads_nowhere_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was checked; the name is not asked again."""
    port = int(site.url.rsplit(":", 1)[1])
    monkeypatch.setattr(guarded, "addresses", lambda host: ["127.0.0.1"])
    monkeypatch.setattr(guarded, "public", lambda address: True)
    reached: list[object] = []
    real = socket.create_connection

    def connect(address: tuple[str, int], *rest: object, **more: object) -> socket.socket:
        reached.append(address)
        return real(address, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_connection", connect)
    with Fetcher(manners=QUICK) as fetcher:
        fetcher.get(f"http://rebinding.example:{port}/a")
    assert set(reached) == {("127.0.0.1", port)}, "never the name"


def test_an_invalid_certificate_is_reported_and_a_trusted_one_accepted() -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    with Site(server) as site:
        url = site.put("/a", b"x")
        with Fetcher(private=True, manners=QUICK) as fetcher:
            assert why(fetcher, url) is Why.TLS
        client = ssl.create_default_context()
        authority.configure_trust(client)
        with Fetcher(private=True, manners=QUICK, context=client) as fetcher:
            assert isinstance(fetcher.get(url), Download)


def test_no_server_there(fetcher: Fetcher) -> None:
    with Site() as gone:
        url = gone.url
    assert why(fetcher, url + "/a") is Why.AWAY


def test_proxies_of_the_environment_are_not_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Fetcher(private=True, manners=QUICK) as fetcher:
        assert isinstance(fetcher.get(site.url + "/a"), Download)
