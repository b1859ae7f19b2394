"""The way to one more link when the day's are used up: it stands in the last one's message.

Whoever knows a document number can use up a customer's links of the day. Only the customer can read the
message that the last of them brought, and ask from there again.
"""

import secrets
from typing import cast

from flask import Blueprint, Response, redirect, session, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.adapters.sql import SqlTransaction
from app.domain.customers import Customer
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.proofs import document_key
from app.domain.recovery import Recovery
from app.events import log_event
from app.services import services
from app.signing import read_reserve
from app.web.limits import RESERVE, limited
from app.web.pages import draw
from app.web.sessions import BrowserSession

blueprint = Blueprint("reserve", __name__)


def _opened() -> int | None:
    return read_reserve(services().rules.keys, session.get("reserve", ""))


@blueprint.get("/personas/clave/otro-enlace/<token>")
@limited(RESERVE)
def link(token: str) -> WerkzeugResponse:
    """Take the token out of the address bar; change nothing."""
    session["reserve"] = token
    return redirect(url_for("reserve.page"), 303)


@blueprint.get("/personas/clave/otro-enlace")
def page() -> Response:
    """What the button will do, and the button."""
    return draw("reserve.html", opened=_opened() is not None)


@blueprint.post("/personas/clave/otro-enlace")
@limited(RESERVE)
def ask() -> WerkzeugResponse:
    """Send one more link, to the address to which the message with this way had come."""
    customer_id = _opened()
    if customer_id is None:
        return draw("reserve.html", opened=False)
    with services().store.transaction() as tx:
        begun = _begin(tx, tx.customers.by_id(customer_id))
    if begun is None:
        log_event("excess_rate_limit_exceeded", limit="links in reserve of one customer in a day")
        return draw("reserve.html", opened=False)
    cast(BrowserSession, session).follow(begun, with_ticket=False)
    return redirect(url_for("recovery.page"), 303)


def _begin(tx: SqlTransaction, customer: Customer) -> Recovery | None:
    rules = services().rules
    limit = rules.policy.limit(Budget.RESERVE)
    tx.customers.hold(customer.id)
    if not customer.contact.channels or tx.budgets.spend(customer.id, Budget.RESERVE, limit) is None:
        return None
    begun = Recovery(
        id=secrets.token_urlsafe(16), document_key=document_key(customer.document, rules.keys), created_at=tx.now
    )
    tx.recoveries.add(begun)
    tx.notices.post(NoticeKind.LINK, begun.id, customer.id, customer.contact.channels[:1])
    return begun
