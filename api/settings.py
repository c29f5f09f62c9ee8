"""The settings of a deployment, and the only place where the environment is read.

Each setting is an environment variable `RAFIQA_NAME`, or the content of the file that `RAFIQA_NAME_FILE` names.
docs/operations.md lists them; an empty one counts as not set, an unknown or wrong one stops the start.
"""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from api.desk.wishes import Patience
from api.setting_kinds import (
    E164,
    ApiAddress,
    Hours,
    Password,
    SigningKey,
    WebAddress,
    WebhookSecret,
    database,
    domain,
    key,
    pace,
    zone,
)
from api.variables import PREFIX, SettingsError, read_variables
from bot.channel import Pace
from flows.model import Desk

_DESK = Desk()


class _Environment(PydanticBaseSettingsSource):
    """Reads the variables; pydantic-settings' own source would let unknown ones pass and knows no `_FILE`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: `__call__` reads all at once."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        return read_variables(os.environ, set(self.settings_cls.model_fields))


class Settings(BaseSettings):
    """All settings. Secrets are never in its `repr`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    data_dir: Path = Path("data")
    database_url: Annotated[str, AfterValidator(database)] = Field(default="", repr=False)
    index_key: Annotated[SecretStr, AfterValidator(key)] | None = None

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    base_url: WebAddress = "http://127.0.0.1:8000"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    time_zone: Annotated[str, AfterValidator(zone)] = "Asia/Beirut"
    simulator: bool = False

    telegram_token: SecretStr | None = None
    telegram_secret: WebhookSecret | None = None
    telegram_api_url: ApiAddress = "https://api.telegram.org"
    telegram_pace: Annotated[Pace | None, BeforeValidator(pace)] = None

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_number: E164 | None = None
    twilio_api_url: ApiAddress = "https://api.twilio.com"
    twilio_pace: Annotated[Pace | None, BeforeValidator(pace)] = None

    twilio_whatsapp_number: E164 | None = None
    twilio_whatsapp_template: Annotated[str, Field(pattern=r"^(HX[0-9a-f]{32})?$")] = ""

    mail_domain: Annotated[str, AfterValidator(domain)] = ""
    mail_imap_host: str = ""
    mail_imap_port: int = Field(default=993, ge=1, le=65535)
    mail_imap_user: str = ""
    mail_imap_password: SecretStr | None = None
    mail_forward_secret: Password | None = None
    mail_megabytes: int = Field(default=5, ge=1, le=50)
    smsgate_api_url: WebAddress = "https://api.sms-gate.app/3rdparty/v1"
    smsgate_user: str = ""
    smsgate_password: SecretStr | None = None
    smsgate_signing_key: SigningKey | None = None
    smsgate_pace: Annotated[Pace | None, BeforeValidator(pace)] = None

    httpsms_api_url: ApiAddress = "https://api.httpsms.com"
    httpsms_api_key: SecretStr | None = None
    httpsms_signing_key: SigningKey | None = None
    httpsms_pace: Annotated[Pace | None, BeforeValidator(pace)] = None

    cht_user: str = "gateway"
    cht_password: Password | None = None

    appointment_unread: Hours = Patience.of("6 24")
    news_unread: Hours = Patience.of("24")

    session_idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_minutes: int = Field(default=8 * 60, ge=1, le=7 * 24 * 60)

    desk_name: str = _DESK.name
    desk_handle: str = _DESK.handle
    desk_number: str = _DESK.number
    desk_phrase: str = _DESK.phrase
    desk_emergency: str = _DESK.emergency

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in stands over the environment, and nothing else is read."""
        return init_settings, _Environment(settings_cls)

    @model_validator(mode="before")
    @classmethod
    def _follow(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Defaults that follow from other settings."""
        folder = Path(values.get("data_dir") or cls.model_fields["data_dir"].default)
        follows = {
            "database_url": f"sqlite:///{folder.absolute() / 'main.db'}",
            "base_url": f"http://127.0.0.1:{values.get('port', 8000)}",
        }
        return follows | values

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers that are set here, and so cannot be taken away on a page."""
        return frozenset(filter(None, (self.twilio_number, self.twilio_whatsapp_number)))

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.twilio_auth_token and not (self.twilio_account_sid and self.twilio_number):
            raise ValueError(
                "RAFIQA_TWILIO_AUTH_TOKEN needs RAFIQA_TWILIO_ACCOUNT_SID and RAFIQA_TWILIO_NUMBER beside it"
            )
        if self.twilio_whatsapp_number and not self.twilio_auth_token:
            raise ValueError("RAFIQA_TWILIO_WHATSAPP_NUMBER needs RAFIQA_TWILIO_AUTH_TOKEN beside it")
        self._agree_on_mail()
        if self.smsgate_password and not (self.smsgate_user and self.smsgate_signing_key):
            raise ValueError(
                "RAFIQA_SMSGATE_PASSWORD needs RAFIQA_SMSGATE_USER and RAFIQA_SMSGATE_SIGNING_KEY beside it"
            )
        if self.httpsms_api_key and not self.httpsms_signing_key:
            raise ValueError("RAFIQA_HTTPSMS_API_KEY needs RAFIQA_HTTPSMS_SIGNING_KEY beside it")
        if self.simulator:
            self._refuse_simulator(bool(self.telegram_token), "TELEGRAM_TOKEN", self.telegram_api_url)
            self._refuse_simulator(bool(self.twilio_auth_token), "TWILIO_AUTH_TOKEN", self.twilio_api_url)
            self._refuse_simulator(bool(self.smsgate_signing_key), "SMSGATE_SIGNING_KEY", self.smsgate_api_url)
            self._refuse_simulator(bool(self.httpsms_signing_key), "HTTPSMS_SIGNING_KEY", self.httpsms_api_url)
            self._refuse_simulator(bool(self.cht_password), "CHT_PASSWORD", self.base_url)
        return self

    def _agree_on_mail(self) -> None:
        if (self.mail_imap_host or self.mail_forward_secret) and not self.mail_domain:
            raise ValueError("RAFIQA_MAIL_IMAP_HOST and RAFIQA_MAIL_FORWARD_SECRET need RAFIQA_MAIL_DOMAIN beside them")
        if self.mail_imap_host and not (self.mail_imap_user and self.mail_imap_password):
            raise ValueError(
                "RAFIQA_MAIL_IMAP_HOST needs RAFIQA_MAIL_IMAP_USER and RAFIQA_MAIL_IMAP_PASSWORD beside it"
            )

    def _refuse_simulator(self, provider_is_on: bool, token: str, api_url: str) -> None:
        if provider_is_on and not _is_loopback(urlsplit(api_url).hostname or ""):
            raise ValueError(f"RAFIQA_SIMULATOR=on is refused while RAFIQA_{token} is set: anybody could play a worker")

    @property
    def keyring_path(self) -> Path:
        """Where the keyring lies: always in the data folder, whatever the database is."""
        return self.data_dir / "keyring.db"

    @property
    def index_key_path(self) -> Path:
        """Where the index key lies when it is not a setting."""
        return self.data_dir / "index.key"

    @property
    def index_key_bytes(self) -> bytes:
        """The index key. Raises SettingsError when there is none yet."""
        if self.index_key:
            return bytes.fromhex(self.index_key.get_secret_value())
        try:
            return bytes.fromhex(self.index_key_path.read_text("ascii").strip())
        except (OSError, ValueError):
            raise SettingsError(f"{PREFIX}INDEX_KEY: there is no index key; has `rafiqa setup` been run?") from None

    @property
    def desk(self) -> Desk:
        """Who runs this deployment, as a worker may be told it."""
        return Desk(self.desk_name, self.desk_handle, self.desk_number, self.desk_phrase, self.desk_emergency)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the console shows times."""
        return ZoneInfo(self.time_zone)

    @property
    def mail_bytes(self) -> int:
        """How large an e-mail may be to be kept."""
        return self.mail_megabytes * 1024 * 1024

    @property
    def secure(self) -> bool:
        """Whether browsers reach this deployment by https."""
        return self.base_url.startswith("https:")


def load() -> Settings:
    """The settings of this process. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_line(one["loc"], one["msg"]) for one in error.errors())) from None


def _line(place: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(place[0]).upper()}: {text}" if place else text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
