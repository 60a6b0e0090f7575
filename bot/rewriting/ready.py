"""Whether the settings of a language model fit together, before one is asked."""

from urllib.parse import urlsplit

from bot.settings import BadSetting, Settings


def check_rewriting(settings: Settings) -> None:
    """What must fit together where REWRITE_URL is set. Raises BadSetting, one line."""
    url = settings.rewrite_url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # "http://[", a port of letters
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise BadSetting(f"REWRITE_URL={url}: is no http(s) address such as https://host/v1")
    if not settings.rewrite_model.strip():
        raise BadSetting("REWRITE_MODEL: is empty; name the model that REWRITE_URL serves")
    key = settings.rewrite_key.get_secret_value()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise BadSetting("REWRITE_KEY: holds a space or a sign that no key has; copy it anew")
