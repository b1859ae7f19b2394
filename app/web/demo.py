"""Demo only: every e-mail and SMS that was sent, and who the demo's customers are."""

import re
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from app.demo import mailbox
from app.demo.people import PASSWORD, PEOPLE
from app.domain.questions.pools import PRODUCT_NAMES
from app.services import services
from app.web.pages import draw

_MOBILE = re.compile(r"\+?[0-9]{1,20}")
_ID = re.compile(r"[0-9A-Za-z.-]{1,100}")

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.get("/buzon")
def buzon() -> Response:
    """Everything sent, newest first."""
    return draw("demo/buzon.html", messages=mailbox.read(services().settings.mailbox_dir))


@blueprint.get("/buzon.json")
def buzon_json() -> Response:
    """The same for tests: `[{id, channel, to, subject, text, html, received_at, links, code}, …]`."""
    return jsonify([message.as_json() for message in mailbox.read(services().settings.mailbox_dir)])


@blueprint.get("/personas")
def people() -> Response:
    """Who is who among the demo's customers."""
    return draw("demo/people.html", people=PEOPLE, password=PASSWORD, names=PRODUCT_NAMES)


def _read() -> Any:
    try:
        return request.get_json()
    except RecursionError:
        abort(400)


@blueprint.post("/sms")
def receive_sms() -> tuple[str, int]:
    """The demo's SMS provider: what the worker posts goes to the mailbox."""
    match _read():
        case {"to": str(to), "text": str(text), "id": str(message_id)} if (
            _MOBILE.fullmatch(to) and text.replace("\n", "").isprintable() and _ID.fullmatch(message_id)
        ):
            mailbox.keep_sms(services().settings.mailbox_dir, to, text, message_id)
        case _:
            abort(400)
    return "", 204
