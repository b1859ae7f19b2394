"""SMS through one port; the address in the settings chooses the provider."""

from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from app.adapters.mail import Letter

TIMEOUT_SECONDS: Final = 10
OUR_OWN: Final = ("http", "https")
ANY_MOBILE: Final = "+573001234567"


class Texter(Protocol):
    """Sends short messages."""

    def send(self, letter: "Letter") -> None:
        """Hand it to the provider.

        Raises:
            OSError, httpx.HTTPError: it was not taken; it will be tried again.
        """


class HttpTexter:
    """Posts `{"id", "to", "text"}` as JSON; user and password may stand in the address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, letter: "Letter") -> None:
        """Raises httpx.HTTPError unless the provider answers 2xx in time."""
        body = {"id": letter.id, "to": letter.to, "text": letter.text}
        httpx.post(self._url, json=body, timeout=TIMEOUT_SECONDS).raise_for_status()


class AppriseTexter:
    """Any provider that apprise knows; `{to}` in its address is where the mobile number goes."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, letter: "Letter") -> None:
        """Raises ConnectionError when the provider did not take it."""
        import apprise

        provider = _in_apprise(self._url, letter.to)
        if provider is None or not apprise.Apprise([provider]).notify(body=letter.text):
            raise ConnectionError("the SMS provider did not take the message")


def _in_apprise(url: str, to: str) -> Any:
    """The provider that apprise makes of an address for one mobile, before it is asked; None where it makes none."""
    import apprise  # half a second to import, and only some banks need it

    asset = apprise.AppriseAsset(http_redirects=False)
    return apprise.Apprise.instantiate(url.replace("{to}", to.lstrip("+")), asset=asset)


def is_usable(url: str) -> bool:
    """Whether messages can be sent by this address, as far as it tells by itself.

    Raises:
        ImportError: apprise would have to know, and is not installed.
    """
    if _scheme(url) in OUR_OWN:
        return bool(urlsplit(url).hostname)
    return _in_apprise(url, ANY_MOBILE) is not None


def is_encrypted(url: str) -> bool:
    """Whether a usable address has messages leave over TLS, with the certificate verified."""
    if _scheme(url) in OUR_OWN:
        return _scheme(url) == "https"
    provider = _in_apprise(url, ANY_MOBILE)
    in_clear = not provider.verify_certificate or getattr(provider, "secure_mode", "") == "insecure"  # mailtos has it
    return provider.schema in _names(provider.secure_protocol) and not in_clear


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower()


def _names(schemes: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """What apprise gives as one name, several, or none."""
    return (schemes,) if isinstance(schemes, str) else schemes or ()


def texter(url: str) -> Texter | None:
    """The provider that an address stands for; None where the bank has none."""
    if not url:
        return None
    return HttpTexter(url) if _scheme(url) in OUR_OWN else AppriseTexter(url)
