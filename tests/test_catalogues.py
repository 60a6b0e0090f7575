"""Catalogues of every kind, the identity of addresses, and what belongs together."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.canonical import canonical
from corpus.catalogues import read_sources
from corpus.errors import BadCatalogue
from corpus.fetch import Fetcher, Manners
from corpus.source import Source
from corpus.works import translations, work
from tests.doubles.site import Site

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>The hub</title>
<item><title>First guide</title><link>https://a.org/one?utm_source=x</link>
<pubDate>Mon, 05 Nov 2018 10:00:00 GMT</pubDate></item>
<item><title>No link</title></item>
<item><title>Broken</title><link>http://[bad</link></item>
<item><title>Script</title><link>javascript:alert(1)</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The hub</title><entry>
<title>A note</title><link href="https://a.org/note.pdf"/><updated>2020-01-02T00:00:00Z</updated>
</entry></feed>"""


def sitemap(*urls: str, kind: str = "urlset", item: str = "url") -> bytes:
    places = "".join(f"<{item}><loc>{url}</loc></{item}>" for url in urls)
    return (
        f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{places}</{kind}>"
    ).encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(private=True, manners=Manners(pause=0, attempts=1)) as made:
        yield made


def test_a_feed_names_documents_to_read(site: Site, fetcher: Fetcher) -> None:
    (source,) = read_sources(site.put("/feed", FEED.encode(), "application/rss+xml"), fetcher)
    assert (source.title, source.year, source.publisher) == ("First guide", "2018", "The hub")
    assert source.read == "yes"
    assert source.url == "https://a.org/one?utm_source=x", "people see the address as given"


def test_an_atom_feed_in_a_file(tmp_path: Path, fetcher: Fetcher) -> None:
    (tmp_path / "feed.xml").write_text(ATOM, encoding="utf-8")
    (source,) = read_sources(str(tmp_path / "feed.xml"), fetcher)
    assert (source.link_kind, source.year) == ("PDF", "2020")


def test_a_sitemap_and_one_that_names_sitemaps(site: Site, fetcher: Fetcher) -> None:
    inner = site.put("/inner.xml.gz", gzip.compress(sitemap("https://a.org/x", "https://a.org/y")))
    outer = site.put("/sitemap.xml", sitemap(inner, kind="sitemapindex", item="sitemap"))
    assert [source.title for source in read_sources(outer, fetcher)] == ["X", "Y"]


def test_sitemaps_that_go_round_end(site: Site, fetcher: Fetcher) -> None:
    one, two = site.url + "/1.xml", site.url + "/2.xml"
    site.put("/1.xml", sitemap(two, kind="sitemapindex", item="sitemap"))
    site.put("/2.xml", sitemap(one, kind="sitemapindex", item="sitemap"))
    with pytest.raises(BadCatalogue, match="more than 3 deep"):
        read_sources(one, fetcher)


def test_entities_of_a_sitemap_are_not_followed(site: Site, fetcher: Fetcher) -> None:
    secret = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    body = sitemap("https://a.org/&e;").replace(b"<urlset", secret.encode() + b"<urlset", 1)
    sources = read_sources(site.put("/s.xml", body), fetcher)
    assert [source.url for source in sources] == ["https://a.org/"]


def test_a_folder_gives_its_files_and_nothing_outside(tmp_path: Path, fetcher: Fetcher) -> None:
    folder = tmp_path / "documents"
    (folder / "deeper").mkdir(parents=True)
    (folder / "b_guide.md").write_text("# B")
    (folder / "deeper" / "a.pdf").write_bytes(b"%PDF")
    (folder / ".hidden").write_text("x")
    (tmp_path / "outside.md").write_text("x")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    sources = read_sources(str(folder), fetcher)
    assert [source.title for source in sources] == ["b guide", "a"]
    assert sources == read_sources(str(folder), fetcher), "ids are stable"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>hello</html>", "neither CSV"),
        (b"", "neither CSV"),
        (b"<urlset><url>", "no whole sitemap"),
        (sitemap(), "names no documents"),
        (b"\x1f\x8bbroken", "damaged"),
    ],
)
def test_what_is_no_catalogue_is_one_line(
    site: Site, fetcher: Fetcher, body: bytes, said: str
) -> None:
    with pytest.raises(BadCatalogue, match=said) as caught:
        read_sources(site.put("/x", body), fetcher)
    assert "\n" not in str(caught.value)


def test_a_catalogue_that_is_away_is_one_line(site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(BadCatalogue, match="answered 404"):
        read_sources(site.url + "/none", fetcher)


@pytest.mark.parametrize(
    "same",
    [
        "https://www.Example.org/Guide/",
        "http://example.org/Guide",
        "https://example.org:443/Guide?layout=blog",
        "http://example.org/Guide?utm_source=a&fbclid=b#top",
        "https://example.org./%47uide/",
    ],
)
def test_many_addresses_of_one_page(same: str) -> None:
    assert canonical(same) == "https://example.org/Guide"


@pytest.mark.parametrize(
    "other",
    ["https://example.org/guide", "https://example.org/Guide?id=2", "https://example.org:8080/Guide",
     "https://sub.example.org/Guide", "https://example.org/Guide?ref=2",
     "https://example.org/Guide?source=2"],
)  # fmt: skip
def test_other_pages_stay_apart(other: str) -> None:
    assert canonical(other) != "https://example.org/Guide"


@given(st.text() | st.builds("https://{}/{}?{}".format, st.text(), st.text(), st.text()))
def test_the_identity_of_an_identity_is_itself(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


GUIDE = Source(
    id="1", title="Minimum Standards (English)", url="x", year="2019", link_language="en"
)


def test_translations_are_tied_and_editions_kept_apart() -> None:
    arabic = replace(GUIDE, id="2", title="Minimum standards (Arabic)", link_language="ar")
    older = replace(GUIDE, id="3", title="Minimum Standards (2012 edition)", year="2012")
    assert work(GUIDE) == work(arabic) != work(older)
    ((name, tied),) = translations([GUIDE, arabic, older]).items()
    assert [source.id for source in tied] == ["1", "2"]
    assert work(replace(GUIDE, title="Normas mínimas", work=name)) == name
