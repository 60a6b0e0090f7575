"""The settings: read once, at the edge, typed here. README.md lists them, made from this class."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import forms
from corpus.source import CATALOGUE
from index.calibration import QUESTIONS

CHECKOUT = Path(__file__).resolve().parents[1]


def _data_folder() -> Path:
    """Beside the source tree in a checkout, else where the system keeps a person's data."""
    if (CHECKOUT / "pyproject.toml").exists():
        return CHECKOUT / ".exchange"
    return Path.home() / ".local" / "share" / "ask-the-exchange"


class Settings(BaseSettings):
    """Each is an environment variable of the name in capitals, or a line of a file `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    exchange_data: Path = Field(
        default_factory=_data_folder,
        description="Folder of all built data: library, indexes, people's language. In a checkout"
        " it is `.exchange`, else `~/.local/share/ask-the-exchange`.",
    )
    catalogue: Path = Field(
        default=CATALOGUE,
        description="The sources, as CSV in UTF-8. Where it is not set, `catalogue.csv` of the data"
        " folder stands in for it, once the console has made one.",
    )
    catalogues: str = Field(
        default="",
        description="Further catalogues, separated by spaces: CSV files, folders of documents,"
        " addresses of a sitemap or of an RSS or Atom feed.",
    )
    calibration: Path = Field(
        default=QUESTIONS,
        description="Questions with and without an answer, which set the threshold between"
        " answering and saying that nothing is held.",
    )
    engine: str = Field(default="local", description="A file of `index/engines/`.")
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="A PostgreSQL database for several machines (`postgresql://user@host/name`):"
        " queue, people, counts and the staff's desk are kept there, and libraries are passed on"
        " through it. Empty: all is kept in files below `EXCHANGE_DATA`. See docs/postgres.md.",
    )
    embedder: str = Field(default="e5_use", description="A file of `index/embedders/`.")
    embedder_model: str = Field(
        default="",
        description="For `EMBEDDER=sentence_transformers`: a model folder, or a name on the hub.",
    )
    fetch_private: bool = Field(
        default=False,
        description="Whether documents may be fetched from private and loopback addresses.",
    )
    fetch_pause: float = Field(
        default=1.0, ge=0, description="Seconds between two requests to one host."
    )
    snapshots_kept: int = Field(
        default=5, ge=2, description="How many published libraries are kept to roll back to."
    )
    golden: Path | None = Field(
        default=None,
        description="The hub's golden questions, in the form of the calibration file. A refresh"
        " that answers them worse is not published. Without it, the half of the calibration"
        " questions that does not set the threshold serves.",
    )
    gate: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="By which share of the golden questions a refresh may do worse.",
    )
    key_days: int = Field(
        default=30,
        ge=4,  # a key and the one before reach over a week, in which people are counted once
        description="Days after which people get a new code. What somebody does not use for twice"
        " as long is erased.",
    )
    counts_days: int = Field(default=365, ge=31, description="How many days counts are kept.")
    rate_person: int = Field(
        default=20, ge=1, description="Messages a minute that one person may send."
    )
    rate_room: int = Field(default=60, ge=1, description="The same of all in one group.")
    rate_all: int = Field(
        default=600, ge=1, description="Messages a minute that all people together may send."
    )
    staff: forms.People = Field(
        default="",
        description="Who has the rights of staff, as `channel:id`, separated by spaces"
        " (`telegram:12345`). Nothing that is said in a chat gives them.",
    )
    contact: str = Field(
        default="https://childprotectionforum.org/",
        description="Where people can ask, complain and correct: an address that /about shows.",
    )
    practice_url: str = Field(
        default="",
        description="Where people read what practitioners shared: the public address of this"
        " server's `/practice` (`https://bot.example.org/practice`). Empty: answers from practice"
        " have no link.",
    )
    telegram_token: SecretStr = Field(
        default=SecretStr(""), description="The bot's token, from @BotFather."
    )
    telegram_api: str = Field(
        default="https://api.telegram.org/bot",
        description="The Bot API's address; another one for a Bot API server of your own.",
    )
    telegram_name: forms.BotName = Field(
        default="",
        description="The bot's name (`exchange_bot`), where a workshop's link and QR code are made"
        " without its token. With the token it need not be set: Telegram tells it.",
    )
    web: bool = Field(
        default=False, description="Whether `exchange serve` shows the web chat, at `/chat`."
    )
    web_embed: forms.Origins = Field(
        default="",
        description="Sites that may show the web chat in a frame, as origins separated by spaces"
        " (`https://example.org`). Empty: none may.",
    )
    web_proxy: forms.Addresses = Field(
        default="",
        description="Addresses of the proxies before the web chat, separated by spaces"
        " (`127.0.0.1`): only they are believed when they say whom they stand for.",
    )
    web_sessions: int = Field(
        default=60,
        ge=1,
        description="New web chats a minute from one network address; phone companies have few.",
    )
    web_url: forms.Page = Field(
        default="",
        description="The web chat's public address (`https://bot.example.org/chat`), for the links"
        " of workshops. Empty: they have none to the web chat.",
    )
    telegram_webhook: str = Field(
        default="",
        description="This server's public address (`https://bot.example.org`), where Telegram shall"
        " bring messages to `/telegram`. Empty: they are fetched, and nothing need be reachable.",
    )

    whatsapp_token: SecretStr = Field(
        default=SecretStr(""),
        description="A system user's permanent token, with `whatsapp_business_messaging`.",
    )
    whatsapp_phone_id: str = Field(
        default="", description="The id of the number, from API Setup; not the number itself."
    )
    whatsapp_number: forms.Number = Field(
        default="",
        description="The number itself, with its country (`+256 700 000000`), for the links of"
        " workshops. Empty: they have none to WhatsApp.",
    )
    whatsapp_app_secret: SecretStr = Field(
        default=SecretStr(""), description="The app's secret: it shows that a message is Meta's."
    )
    whatsapp_verify_token: SecretStr = Field(
        default=SecretStr(""),
        description="Any long word; the same is typed where the webhook is set up.",
    )
    whatsapp_template: str = Field(
        default="",
        description="An approved template without values (“Your answer is ready: write to read"
        " it”), for who wrote more than 24 hours ago. Empty: they get no late answer.",
    )
    whatsapp_template_language: str = Field(
        default="en", description="The language that the template was approved in."
    )
    whatsapp_api: str = Field(
        default="https://graph.facebook.com/v26.0",
        description="The Cloud API's address with its version.",
    )
    voice_model: str = Field(
        default="",
        description="A Whisper model that hears voice notes: a folder made for faster-whisper, or a"
        " name on the hub (`small`), fetched once. Empty: voice notes are met with a kind word."
        " Needs the extra `voice`.",
    )

    console: bool = Field(
        default=False,
        description="Whether `exchange serve` shows the staff's console, at `/console`.",
    )

    pass_on: bool | None = Field(
        default=None,
        description="Whether people whose question finds no answer may pass it on to the hub's"
        " staff. Not set: where there is a console. Without one they answer by `exchange desk`.",
    )
    pass_days: int = Field(
        default=14,
        ge=1,
        le=30,
        description="Days after which a question that was passed on is erased unanswered.",
    )

    host: str = Field(
        default="127.0.0.1",
        description="The address that `exchange serve` listens at: this machine alone, behind a"
        " proxy that speaks TLS.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="And its port; 0 takes one that is free."
    )

    rewrite_url: str = Field(
        default="",
        description="An OpenAI-compatible address (`https://…/v1`) of a language model that may put"
        " quotes together. Its sentences are checked for numbers, names, negations, prohibitions"
        " and words of harm only. Empty: none is used, and nothing leaves this machine for one.",
    )
    rewrite_model: str = Field(default="", description="The model's name at `REWRITE_URL`.")
    rewrite_key: SecretStr = Field(
        default=SecretStr(""), description="The key for `REWRITE_URL`, if it wants one."
    )
    rewrite_seconds: float = Field(
        default=8.0,
        gt=0,
        le=60,
        description="How long a person waits for the model at most; then the quotes come alone.",
    )

    @property
    def dsn(self) -> str:
        """The address of the database that several machines share; "" where all is in files."""
        return self.database_url.get_secret_value()

    @property
    def passes_on(self) -> bool:
        """Whether questions may be passed on: as set, else where staff have pages to see them."""
        return self.console if self.pass_on is None else self.pass_on

    def own_catalogue(self) -> Path:
        """The catalogue: the hub's own in the data folder where CATALOGUE names no other."""
        own = self.exchange_data / "catalogue.csv"
        return own if self.catalogue == CATALOGUE and own.exists() else self.catalogue

    def is_staff(self, person: str) -> bool:
        """Whether this person, "telegram:42", has the rights of staff: by configuration only."""
        return person in self.staff.split()


class BadSetting(Exception):
    """A setting that cannot be used. Its text names it; a secret's value is never in it."""


def read() -> Settings:
    """The settings of this process. Raises BadSetting, one line."""
    try:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f".env: cannot be read ({error}); save it as UTF-8") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]).upper()
        raise BadSetting(f"{name}={first['input']}: {first['msg']}") from error
