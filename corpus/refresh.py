"""The library brought in line with its catalogue: a card for each source, none for those gone."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from corpus.library import Library
from corpus.passages import split
from corpus.source import Source

CATALOGUE, ADDED = "catalogue", "added"  # where a source comes from


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Ids of the sources, by what happened to them."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether the library is another one than before."""
        return bool(self.added or self.changed or self.removed)


def refresh_cards(catalogue: Sequence[Source], library: Library) -> Changes:
    """Bring the cards in line with `catalogue`, in one transaction.

    A source that left the catalogue leaves the library with all that is held of it, so that it
    can never answer again; sources that were added by hand stay.
    """
    held, origins = library.sources(), library.origins()
    wanted = {source.id for source in catalogue}
    gone = [id for id in held if id not in wanted and origins[id] == CATALOGUE]
    fresh = [source for source in catalogue if source.id not in held]
    changed = [
        s for s in catalogue if s.id in held and (held[s.id] != s or origins[s.id] != CATALOGUE)
    ]
    with library.changing():
        for id in gone:
            library.remove_source(id)
        for source in [*fresh, *changed]:
            library.put_source(source, CATALOGUE)
            _put_card(source, library)
    touched = {source.id for source in [*fresh, *changed]}
    return Changes(
        added=tuple(source.id for source in fresh),
        changed=tuple(source.id for source in changed),
        removed=tuple(gone),
        unchanged=tuple(source.id for source in catalogue if source.id not in touched),
    )


def _put_card(source: Source, library: Library) -> None:
    card = source.card()
    passages = [replace(p, summary=True) for p in split(card, source.id, "en")]
    digest = hashlib.sha256(repr(sorted(asdict(source).items())).encode()).hexdigest()
    library.put_document(
        card, passages, id=f"{source.id}/card", source=source.id, language="en", sha256=digest
    )
