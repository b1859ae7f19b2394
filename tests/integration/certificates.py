"""Certificates of a test's own: nobody trusts them unless told to."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate and its key, as files."""

    public: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        """What a server with this certificate needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.public, self.key)
        return context


def make_certificate(folder: Path, name: str) -> Certificate:
    """One for `name`, such as `IP:127.0.0.1` or `DNS:mail.example`. Needs the command `openssl`."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=mail", "-addext", f"subjectAltName={name}"),
            *("-out", str(made.public), "-keyout", str(made.key)),
        ],
        check=True,
        capture_output=True,
    )
    return made
