"""Settings: what is missing, weak or out of bounds stops the start with one clear line."""

import os
import stat
import subprocess
import sys
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest

from app.domain.policy import LONGEST_LOCK, CodeChannel, Policy
from app.services import build
from app.settings import ROOT, Settings, UnsafeSettings, read_settings

# apprise still imports it where Python still has it
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

GOOD_KEY = "correct-horse-battery-staple-0123456789"
FORMER_KEY = "tr0ub4dor-and-three-of-its-relatives-9876"
MAIL_PASSWORD = "the mail's own secret"
SECRETS = (GOOD_KEY, FORMER_KEY, MAIL_PASSWORD)
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": GOOD_KEY,
    "BASE_URL": "https://clave.banco.example",
    "DATABASE_URL": "postgresql+psycopg://clave@db/clave",
    "MAIL_SERVER": "mail.banco.example",
}
BOUNDS = {
    "PORT": (1, 65535),
    "MAIL_PORT": (1, 65535),
    "TRUSTED_PROXIES": (0, 10),
    "LINK_MINUTES": (1, 30),
    "CODE_SECONDS": (1, 600),
    "CODE_ATTEMPTS": (1, 10),
    "QUESTION_COUNT": (3, 5),
    "QUESTION_ATTEMPTS": (1, 5),
    "LOCK_HOURS": (1, 168),
    "LOGIN_ATTEMPTS": (1, 10),
    "PASSWORD_MIN_LENGTH": (8, 64),
    "PASSWORD_HISTORY": (1, 24),
    "CONTACT_HOLD_HOURS": (0, 720),
    "RECOVERY_IDLE_MINUTES": (1, 20),
    "RECOVERY_TOTAL_MINUTES": (5, 120),
}
CONTRACT = {
    "app_env": "demo",
    "host": "127.0.0.1",
    "port": 8000,
    "trusted_proxies": 0,
    "bank_phone_line_name": "Línea Amigo",
    "link_minutes": 30,
    "code_seconds": 120,
    "code_attempts": 3,
    "question_count": 3,
    "question_attempts": 2,
    "lock_hours": 24,
    "login_attempts": 3,
    "password_min_length": 15,
    "password_history": 5,
    "contact_hold_hours": 24,
    "recovery_idle_minutes": 5,
    "recovery_total_minutes": 20,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def read(environment: pytest.MonkeyPatch, **variables: str) -> Settings:
    """The settings as the service reads them from these variables."""
    for name, value in variables.items():
        environment.setenv(name, value)
    return read_settings()


def refused(environment: pytest.MonkeyPatch, **variables: str) -> str:
    """The line with which the start is refused."""
    with pytest.raises(UnsafeSettings) as stopped:
        read(environment, **variables)
    line = str(stopped.value)
    assert line.startswith("Cannot start: ")
    assert len(line.splitlines()) == 1
    return line


# --- production


def test_production_starts_with_all_that_it_needs(environment: pytest.MonkeyPatch) -> None:
    settings = read(environment, **PRODUCTION)

    assert not settings.demo
    assert settings.secure
    assert settings.secret() == GOOD_KEY.encode()
    assert settings.mail_default_sender == "Banco del Páramo <no-responder@clave.banco.example>"
    assert settings.sms_url == ""


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL", "DATABASE_URL", "MAIL_SERVER"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_production_refuses_to_start_without(environment: pytest.MonkeyPatch, name: str, how: str) -> None:
    variables = PRODUCTION | {name: ""}
    if how == "missing":
        del variables[name]

    assert name in refused(environment, **variables)


@pytest.mark.parametrize(
    ("name", "weak"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", GOOD_KEY[:31]),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "changeme" * 8),
        ("BASE_URL", "http://clave.banco.example"),
        ("SECRET_KEY", GOOD_KEY + " " + GOOD_KEY),
        ("BASE_URL", "clave.banco.example"),
        ("BASE_URL", "https:///"),
        ("BASE_URL", "https://user:password@b.example"),  # pragma: allowlist secret
        ("BASE_URL", "https://b.example/clave"),
        ("BASE_URL", "https://b.example?a=b"),
        ("BASE_URL", "https://b.example b.example"),
        ("BASE_URL", "https://b.example:clave"),
        ("DATABASE_URL", "mysql://b.example/bank"),
        ("REDIS_URL", "nonsense://user:password@b.example"),  # pragma: allowlist secret
        ("SMS_URL", "http://sms.b.example/"),
        ("SMS_URL", "HTTP://sms.b.example/"),
        ("SMS_URL", "json://sms.b.example/{to}"),
        ("SMS_URL", "JSON://sms.b.example/{to}"),
        ("SMS_URL", "jsons://sms.b.example/{to}?verify=no"),
        ("SMS_URL", "mailto://bank:secret@sms.b.example?to={to}@sms.b.example"),  # pragma: allowlist secret
        ("SMS_URL", "mailtos://bank:secret@sms.b.example?mode=insecure"),  # pragma: allowlist secret
        ("MAIL_DEFAULT_SENDER", "nobody"),
    ],
)
def test_production_refuses_to_start_with_a_weak(environment: pytest.MonkeyPatch, name: str, weak: str) -> None:
    line = refused(environment, **PRODUCTION | {name: weak})

    assert name in line
    assert weak not in line


@pytest.mark.parametrize("channel", ["sms", "other"])
def test_production_promises_no_code_by_sms_without_a_provider(environment: pytest.MonkeyPatch, channel: str) -> None:
    assert "SMS_URL" in refused(environment, **PRODUCTION | {"CODE_CHANNEL": channel})


@pytest.mark.parametrize(
    "address",
    [
        "https://sms.b.example/",
        "HTTPS://sms.b.example/",
        "http://127.0.0.1:8080/",
        "jsons://sms.b.example/{to}",
        "vonage://12345678:0123456789abcdef@573001234560/{to}",  # pragma: allowlist secret
    ],
)
def test_production_takes_a_provider_that_is_asked_over_tls_or_on_this_host(
    environment: pytest.MonkeyPatch, address: str
) -> None:
    assert read(environment, **PRODUCTION | {"SMS_URL": address}).sms_url == address


@pytest.mark.parametrize("address", ["ftp://x", "x", "https://", "twilio://x/{to}", "nobody-knows://x"])
@pytest.mark.parametrize("app_env", ["demo", "production"])
def test_an_address_by_which_no_message_can_be_sent_stops_the_start(
    environment: pytest.MonkeyPatch, app_env: str, address: str
) -> None:
    line = refused(environment, **PRODUCTION | {"APP_ENV": app_env, "SMS_URL": address})
    assert line == "Cannot start: SMS_URL: must be an https:// address, or one that apprise can use."


def test_where_apprise_is_not_installed_only_its_own_addresses_stop_the_start(environment: pytest.MonkeyPatch) -> None:
    environment.setitem(sys.modules, "apprise", None)
    assert read(environment, **PRODUCTION | {"SMS_URL": "https://sms.b.example/"}).sms_url
    assert "needs the package apprise" in refused(environment, SMS_URL="jsons://sms.b.example/{to}")


def test_apprise_is_not_even_loaded_where_nothing_needs_it() -> None:
    loads = "import sys, app; app.create_app; sys.exit('apprise' in sys.modules)"
    subprocess.run([sys.executable, "-c", loads], cwd=ROOT, timeout=60, check=True)


@pytest.mark.parametrize("given", [{"MAIL_USERNAME": "bank"}, {"MAIL_PASSWORD": MAIL_PASSWORD}])
def test_user_and_password_of_the_mail_server_leave_this_host_over_tls_only(
    environment: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    line = refused(environment, **PRODUCTION | given)
    assert "MAIL_USERNAME and MAIL_PASSWORD must not be sent in clear" in line
    assert MAIL_PASSWORD not in line
    for how in ("MAIL_USE_TLS", "MAIL_USE_SSL"):
        with environment.context() as for_now:
            assert read(for_now, **PRODUCTION | given | {how: "true"})
    for here in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        assert read(environment, **PRODUCTION | given | {"MAIL_SERVER": here})


@pytest.mark.parametrize(
    ("given", "in_clear"),
    [
        ({}, True),
        ({"MAIL_SERVER": "192.0.2.1"}, True),
        ({"MAIL_SERVER": "localhost"}, False),
        ({"MAIL_SERVER": "127.0.0.1"}, False),
        ({"MAIL_USE_TLS": "true"}, False),
        ({"MAIL_USE_SSL": "true"}, False),
    ],
)
def test_mail_leaves_in_clear_without_tls_to_another_host(
    environment: pytest.MonkeyPatch, given: dict[str, str], in_clear: bool
) -> None:
    assert read(environment, **PRODUCTION | given).mail_in_clear is in_clear


def test_whoever_sets_a_real_address_and_mail_server_and_forgets_production_gets_no_demo(
    environment: pytest.MonkeyPatch,
) -> None:
    forgotten = {name: value for name, value in PRODUCTION.items() if name != "APP_ENV"}
    assert "APP_ENV" in refused(environment, **forgotten)
    assert read(environment, **forgotten | {"APP_ENV": "demo"}).demo


def test_mail_is_encrypted_in_one_way(environment: pytest.MonkeyPatch) -> None:
    line = refused(environment, **PRODUCTION | {"MAIL_USE_TLS": "true", "MAIL_USE_SSL": "true"})
    assert line == "Cannot start: MAIL_USE_TLS and MAIL_USE_SSL exclude each other."


@pytest.mark.parametrize("given", ["https://b.example/", "https://B.Example", "https://b.example:443"])
def test_the_address_is_kept_as_browsers_write_an_origin(environment: pytest.MonkeyPatch, given: str) -> None:
    assert read(environment, **PRODUCTION | {"BASE_URL": given}).base_url == "https://b.example"


def test_a_port_of_its_own_stays_in_the_address(environment: pytest.MonkeyPatch) -> None:
    for address in ("http://b.example:8443", "http://[::1]:8000", "https://[2001:db8::1]"):
        assert read(environment, BASE_URL=address).base_url == address


@pytest.mark.parametrize("name", ["Banco Ejemplo, S.A.", 'Banco "Ejemplo"', "Banco: Ejemplo", "Banco del Páramo"])
def test_any_name_of_a_bank_can_stand_before_the_senders_address(environment: pytest.MonkeyPatch, name: str) -> None:
    sender = read(environment, **PRODUCTION | {"BANK_NAME": name}).mail_default_sender
    assert parseaddr(sender) == (name, "no-responder@clave.banco.example")


def test_the_start_is_refused_by_one_line_without_a_traceback(tmp_path: Path) -> None:
    given = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    started = subprocess.run(
        [sys.executable, "-c", "from app import create_app; create_app()"],
        env=given | PRODUCTION | {"SECRET_KEY": "short", "INSTANCE_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert started.returncode == 1
    assert started.stdout == ""
    assert started.stderr == "Cannot start: SECRET_KEY must be at least 32 unpredictable characters, none a blank.\n"


@pytest.mark.parametrize("value", ["prod", "Production", "DEMO", "", "test"])
def test_there_is_no_third_environment(environment: pytest.MonkeyPatch, value: str) -> None:
    assert refused(environment, APP_ENV=value).startswith("Cannot start: APP_ENV: ")


# --- the demo


@pytest.mark.parametrize(("name", "value"), CONTRACT.items())
def test_the_demo_needs_no_setting_and_starts_with_the_published_ones(name: str, value: object) -> None:
    assert getattr(read_settings(), name) == value


def test_the_demo_sends_links_to_where_it_listens(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(environment, PORT="8123", INSTANCE_DIR=str(tmp_path))

    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.sms_url == "http://127.0.0.1:8123/demo/sms"
    assert settings.database_url == f"sqlite:///{tmp_path / 'nueva-clave.db'}"
    assert settings.mailbox_dir.is_relative_to(tmp_path)
    assert not settings.secure


def test_a_slash_at_the_end_of_the_address_is_not_doubled_in_links(environment: pytest.MonkeyPatch) -> None:
    assert read(environment, **PRODUCTION | {"BASE_URL": "https://clave.example//"}).base_url == "https://clave.example"


def test_the_demo_makes_its_own_secret_keeps_it_and_shows_it_to_nobody_else(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "not yet there"
    first = read(environment, INSTANCE_DIR=str(folder)).secret()
    again = read(environment, INSTANCE_DIR=str(folder)).secret()
    (file,) = folder.iterdir()

    assert first == again == file.read_bytes()
    assert len(first) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_demos_have_two_secrets(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = {read(environment, INSTANCE_DIR=str(tmp_path / name)).secret() for name in ("one", "other")}

    assert len(secrets) == 2


def test_a_secret_that_is_given_is_used_and_none_is_made(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(environment, SECRET_KEY=GOOD_KEY, INSTANCE_DIR=str(tmp_path))

    assert settings.secret() == GOOD_KEY.encode()
    assert list(tmp_path.iterdir()) == []


def test_former_secrets_are_separated_by_spaces(environment: pytest.MonkeyPatch) -> None:
    settings = read(environment, SECRET_KEY_FALLBACKS=f"  {FORMER_KEY}  {GOOD_KEY} ")

    assert settings.former_secrets() == [FORMER_KEY.encode(), GOOD_KEY.encode()]
    assert read(environment, SECRET_KEY_FALLBACKS="").former_secrets() == []


# --- values


@pytest.mark.parametrize(("name", "bounds"), BOUNDS.items())
def test_every_number_has_bounds_that_are_told(
    environment: pytest.MonkeyPatch, name: str, bounds: tuple[int, int]
) -> None:
    lowest, highest = bounds
    for allowed in bounds:
        assert getattr(read(environment, **{name: str(allowed)}), name.lower()) == allowed
    for beyond in (lowest - 1, highest + 1):
        assert name in refused(environment, **{name: str(beyond)})


def test_the_longest_lock_that_may_be_chosen_is_the_longest_that_the_rules_know() -> None:
    assert timedelta(hours=BOUNDS["LOCK_HOURS"][1]) == LONGEST_LOCK


@pytest.mark.parametrize(("idle", "total"), [("21", "20"), ("5", "4")])
def test_a_pause_longer_than_the_whole_is_refused(environment: pytest.MonkeyPatch, idle: str, total: str) -> None:
    line = refused(environment, RECOVERY_IDLE_MINUTES=idle, RECOVERY_TOTAL_MINUTES=total)

    assert "RECOVERY_IDLE_MINUTES must not exceed RECOVERY_TOTAL_MINUTES" in line


@pytest.mark.parametrize("wrong", ["", "many", "3.5", "0x3", "-1"])
def test_what_is_no_number_is_named_and_not_repeated(environment: pytest.MonkeyPatch, wrong: str) -> None:
    line = refused(environment, CODE_ATTEMPTS=wrong)

    assert line.startswith("Cannot start: CODE_ATTEMPTS: ")
    assert not wrong or wrong not in line


def test_all_that_is_wrong_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    line = refused(environment, CODE_ATTEMPTS="0", LOCK_HOURS="999", BANK_URL="not an address", CODE_CHANNEL="pigeon")

    assert all(name in line for name in ("CODE_ATTEMPTS", "LOCK_HOURS", "BANK_URL", "CODE_CHANNEL"))


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("Bogotá: 601 555 0142", ("Bogotá: 601 555 0142",)),
        (" Bogotá: 601 ; ;Cali: 602;", ("Bogotá: 601", "Cali: 602")),
        ("Medellín, Envigado: 604; [otros]", ("Medellín, Envigado: 604", "[otros]")),
    ],
)
def test_phones_are_separated_by_semicolons(
    environment: pytest.MonkeyPatch, text: str, phones: tuple[str, ...]
) -> None:
    assert read(environment, BANK_PHONES=text).bank_phones == phones


@pytest.mark.parametrize("none", ["", ";", " ; ; "])
def test_a_bank_without_any_phone_is_refused(environment: pytest.MonkeyPatch, none: str) -> None:
    assert refused(environment, BANK_PHONES=none) == "Cannot start: BANK_PHONES: must name at least one phone."


@pytest.mark.parametrize("control", ["\r\nBcc: all@b.example", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028"], ids=ascii)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BANK_NAME", "Banco{}Ejemplo"),
        ("BANK_PHONE_LINE_NAME", "Línea{}Amigo"),
        ("BANK_PHONES", "Bogotá: 601{}555; Cali: 602"),
        ("MAIL_DEFAULT_SENDER", "Banco <no-responder@b.example{}>"),
        ("MAIL_USERNAME", "bank{}"),
        ("MAIL_SERVER", "mail.b.example{}"),
        ("SMS_URL", "https://sms.b.example/{}"),
        ("HOST", "127.0.0.1{}"),
    ],
)
def test_no_text_for_headers_or_pages_holds_a_control_character(
    environment: pytest.MonkeyPatch, name: str, value: str, control: str
) -> None:
    assert refused(environment, **{name: value.format(control)}) == (
        f"Cannot start: {name}: must hold no control character."
    )


def test_every_number_of_the_rules_comes_from_its_setting(environment: pytest.MonkeyPatch) -> None:
    policy = read(
        environment,
        LINK_MINUTES="11",
        CODE_SECONDS="12",
        CODE_ATTEMPTS="4",
        CODE_CHANNEL="other",
        QUESTION_COUNT="5",
        QUESTION_ATTEMPTS="1",
        LOCK_HOURS="13",
        LOGIN_ATTEMPTS="6",
        CONTACT_HOLD_HOURS="15",
        RECOVERY_IDLE_MINUTES="16",
        RECOVERY_TOTAL_MINUTES="17",
    ).policy()

    assert (policy.link_valid, policy.code_valid) == (timedelta(minutes=11), timedelta(seconds=12))
    assert (policy.code_attempts, policy.question_attempts, policy.login_attempts) == (4, 1, 6)
    assert policy.question_count == 5
    assert (policy.lock, policy.contact_hold) == (timedelta(hours=13), timedelta(hours=15))
    assert (policy.idle, policy.total) == (timedelta(minutes=16), timedelta(minutes=17))
    assert policy.code_channel is CodeChannel.OTHER


# --- secrets stay secret


def test_no_key_and_no_mail_password_is_ever_printed(environment: pytest.MonkeyPatch) -> None:
    given = {"MAIL_USE_TLS": "true", "MAIL_PASSWORD": MAIL_PASSWORD, "SECRET_KEY_FALLBACKS": FORMER_KEY}
    settings = read(environment, **PRODUCTION | given)

    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert not any(secret in text for secret in SECRETS)


def test_a_refused_start_prints_no_secret(environment: pytest.MonkeyPatch) -> None:
    given = PRODUCTION | {"MAIL_PASSWORD": MAIL_PASSWORD, "SECRET_KEY_FALLBACKS": FORMER_KEY}
    line = refused(environment, **given | {"CODE_ATTEMPTS": "0", "BASE_URL": ""})

    assert not any(secret in line for secret in SECRETS)


def test_settings_do_not_change_while_the_service_runs() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings().code_attempts = 99


def test_the_rules_by_themselves_are_those_of_the_default_settings(environment: pytest.MonkeyPatch) -> None:
    assert read(environment).policy() == Policy()


def test_the_rules_of_passwords_come_from_their_settings(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = {"PASSWORD_MIN_LENGTH": "18", "PASSWORD_HISTORY": "14", "BANK_NAME": "Banco Frailejón"}
    passwords = build(read(environment, INSTANCE_DIR=str(tmp_path), **chosen)).rules.passwords

    assert (passwords.min_length, passwords.history) == (18, 14)
    assert passwords.bank_words == ("Banco Frailejón", "Línea Amigo")
