"""The page behind «no fui yo» in our messages: nothing happens until the button is pressed."""

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.domain.alarm import freeze
from app.domain.proofs import document_key
from app.events import log_event
from app.services import services
from app.signing import read_alarm
from app.translation import language
from app.web.language import follow_link
from app.web.limits import ALARM, limited
from app.web.pages import draw

blueprint = Blueprint("alarm", __name__)


@blueprint.get("/personas/clave/no-fui-yo/<token>")
@limited(ALARM)
def link(token: str) -> WerkzeugResponse:
    """Take the token out of the address bar and keep only what it says; change nothing."""
    if request.method == "GET":
        session["alarm_of"] = read_alarm(services().rules.keys, token)
        session.pop("stopped", None)
    return follow_link(redirect(url_for("alarm.page"), 303))


@blueprint.get("/personas/clave/no-fui-yo")
def page() -> Response:
    """What the button will do, and the button; once it was pressed, what it did."""
    if session.get("stopped"):
        return draw("alarm_done.html")
    return draw("alarm.html", opened=session.get("alarm_of") is not None)


@blueprint.post("/personas/clave/no-fui-yo")
@limited(ALARM)
def stop() -> Response:
    """Freeze the credential and end every session and recovery of the customer."""
    opened = session.get("alarm_of")
    if opened is None:
        return page()
    customer_id, recovery_id = opened
    with services().store.transaction() as tx:
        customer = tx.customers.by_id(customer_id)
        newly = freeze(tx, customer, recovery_id, language())
    session.pop("alarm_of", None)
    session["stopped"] = True
    document = document_key(customer.document, services().rules.keys)
    log_event("authn_credential_frozen", recovery=recovery_id, document=document, newly=newly)
    return draw("alarm_done.html")
