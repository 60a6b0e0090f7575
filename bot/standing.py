"""The country and the setting that a person chose to see first: /country, /setting."""

from babel import Locale

from bot.messages import Reply
from bot.people import People
from bot.phrases import Say, speak
from bot.replies import notice, plain
from bot.wishes import SETTINGS, Wish, setting_named
from index.countries import country_named


def wish_of(people: People, person: str) -> Wish:
    """What this person chose, as a wish."""
    country, setting = people.standing(person)
    return Wish(country=country, setting=setting)


def choose_country(people: People, person: str, name: str, language: str) -> Reply:
    """The reply to "/country NAME"; without a name the choice is cleared."""
    code = country_named(name)
    if name and not code:
        return notice(language, "I do not know this country. Write it like this: /country Uganda")
    people.stand(person, country=code)
    if not code:
        return notice(language, "No country comes first from now on.")
    said = speak(language)("From now on sources about {country} come first. Others stay.")
    country = Locale(language).territories[code]
    return Reply(language=language, lines=(plain(said.format(country=country)),))


def choose_setting(people: People, person: str, name: str, language: str) -> Reply:
    """The reply to "/setting NAME"; without a name the choice is cleared."""
    say = speak(language)
    names = _names(say)
    known = {own.casefold(): setting for setting, own in names.items()} | {s: s for s in SETTINGS}
    setting = known.get(name.casefold()) or setting_named(name)
    if name and not setting:
        said = say("I know these settings: {settings}. Write it like this: /setting {setting}")
        settings = say(", ").join(names.values())
        text = said.format(settings=settings, setting=names["refugee"])
        return Reply(language=language, lines=(plain(text),))
    people.stand(person, setting=setting)
    if not setting:
        return notice(language, "No setting comes first from now on.")
    said = say("From now on sources about this setting come first: {setting}. Others stay.")
    return Reply(language=language, lines=(plain(said.format(setting=names[setting])),))


def _names(say: Say) -> dict[str, str]:
    return {
        "emergency": say("emergency"),
        "refugee": say("refugee"),
        "urban": say("urban"),
        "development": say("development"),
    }
