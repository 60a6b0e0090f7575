"""Write the lists of names that the redaction reads, from Faker's, which invent people.

python -m scripts.given_names

So the answering process needs neither Faker nor its memory. Run it after an update of Faker.
"""

from itertools import chain

from faker.providers.person import (
    ar_AA,
    ar_DZ,
    ar_SA,
    en_GB,
    en_KE,
    en_NG,
    en_US,
    es_CO,
    es_MX,
    fr_DZ,
    fr_FR,
    ha_NG,
    ig_NG,
    pt_BR,
    pt_PT,
    sw,
    tw_GH,
    yo_NG,
    zu_ZA,
)

from bot.names import FAMILY, GIVEN
from index.languages import fold

_LISTS = (
    *(ar_DZ, ar_SA, en_GB, en_KE, en_NG, en_US, es_CO, es_MX, fr_DZ, fr_FR),
    *(ha_NG, ig_NG, pt_BR, pt_PT, sw, tw_GH, yo_NG, zu_ZA),
)


def given() -> list[str]:
    """Folded given names, of three letters and more, in order."""
    lists = (
        getattr(part.Provider, name)
        for part in _LISTS
        for name in dir(part.Provider)
        if name.startswith("first_names")
    )
    words = (word for name in chain(*lists) for word in fold(str(name)).split())
    return sorted({word for word in words if len(word) > 2 and not word.startswith("ال")})


def family() -> list[str]:
    """Folded family names in Arabic letters, in order."""
    lists = (part.Provider.last_names for part in (ar_AA, ar_DZ, ar_SA))
    words = (word for name in chain(*lists) for word in fold(str(name)).split())
    return sorted({word for word in words if len(word) > 2})


def main() -> None:
    """Write both lists."""
    for path, names in ((GIVEN, given()), (FAMILY, family())):
        path.write_text("\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
