"""An SMS provider of a test's own, to which the worker posts over HTTP."""

from dataclasses import dataclass

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.domain.customers import Customer

from .letters import Letter


@dataclass(frozen=True, slots=True)
class Text(Letter):
    """One SMS; reads like a letter without a subject."""


class SmsProvider:
    """Keeps what it accepts, newest last; answers with `status`."""

    def __init__(self, server: HTTPServer) -> None:
        self.status = 204
        self.offered: list[Text] = []
        self.accepted: list[Text] = []
        server.expect_request("/sms", method="POST").respond_with_handler(self._receive)
        self.url: str = server.url_for("/sms")

    def texts_to(self, person: Customer) -> list[Text]:
        """What arrived at one person's mobile."""
        return [text for text in self.accepted if text.to == person.contact.mobile]

    def _receive(self, request: Request) -> Response:
        body = request.get_json()
        text = Text(to=body["to"], subject="", text=body["text"], id=body["id"])
        self.offered.append(text)
        if self.status < 300:
            self.accepted.append(text)
        return Response(status=self.status)
