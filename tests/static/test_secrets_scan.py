"""A secret in a file is found whatever its kind, and told without being repeated."""

import base64
import hashlib
from pathlib import Path

import pytest

from .secrets_scan import found, tracked

PLANTED = {
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "access key of a cloud": "AKIA" + "Z7Q2M4XK9P3T6WLB",
    "token of a code host": "ghp_" + "Zk3Qm8Xv1Tn5Rb7Wy2Lp9Hc4Jd6Fs0Ga3Ue8",  # pragma: allowlist secret
    "token of a chat": "xoxb-" + "2347891023-5678901234-Qm8Xv1Tn5Rb7Wy2Lp9Hc4Jd6",  # pragma: allowlist secret
    "signed token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMDIwMzA0MDUwIn0." + "c2lnbmF0dXJlLW9mLXRoaXM",
    "password in an address": "postgresql://clave:" + "tr3s-t1gres@db.internal/clave",
    "random text": f'key = "{base64.b64encode(hashlib.sha512(b"planted").digest()).decode()}"',
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_and_not_repeated(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"# nothing here\n{PLANTED[kind]}\n")

    (told, *_) = found([file])
    assert told.startswith(f"{file}:2: ")
    assert PLANTED[kind][-12:] not in told


def test_ordinary_words_and_settings_are_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text('password = "tres tigres comen trigo en un trigal"\nbase_url = "https://clave.banco.example"\n')

    assert not found([file])


def test_code_templates_documents_and_settings_are_all_looked_at() -> None:
    names = {path.name for path in tracked()}

    assert names >= {"settings.py", "page.html", "README.md", "pyproject.toml", "Makefile", "app.js", "messages.po"}
    assert not names & {"requirements.lock", "passwords.txt"}
