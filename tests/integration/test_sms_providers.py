"""SMS_URL chooses the provider: our own HTTP, anything apprise knows, or none."""

import httpx
import pytest
from pytest_httpserver import HTTPServer

from app.adapters.mail import Letter
from app.adapters.sms import texter

# apprise still imports it where Python still has it
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

LETTER = Letter("a1b2", "+573001234567", "", "Banco del Páramo: su código es 012345.")


def test_a_web_address_gets_the_message_as_json_with_a_number_that_tells_repeats(httpserver: HTTPServer) -> None:
    wanted = {"id": LETTER.id, "to": LETTER.to, "text": LETTER.text}
    httpserver.expect_oneshot_request("/sms", method="POST", json=wanted).respond_with_data(status=202)
    provider = texter(httpserver.url_for("/sms"))
    assert provider is not None

    provider.send(LETTER)

    httpserver.check()


def test_the_scheme_of_a_web_address_may_be_written_in_capitals(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/sms", method="POST").respond_with_data()
    provider = texter(httpserver.url_for("/sms").replace("http://", "HTTP://"))
    assert provider is not None

    provider.send(LETTER)

    httpserver.check()


def test_user_and_password_in_the_address_are_sent_as_such(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/sms", headers={"Authorization": "Basic YmFuazpzZWNyZXQ="}).respond_with_data()
    provider = texter(httpserver.url_for("/sms").replace("http://", "http://bank:secret@"))
    assert provider is not None

    provider.send(LETTER)

    httpserver.check()


def test_a_provider_that_apprise_knows_gets_the_number_in_its_address(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/to/573001234567", method="POST").respond_with_data()
    provider = texter(f"json://{httpserver.host}:{httpserver.port}/to/{{to}}")
    assert provider is not None

    provider.send(LETTER)

    httpserver.check()
    assert LETTER.text in httpserver.log[0][0].get_json()["message"]


def test_a_provider_behind_apprise_that_refuses_is_tried_again_later(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/to/573001234567").respond_with_data(status=500)
    provider = texter(f"json://{httpserver.host}:{httpserver.port}/to/{{to}}")
    assert provider is not None

    with pytest.raises(ConnectionError):
        provider.send(LETTER)


@pytest.mark.parametrize("scheme", ["http", "json"])
def test_a_provider_that_leads_elsewhere_is_not_followed(httpserver: HTTPServer, scheme: str) -> None:
    elsewhere = httpserver.url_for("/elsewhere")
    httpserver.expect_request("/sms").respond_with_data(status=307, headers={"Location": elsewhere})
    provider = texter(f"{scheme}://{httpserver.host}:{httpserver.port}/sms")
    assert provider is not None

    with pytest.raises((httpx.HTTPError, ConnectionError)):
        provider.send(LETTER)
    assert [request.path for request, _ in httpserver.log] == ["/sms"]


def test_without_an_address_there_is_no_provider() -> None:
    assert texter("") is None
