"""The bank's front page, the log-in page, and the portal behind it."""

from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, Response, redirect, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse
from wtforms import PasswordField
from wtforms.validators import InputRequired

from app.domain.login import Login, LoginOutcome, log_in
from app.domain.proofs import document_key
from app.events import log_event
from app.services import services
from app.steps.form import DocumentForm
from app.web.limits import LOGIN, count_no_failure, limited
from app.web.pages import draw
from app.web.sessions import browser_session

blueprint = Blueprint("portal", __name__)


class LoginForm(DocumentForm):
    """Document and password."""

    password = PasswordField(_("Password"), validators=[InputRequired(_("Type your password."))])


@blueprint.get("/")
def front() -> Response:
    """The bank's front page."""
    return draw("front.html")


@blueprint.get("/personas")
def log_in_page() -> Response:
    """The log-in page, with the way to recovery."""
    return draw("login.html", form=LoginForm(formdata=None), login=None)


@blueprint.post("/personas")
@limited(LOGIN)
def try_log_in() -> WerkzeugResponse:
    """One attempt to log in; a failure reads the same whoever's document it was."""
    form = LoginForm()
    if not form.validate():
        count_no_failure()
        return draw("login.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, login=None)
    login = log_in(services().store, services().rules, form.answer, form.password.data or "")
    log_event(_EVENTS[login.outcome], document=document_key(form.answer, services().rules.keys))
    if login.outcome is not LoginOutcome.WELCOME:
        return draw("login.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, login=login)
    _enter(login)
    return redirect(url_for("portal.portal"), 303)


_EVENTS = {
    LoginOutcome.WELCOME: "authn_login_success",
    LoginOutcome.WRONG: "authn_login_fail",
    LoginOutcome.BLOCKED: "authn_login_lock",
    LoginOutcome.FROZEN: "authn_login_fail_frozen",
}


def _enter(login: Login) -> None:
    mine = browser_session()
    mine.log_in(cast(int, login.customer_id), login.password_set_at)
    mine["last_access_at"] = login.last_access_at and login.last_access_at.isoformat()


@blueprint.get("/personas/portal")
def portal() -> WerkzeugResponse:
    """Last access, last change of password, open sessions (CO2)."""
    mine = browser_session()
    if mine.customer_id is None:
        return redirect(url_for("portal.log_in_page"), 303)
    with services().store.transaction() as tx:
        context: dict[str, Any] = {
            "customer": tx.customers.by_id(mine.customer_id),
            "credential": tx.credentials.of(mine.customer_id),
            "sessions": tx.sessions.of(mine.customer_id),
            "this_one": mine.stored,
        }
    return draw("portal.html", last_access_at=mine.get("last_access_at"), **context)


@blueprint.post("/personas/salir")
def log_out() -> WerkzeugResponse:
    """End this session."""
    browser_session().log_out()
    return redirect(url_for("portal.front"), 303)
