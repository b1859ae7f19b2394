"""The way to one more link when the day's are used up: it stands in the last one's message.

Whoever knows a document number can use up a customer's links of the day. Only the customer can read the
message that the last of them brought, and ask from there again.
"""

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.domain import reserve
from app.domain.proofs import document_key
from app.events import log_event
from app.services import services
from app.signing import read_reserve
from app.translation import language
from app.web.language import follow_link
from app.web.limits import RESERVE, limited
from app.web.pages import draw
from app.web.sessions import browser_session

blueprint = Blueprint("reserve", __name__)


@blueprint.get("/personas/clave/otro-enlace/<token>")
@limited(RESERVE)
def link(token: str) -> WerkzeugResponse:
    """Take the token out of the address bar and keep only what it says; change nothing."""
    if request.method == "GET":
        session["reserve_of"] = read_reserve(services().rules.keys, token)
    return follow_link(redirect(url_for("reserve.page"), 303))


@blueprint.get("/personas/clave/otro-enlace")
def page() -> Response:
    """What the button will do, and the button."""
    return draw("reserve.html", opened=session.get("reserve_of") is not None)


@blueprint.post("/personas/clave/otro-enlace")
@limited(RESERVE)
def ask() -> WerkzeugResponse:
    """Send one more link, to where links go: the e-mail that is registered, or else the mobile."""
    customer_id = session.get("reserve_of")
    if customer_id is None:
        return draw("reserve.html", opened=False)
    rules = services().rules
    with services().store.transaction() as tx:
        customer = tx.customers.by_id(customer_id)
        begun = reserve.begin(tx, rules, customer, language())
    if begun is None:
        document = document_key(customer.document, rules.keys)
        log_event("excess_rate_limit_exceeded", limit="links in reserve of one customer in a day", document=document)
        return draw("reserve.html", opened=False)
    browser_session().follow(begun, with_ticket=False)
    return redirect(url_for("recovery.page"), 303)
