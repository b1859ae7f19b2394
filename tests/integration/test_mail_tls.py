"""Mail over TLS: a server whose certificate cannot be verified gets nothing (requirement S18)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from tests.people import ALICE

from .bank import Bank
from .certificates import Certificate, make_certificate
from .conftest import OpenBank
from .letters import PostOffice
from .walk import Walk

HOW = {"STARTTLS": {"mail_use_tls": True}, "TLS at once": {"mail_use_ssl": True}}
SecureBank = Callable[[str, Certificate], Bank]


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for this host."""
    return make_certificate(tmp_path_factory.mktemp("ours"), "IP:127.0.0.1")


@pytest.fixture(scope="session")
def of_another_host(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for another host."""
    return make_certificate(tmp_path_factory.mktemp("other"), "DNS:mail.example")


@pytest.fixture
def secure_bank(open_bank: OpenBank) -> Iterator[SecureBank]:
    """A bank whose mail server speaks TLS in one of two ways."""
    offices: list[PostOffice] = []

    def open_one(how: str, certificate: Certificate) -> Bank:
        office = PostOffice(certificate.server, tls_at_once=how == "TLS at once")
        office.open()
        offices.append(office)
        bank = open_bank(mail_port=office.port, **HOW[how])
        bank.post_office = office
        return bank

    yield open_one
    for office in offices:
        office.leave()


def ask_and_deliver(bank: Bank) -> None:
    Walk(bank).ask()
    bank.deliver()


@pytest.mark.parametrize("how", HOW)
def test_a_certificate_of_an_unknown_authority_gets_nothing(
    secure_bank: SecureBank, ours: Certificate, how: str
) -> None:
    bank = secure_bank(how, ours)
    ask_and_deliver(bank)
    assert not bank.post_office.offered
    assert [entry["problem"] for entry in bank.events("notice_delayed")] == ["SSLCertVerificationError"]


@pytest.mark.parametrize("how", HOW)
def test_a_trusted_certificate_gets_the_message(
    secure_bank: SecureBank, ours: Certificate, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = secure_bank(how, ours)
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.public))
    ask_and_deliver(bank)
    assert bank.letters_to(ALICE)[0].link


@pytest.mark.parametrize("how", HOW)
def test_a_trusted_certificate_of_another_host_gets_nothing(
    secure_bank: SecureBank, of_another_host: Certificate, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = secure_bank(how, of_another_host)
    monkeypatch.setenv("SSL_CERT_FILE", str(of_another_host.public))
    ask_and_deliver(bank)
    assert not bank.post_office.offered


def test_a_server_that_offers_no_tls_gets_nothing_when_tls_is_asked_for(open_bank: OpenBank) -> None:
    bank = open_bank(mail_use_tls=True)
    ask_and_deliver(bank)
    assert not bank.post_office.offered
    assert [entry["problem"] for entry in bank.events("notice_delayed")] == ["SMTPNotSupportedError"]


def test_user_and_password_are_given_over_tls_only(
    open_bank: OpenBank, ours: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    def authenticate(_server: Any, session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        given.append((session.ssl is not None, data.login, data.password))
        return AuthResult(success=True)

    office = PostOffice(ours.server, authenticator=authenticate)
    office.open()
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.public))
    bank = open_bank(mail_port=office.port, mail_use_tls=True, mail_username="bank", mail_password="secret")
    ask_and_deliver(bank)
    office.leave()
    assert given == [(True, b"bank", b"secret")]
    assert "secret" not in bank.log.getvalue()
