"""Server-side sessions: an opaque cookie, everything else in the database."""

import re
from datetime import datetime, timedelta
from typing import Any, Final, cast

from flask import Flask, Request, Response
from flask import request as current_request
from flask import session as current_session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from app.adapters.sql import SqlTransaction
from app.adapters.sql.sessions import StoredSession
from app.domain.proofs import new_token, token_hash
from app.domain.recovery import Recovery
from app.services import services

ANONYMOUS: Final = timedelta(minutes=60)
LOGGED_IN: Final = timedelta(minutes=10)
LONGEST: Final = timedelta(hours=12)  # however busy (NIST SP 800-63B-4 2.1.3, ASVS 5.0 V7.3.2)


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """What one browser's cookie stands for.

    It holds the id and the ticket of a recovery, the id of a customer who logged in, and the CSRF value; what
    a recovery is worth stands in its own row (design decision 2).
    """

    def __init__(self, token: str | None = None, stored: StoredSession | None = None) -> None:
        super().__init__(stored.data if stored else {}, on_update=_mark)
        self.token = token if stored else None
        self.stored = stored
        self.modified = False
        self.renewed = False
        self.logs_in = False
        self.password_set_at: datetime | None = None
        self.customer_id = stored.customer_id if stored else None

    @property
    def new_token_wanted(self) -> bool:
        """Whether this session needs a cookie of its own or a new one."""
        return self.token is None or self.renewed

    @property
    def recovery_id(self) -> str | None:
        """The recovery this browser knows of."""
        return self.get("recovery")

    @property
    def ticket(self) -> str | None:
        """What lets this browser go on with it; None where it only asked."""
        return self.get("ticket")

    def follow(self, recovery: Recovery, *, with_ticket: bool) -> None:
        """Remember a recovery, and the right to go on with it."""
        self["recovery"] = recovery.id
        self["ticket"] = recovery.ticket if with_ticket else None

    def let_go(self) -> None:
        """Forget the recovery: the browser starts again."""
        self.pop("recovery", None)
        self.pop("ticket", None)

    def renew(self) -> None:
        """Give this session a new identifier; the old one is dead at once (ASVS 5.0 V7.2.4)."""
        self.renewed = True
        self.modified = True

    def log_in(self, customer_id: int, password_set_at: datetime | None) -> None:
        """Make it the session of a customer, with nothing left of what was before.

        `password_set_at` tells which password was compared: it must still be the customer's when this is kept.
        """
        self.clear()
        self.customer_id = customer_id
        self.logs_in = True
        self.password_set_at = password_set_at
        self.renew()

    def log_out(self) -> None:
        """End it."""
        self.clear()
        self.customer_id = None
        self.renew()


def _mark(session: BrowserSession) -> None:
    session.modified = True


class DatabaseSessions(SessionInterface):
    """Loads and keeps `BrowserSession`s. Nothing is written until there is something to keep."""

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """The session of this cookie, or a new one for a cookie that is unknown, ended or not there."""
        token = request.cookies.get(self.get_cookie_name(app))
        if not token:
            return BrowserSession()
        with services().store.transaction() as tx:
            return BrowserSession(token, tx.sessions.load(token_hash(token)))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; a renewed session leaves its old identifier dead."""
        if not isinstance(session, BrowserSession):
            return  # the database was down before there was one
        if not session.modified and session.customer_id is None:
            return
        if session.token is None and not may_begin():
            return
        if session.new_token_wanted:
            self._replace(app, session, response)
        else:
            self._update(session)

    def _update(self, session: BrowserSession) -> None:
        """What did not change is not written: it might undo what another request changed meanwhile."""
        token = token_hash(session.token or "")
        with services().store.transaction() as tx:
            expires_at = _end_of(session, _began_at(session, tx.now), tx.now)
            if session.modified:
                tx.sessions.update(token, session.customer_id, dict(session), expires_at)
            else:
                tx.sessions.touch(token, expires_at)

    def _replace(self, app: Flask, session: BrowserSession, response: Response) -> None:
        token = new_token()
        with services().store.transaction() as tx:
            if not self._end_old(tx, session):
                session.customer_id = None
            if session or session.customer_id:
                browser = session.stored.browser if session.stored else _browser()
                began_at = tx.now if session.logs_in else _began_at(session, tx.now)
                expires_at = _end_of(session, began_at, tx.now)
                tx.sessions.create(token_hash(token), session.customer_id, dict(session), browser, began_at, expires_at)
        session.token = token
        self._set_cookie(app, token, response)

    def _end_old(self, tx: SqlTransaction, session: BrowserSession) -> bool:
        """End the identifier that is replaced; whether whoever is logged in stays so.

        What ends every session of a customer (a new password, «no fui yo») may come between the comparison and this
        moment, or be done by this very request; neither lets a session live on under a new identifier.
        """
        customer_id = session.customer_id
        if customer_id is not None:
            tx.customers.hold(customer_id)
        lived = session.token is not None and tx.sessions.end(token_hash(session.token))
        if customer_id is None or not session.logs_in:
            return lived
        credential = tx.credentials.of(customer_id)
        return credential.frozen_at is None and credential.changed_at == session.password_set_at

    def _set_cookie(self, app: Flask, token: str, response: Response) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            token,
            secure=self.get_cookie_secure(app),
            httponly=True,
            samesite="Lax",
            path="/",
        )


def browser_session() -> BrowserSession:
    """The session of this request, with what is ours in it."""
    return cast(BrowserSession, current_session)


def may_begin() -> bool:
    """Whether this request may get a session that brought none: only who is shown a page of ours, and its forms.

    A POST may not: it brings no token of a session, so it is refused; and if another site sent it, the browser held the
    cookie back (SameSite) and would put the new one in its place, which ends what the customer had under way.
    """
    return current_request.method == "GET" and is_of_a_page()


def is_of_a_page() -> bool:
    """Whether this is a GET, or the HEAD that must tell its length, of an address that exists."""
    return current_request.url_rule is not None and current_request.method in {"GET", "HEAD"}


def _began_at(session: BrowserSession, now: datetime) -> datetime:
    """A new identifier begins no new session: the longest time runs on."""
    return session.stored.created_at if session.stored else now


def _end_of(session: BrowserSession, began_at: datetime, now: datetime) -> datetime:
    pause = ANONYMOUS if session.customer_id is None else LOGGED_IN
    return min(now + pause, began_at + LONGEST)


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def _browser() -> str:
    """A word for the browser that its owner recognises; nothing of the header itself is kept."""
    agent = current_request.headers.get("User-Agent", "")
    named = [next((name for mark, name in table if re.search(mark, agent)), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, named))


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this host over TLS (ASVS 5.0 V3.3); browsers refuse it on plain http."""
    return "__Host-clave" if secure else "clave"
