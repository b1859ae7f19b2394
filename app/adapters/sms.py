"""SMS through one port; the address in the settings chooses the provider."""

from typing import Final, Protocol

import httpx

from app.adapters.mail import Letter

TIMEOUT_SECONDS: Final = 10


class Texter(Protocol):
    """Sends short messages."""

    def send(self, letter: Letter) -> None:
        """Hand it to the provider.

        Raises:
            OSError, httpx.HTTPError: it was not taken; it will be tried again.
        """


class HttpTexter:
    """Posts `{"id", "to", "text"}` as JSON; user and password may stand in the address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, letter: Letter) -> None:
        """Raises httpx.HTTPError unless the provider answers 2xx in time."""
        body = {"id": letter.id, "to": letter.to, "text": letter.text}
        httpx.post(self._url, json=body, timeout=TIMEOUT_SECONDS).raise_for_status()


class AppriseTexter:
    """Any provider that apprise knows; `{to}` in its address is where the mobile number goes."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, letter: Letter) -> None:
        """Raises ConnectionError when the provider did not take it."""
        import apprise  # half a second to import, and only some banks need it

        provider = apprise.Apprise()
        taken = provider.add(self._url.replace("{to}", letter.to.lstrip("+"))) and provider.notify(body=letter.text)
        if not taken:
            raise ConnectionError("the SMS provider did not take the message")


def texter(url: str) -> Texter | None:
    """The provider that an address stands for; None where the bank has none."""
    if not url:
        return None
    return HttpTexter(url) if url.startswith(("http://", "https://")) else AppriseTexter(url)
