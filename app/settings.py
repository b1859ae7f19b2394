"""Every setting: its type, unit, default and bounds. README's table is made from here (`make docs`)."""

import os
import re
import secrets
import unicodedata
from datetime import timedelta
from email.utils import parseaddr, quote
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, HttpUrl, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.adapters import sms
from app.domain.passwords import MOST_HISTORY
from app.domain.policy import CodeChannel, Policy

ROOT: Final = Path(__file__).resolve().parent.parent
BOGOTA: Final = ZoneInfo("America/Bogota")
SECRET_KEY_LENGTH: Final = 32
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
UNSEEN: Final = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that would begin a header or a line of their own, or can be written nowhere."""
STORES: Final = {
    "database_url": ("sqlite:///", "postgresql+psycopg://"),
    "redis_url": ("redis://", "rediss://", "redis+", "valkey"),
}
LIGHT_PAPER: Final = "#ffffff"  # what text stands on: --paper in static/style.css
DARK_PAPER: Final = "#14211f"
LEAST_CONTRAST: Final = 7


class UnsafeSettings(SystemExit):
    """The start is refused; the message is one line that says which setting and why."""


class Settings(BaseSettings):
    """The settings, read from environment variables of the same names in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    app_env: Literal["demo", "production"] = Field("demo", description="`production` refuses to start when unsafe")
    staging: bool = Field(False, description="Invented customers only: `make attack` may attack it, `/healthz` says so")
    host: str = Field("127.0.0.1", description="Address the web server listens on")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on")
    base_url: str = Field("", description="The only source of mailed links; `http://HOST:PORT` in the demo")
    secret_key: SecretStr = Field(SecretStr(""), description="At least 32 characters; made by itself in the demo")
    secret_key_fallbacks: SecretStr = Field(
        SecretStr(""), description="Former values of `SECRET_KEY`, separated by spaces, while it is being changed"
    )
    instance_dir: Path = Field(ROOT / "instance", description="Folder of the local database, key and demo mail")
    database_url: str = Field("", description="`sqlite:///…` (default, in `INSTANCE_DIR`) or `postgresql+psycopg://…`")
    redis_url: str = Field("", description="Limits live there; empty: in the database")

    mail_server: str = Field("", description="SMTP server; empty in the demo: the built-in mailbox")
    mail_port: int = Field(8025, ge=1, le=65535, description="SMTP port")
    mail_use_tls: bool = Field(False, description="STARTTLS, with the certificate verified")
    mail_use_ssl: bool = Field(False, description="TLS from the first byte, with the certificate verified")
    mail_username: str = Field("", description="SMTP user, if the server asks for one")
    mail_password: SecretStr = Field(SecretStr(""), description="SMTP password")
    mail_default_sender: str = Field("", description="Sender; `BANK_NAME <no-responder@…>` by default")
    sms_url: str = Field(
        "",
        description="`https://…` (JSON is posted there) or an apprise address over TLS; demo: the built-in mailbox",
    )

    trusted_proxies: int = Field(0, ge=0, le=10, description="Number of proxies in front whose forwarded headers count")

    bank_name: str = Field("Banco del Páramo", min_length=1, description="Name of the bank")
    bank_phone_line_name: str = Field("Línea Amigo", min_length=1, description="Name of the phone line")
    bank_phones: Annotated[tuple[str, ...], NoDecode] = Field(
        ("Bogotá: 601 555 0142", "Resto del país: 01 8000 555 0142"), description="Phones, separated by `;`"
    )
    bank_url: HttpUrl = Field(HttpUrl("https://banco.example/"), description="The bank's own site: branches, help")
    bank_color: str = Field("#0b4f49", description="Colour of links and buttons, `#rrggbb`, at least 7:1 against white")
    bank_color_dark: str = Field(
        "#8fe0d3", description="The same in dark mode, `#rrggbb`, at least 7:1 against `#14211f`"
    )

    link_minutes: int = Field(30, ge=1, le=30, description="How long a mailed link works")
    code_seconds: int = Field(120, ge=1, le=600, description="How long a code works once the mail server took it")
    code_attempts: int = Field(3, ge=1, le=10, description="Wrong codes a customer has in a day")
    code_channel: CodeChannel = Field(
        CodeChannel.EMAIL,
        description="Where the code goes: `email`, `sms`, or `other` (not where the link went)",
    )
    question_count: int = Field(3, ge=3, le=5, description="Questions in a set")
    question_attempts: int = Field(2, ge=1, le=5, description="Times a customer may answer the set in a day")
    lock_hours: int = Field(
        24,
        ge=1,
        le=168,
        description="How long recovery stays closed once a budget is spent; every budget begins anew then, "
        "so less than 24 gives more tries a day",
    )
    login_attempts: int = Field(3, ge=1, le=10, description="Wrong passwords that block the password")
    password_min_length: int = Field(15, ge=8, le=64, description="Shortest new password, in characters")
    password_history: int = Field(5, ge=1, le=MOST_HISTORY, description="Former passwords that cannot be used again")
    contact_hold_hours: int = Field(24, ge=0, le=720, description="How long new contact data cannot be used")
    calm_requests: int = Field(
        300, ge=1, description="Requests for links in 10 minutes, all together, beyond which browsers must do some work"
    )
    links_per_minute: int = Field(120, ge=1, description="Links mailed in a minute, all together; the others wait")
    recovery_idle_minutes: int = Field(5, ge=1, le=60, description="Longest pause after the link is opened")
    recovery_total_minutes: int = Field(20, ge=2, le=120, description="Longest recovery after the link is opened")

    @field_validator("base_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        """As browsers write it in `Origin`, so that both can be compared."""
        if not value:
            return value
        given = value.rstrip("/")
        parts = urlsplit(given)
        is_origin = parts.hostname and parts.username is None and given == f"{parts.scheme}://{parts.netloc}"
        if parts.scheme not in DEFAULT_PORTS or not is_origin or re.search(r"\s", given):
            raise ValueError("must be an address such as https://recovery.example, without user, path or blanks")
        default = DEFAULT_PORTS[parts.scheme]
        return given.lower().removesuffix(f":{default}") if parts.port == default else given.lower()

    @field_validator("database_url", "redis_url")
    @classmethod
    def _of_a_kind_we_know(cls, value: str, info: ValidationInfo) -> str:
        kinds = STORES[info.field_name or ""]
        if value and not value.startswith(kinds):
            raise ValueError(f"must begin with {' or '.join(kinds)}")
        return value

    @field_validator("mail_default_sender")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        if value and "@" not in parseaddr(value)[1]:
            raise ValueError("must be an e-mail address, or a name and <address>")
        return value

    @field_validator("bank_phones", mode="before")
    @classmethod
    def _split_phones(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value

    @field_validator("bank_phones")
    @classmethod
    def _a_phone(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("must name at least one phone")
        return value

    @field_validator(
        "host",
        "base_url",
        "mail_server",
        "mail_username",
        "mail_default_sender",
        "sms_url",
        "bank_name",
        "bank_phone_line_name",
        "bank_phones",
    )
    @classmethod
    def _visible(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """What reaches headers and pages holds nothing that could end a header."""
        if any(unicodedata.category(char) in UNSEEN for char in "".join(value)):
            raise ValueError("must hold no control character")
        return value

    @field_validator("sms_url")
    @classmethod
    def _a_provider(cls, value: str) -> str:
        try:
            usable = not value or sms.is_usable(value)
        except ImportError:
            raise ValueError("needs the package apprise") from None
        if not usable:
            raise ValueError("must be an https:// address, or one that apprise can use")
        return value

    @field_validator("bank_color", "bank_color_dark")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError("must be a colour such as #0b4f49")
        paper = DARK_PAPER if info.field_name == "bank_color_dark" else LIGHT_PAPER
        if (ratio := _contrast(value, paper)) < LEAST_CONTRAST:
            raise ValueError(f"has a contrast of {ratio:.2f}:1 against {paper}; 7:1 is needed (WCAG 1.4.6)")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.app_env == "production":
            self._refuse_unsafe()
        if "app_env" not in self.model_fields_set and self.mail_server and self.secure:
            raise ValueError("APP_ENV must be set beside MAIL_SERVER and BASE_URL: production, or demo")
        if self.mail_use_tls and self.mail_use_ssl:
            raise ValueError("MAIL_USE_TLS and MAIL_USE_SSL exclude each other")
        if self.recovery_idle_minutes > self.recovery_total_minutes:
            raise ValueError("RECOVERY_IDLE_MINUTES must not exceed RECOVERY_TOTAL_MINUTES")
        defaults = {
            "base_url": self.base_url or f"http://{self.host}:{self.port}",
            "database_url": self.database_url or f"sqlite:///{self.instance_dir / 'nueva-clave.db'}",
            "sms_url": self.sms_url or (f"http://{self.host}:{self.port}/demo/sms" if self.demo else ""),
            "mail_default_sender": self.mail_default_sender
            or _sender(self.bank_name, f"no-responder@{self.mail_domain}"),
        }
        for name, value in defaults.items():
            object.__setattr__(self, name, value)
        return self

    def _refuse_unsafe(self) -> None:
        secret = self.secret_key.get_secret_value()
        if len(secret) < SECRET_KEY_LENGTH or len(set(secret)) < 8 or re.search(r"\s", secret):
            raise ValueError(f"SECRET_KEY must be at least {SECRET_KEY_LENGTH} unpredictable characters, none a blank")
        if not self.base_url.startswith("https://"):
            raise ValueError("BASE_URL must be set and begin with https://")
        for name in ("database_url", "mail_server"):
            if not getattr(self, name):
                raise ValueError(f"{name.upper()} must be set")
        if self.code_channel is not CodeChannel.EMAIL and not self.sms_url:
            raise ValueError("SMS_URL must be set where CODE_CHANNEL is not email")
        if self.mail_in_clear and (self.mail_username or self.mail_password.get_secret_value()):
            raise ValueError("MAIL_USERNAME and MAIL_PASSWORD must not be sent in clear: MAIL_USE_TLS or MAIL_USE_SSL")
        web = urlsplit(self.sms_url)
        stays_here = web.scheme == "http" and _is_this_host(web.hostname or "")
        if self.sms_url and not stays_here and not sms.is_encrypted(self.sms_url):
            raise ValueError("SMS_URL must not send codes in clear: https://…, or what apprise sends over TLS")

    @property
    def mail_in_clear(self) -> bool:
        """Whether links and codes leave for another host without TLS."""
        return bool(self.mail_server) and not (
            self.mail_use_tls or self.mail_use_ssl or _is_this_host(self.mail_server)
        )

    @property
    def demo(self) -> bool:
        """Whether demo pages and the built-in mailbox exist."""
        return self.app_env == "demo"

    @property
    def marker(self) -> str | None:
        """What says that this deployment may be attacked: `demo` or `staging`; None with a bank's real customers."""
        return "staging" if self.staging else "demo" if self.demo else None

    @property
    def secure(self) -> bool:
        """Whether browsers reach the service over TLS."""
        return self.base_url.startswith("https://")

    @property
    def mail_domain(self) -> str:
        """The domain of senders and of Message-IDs."""
        return urlsplit(self.base_url).hostname or "localhost" if self.secure else "banco.example"

    @property
    def mailbox_dir(self) -> Path:
        """Where the demo's mailbox keeps what was sent."""
        return self.instance_dir / "demo-mail"

    def policy(self) -> Policy:
        """The numbers of the rules of recovery."""
        return Policy(
            link_valid=timedelta(minutes=self.link_minutes),
            code_valid=timedelta(seconds=self.code_seconds),
            code_attempts=self.code_attempts,
            code_channel=self.code_channel,
            question_count=self.question_count,
            question_attempts=self.question_attempts,
            lock=timedelta(hours=self.lock_hours),
            login_attempts=self.login_attempts,
            contact_hold=timedelta(hours=self.contact_hold_hours),
            idle=timedelta(minutes=self.recovery_idle_minutes),
            total=timedelta(minutes=self.recovery_total_minutes),
            links_a_minute=self.links_per_minute,
        )

    def former_secrets(self) -> list[bytes]:
        """What `SECRET_KEY` was before."""
        return [one.encode() for one in self.secret_key_fallbacks.get_secret_value().split()]

    def secret(self) -> bytes:
        """The one secret; the demo makes its own and keeps it, so that a restart ends nothing."""
        if given := self.secret_key.get_secret_value():
            return given.encode()
        return _kept_secret(self.instance_dir / "secret_key")


def _is_this_host(name: str) -> bool:
    """Whether what is sent to a host of this name leaves no cable."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def _sender(name: str, address: str) -> str:
    """A name and its address as a letter's header has them: quoted where it must be (RFC 5322, 3.2.4)."""
    plain = f"{name} <{address}>"
    return plain if parseaddr(plain) == (name, address) else f'"{quote(name)}" <{address}>'


def _contrast(one: str, other: str) -> float:
    """How far two colours `#rrggbb` stand apart, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _kept_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_bytes()


def read_settings(**overrides: Any) -> Settings:
    """The settings of this environment.

    Raises:
        UnsafeSettings: one clear line: what is missing, weak or out of bounds.
    """
    try:
        return Settings(**overrides)
    except ValidationError as problem:
        lines = (_line(error) for error in problem.errors())
        raise UnsafeSettings(f"Cannot start: {'; '.join(lines)}.") from None


def _line(error: Any) -> str:
    name = "_".join(str(part) for part in error["loc"]).upper()
    text = error["msg"].removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
