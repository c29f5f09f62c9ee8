"""The kinds of value that a setting may have, each with what is said when it is wrong."""

import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from api.desk.wishes import Patience
from bot.channel import Pace

INDEX_KEY_BYTES = 32


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("should be a web address such as https://desk.example.org")
    return text.rstrip("/")


def _api_address(text: str) -> str:
    if urlsplit(_web_address(text)).path.strip("/"):
        raise ValueError("should be scheme and host only, without a path")
    return text.rstrip("/")


def database(text: str) -> str:
    """An address of SQLite or PostgreSQL."""
    if not text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise ValueError("should begin with sqlite:/// or postgresql://")
    return text


def pace(text: object) -> object:
    """Two numbers as a Pace."""
    if not isinstance(text, str):
        return text
    try:
        per_second, between = (float(part) for part in text.split())
    except ValueError:
        raise ValueError("should be two numbers: messages a second, and seconds between two to one chat") from None
    return Pace(per_second, between)


def key(secret: SecretStr) -> SecretStr:
    """Sixty-four hexadecimal digits."""
    try:
        length = len(bytes.fromhex(secret.get_secret_value()))
    except ValueError:
        length = 0
    if length != INDEX_KEY_BYTES:
        raise ValueError("should be 64 hexadecimal digits")
    return secret


def _webhook_secret(secret: SecretStr) -> SecretStr:
    """As https://core.telegram.org/bots/api#setwebhook wants `secret_token`."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
        raise ValueError("should be 1 to 256 of A-Z, a-z, 0-9, _ and -")
    return secret


def domain(name: str) -> str:
    """A domain, in small letters, or nothing."""
    if name and not re.fullmatch(r"(?=.{4,200}\Z)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", name.lower()):
        raise ValueError("should be a domain such as mail.example.org")
    return name.lower()


def _at_least(characters: int) -> Callable[[SecretStr], SecretStr]:
    """What somebody chose must not be guessed from what it signs."""

    def check(secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < characters:
            raise ValueError(f"should have at least {characters} characters")
        return secret

    return check


def zone(name: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("should be a time zone such as Asia/Beirut") from None
    return name


WebAddress = Annotated[str, AfterValidator(_web_address)]
ApiAddress = Annotated[str, AfterValidator(_api_address)]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
SigningKey = Annotated[SecretStr, AfterValidator(_at_least(32))]
Password = Annotated[SecretStr, AfterValidator(_at_least(16))]
Hours = Annotated[Patience, BeforeValidator(Patience.of)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
