"""Sessions on the server: the cookie tells nothing, and what ended stays ended."""

from datetime import datetime
from typing import cast

import pytest
from flask import Flask, current_app, session
from flask.testing import FlaskClient

from app import services
from app.adapters.sql import SqlStore
from app.adapters.sql.sessions import StoredSession
from app.domain.case import Rules
from app.settings import read_settings
from app.web.sessions import BrowserSession, DatabaseSessions, cookie_name
from tests.people import ALICE, BOB, Clock, enrol

COOKIE = cookie_name(secure=False)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def mine() -> BrowserSession:
    """The session of the request."""
    return cast(BrowserSession, session)


@pytest.fixture
def site(store: SqlStore, rules: Rules) -> Flask:
    """A site with nothing but sessions; Alice and Bob are customers."""
    for person in (ALICE, BOB):
        enrol(store, person)
    app = Flask(__name__)
    app.config.update(SESSION_COOKIE_NAME=COOKIE, SESSION_COOKIE_SECURE=True)
    app.session_interface = DatabaseSessions()
    services.install(app, services.Services(read_settings(app_env="demo"), store, rules))
    app.add_url_rule("/keep/<value>", view_func=_keep)
    app.add_url_rule("/read", view_func=_read)
    app.add_url_rule("/renew", view_func=_renew)
    app.add_url_rule("/enter/<int:customer_id>", view_func=_enter)
    app.add_url_rule("/leave", view_func=_leave)
    app.add_url_rule("/beside/<value>", view_func=_beside)
    app.add_url_rule("/overtaken/<int:customer_id>/<by>", view_func=_overtaken)
    app.add_url_rule("/interrupted/<int:customer_id>", view_func=_interrupted)
    app.add_url_rule("/renewed-too-late/<int:customer_id>", view_func=_renewed_too_late)
    return app


def _keep(value: str) -> str:
    mine()["kept"] = value
    return ""


def _read() -> str:
    return f"{mine().customer_id} {mine().get('kept')}"


def _renew() -> str:
    mine().renew()
    return ""


def _beside(value: str) -> str:
    """A request that changes nothing, in the middle of which another tab keeps something."""
    token = mine().token
    visit(browser(current_app, token), f"/keep/{value}")
    return _read()


def _enter(customer_id: int) -> str:
    mine().log_in(customer_id, _password_set_at(customer_id))
    return ""


def _password_set_at(customer_id: int) -> datetime | None:
    with services.services().store.transaction() as tx:
        return tx.credentials.of(customer_id).changed_at


def _overtaken(customer_id: int, by: str) -> str:
    """A log-in whose password was right when it was compared, and is another or frozen when the answer is sent."""
    compared = _password_set_at(customer_id)
    with services.services().store.transaction() as tx:
        if by == "change":
            tx.credentials.assign(customer_id, "the hash of another")
        else:
            tx.credentials.freeze(customer_id)
        tx.sessions.end_all(customer_id)
    mine().log_in(customer_id, compared)
    return ""


def _leave() -> str:
    mine().log_out()
    return ""


def _interrupted(customer_id: int) -> str:
    """A request in the middle of which all sessions of a customer end."""
    with services.services().store.transaction() as tx:
        tx.sessions.end_all(customer_id)
    mine()["kept"] = "too late"
    return ""


def _renewed_too_late(customer_id: int) -> str:
    """The same with a request that then gets a new identifier."""
    _interrupted(customer_id)
    mine().renew()
    return ""


def browser(site: Flask, token: str | None = None) -> FlaskClient:
    """A browser, with a cookie that it found somewhere or none."""
    client = site.test_client()
    if token:
        client.set_cookie(COOKIE, token)
    return client


def visit(client: FlaskClient, *addresses: str) -> str:
    """The last of some answers."""
    return [client.get(address, headers={"User-Agent": FIREFOX}).text for address in addresses][-1]


def token_of(client: FlaskClient) -> str:
    """What the browser's cookie says."""
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def sessions_of(store: SqlStore, customer_id: int) -> list[StoredSession]:
    """A customer's living sessions."""
    with store.transaction() as tx:
        return tx.sessions.of(customer_id)


def test_whoever_only_looks_gets_no_cookie(site: Flask) -> None:
    client = browser(site)
    visit(client, "/read")

    assert client.get_cookie(COOKIE) is None


def test_what_is_kept_comes_back_with_the_cookie_only(site: Flask) -> None:
    client = browser(site)
    visit(client, "/keep/coffee")

    assert visit(client, "/read") == "None coffee"
    assert visit(browser(site), "/read") == "None None"
    assert visit(browser(site, "made up"), "/read") == "None None"


def test_the_cookie_is_opaque_and_out_of_reach_of_scripts(site: Flask) -> None:
    client = browser(site)
    header = client.get("/keep/coffee").headers["Set-Cookie"]

    assert "coffee" not in header
    assert len(token_of(client)) >= 43
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(header.split("; "))


def test_the_database_does_not_hold_the_cookie(site: Flask, store: SqlStore) -> None:
    client = browser(site)
    visit(client, "/enter/1")
    (stored,) = sessions_of(store, ALICE.id)

    assert token_of(client) not in repr(stored)


def test_over_tls_the_cookie_is_bound_to_the_host() -> None:
    assert cookie_name(secure=True).startswith("__Host-")
    assert not cookie_name(secure=False).startswith("__")


def test_a_renewed_session_has_a_new_cookie_the_same_content_and_a_dead_predecessor(site: Flask) -> None:
    client = browser(site)
    visit(client, "/keep/coffee")
    before = token_of(client)
    visit(client, "/renew")

    assert token_of(client) != before
    assert visit(client, "/read") == "None coffee"
    assert visit(browser(site, before), "/read") == "None None"


def test_a_cookie_that_a_stranger_planted_is_worth_nothing_after_log_in(site: Flask) -> None:
    stranger = browser(site)
    visit(stranger, "/keep/coffee")
    planted = token_of(stranger)
    visit(browser(site, planted), "/enter/1")

    assert visit(browser(site, planted), "/read") == "None None"


def test_logging_in_takes_nothing_along(site: Flask) -> None:
    assert visit(browser(site), "/keep/coffee", "/enter/1", "/read") == "1 None"


def test_logging_out_leaves_nothing(site: Flask, store: SqlStore) -> None:
    client = browser(site)
    visit(client, "/enter/1", "/keep/coffee")
    before = token_of(client)
    visit(client, "/leave")

    assert visit(browser(site, before), "/read") == "None None"
    assert sessions_of(store, ALICE.id) == []


def test_a_renewal_brings_no_ended_session_back(site: Flask, store: SqlStore) -> None:
    client = browser(site)
    assert visit(client, "/enter/1", "/renewed-too-late/1", "/read") == "None too late"
    assert sessions_of(store, ALICE.id) == []


@pytest.mark.parametrize("by", ["change", "freeze"])
def test_a_password_that_changes_while_it_is_compared_opens_nothing(
    site: Flask, store: SqlStore, clock: Clock, by: str
) -> None:
    clock.go_on(seconds=1)
    assert visit(browser(site), f"/overtaken/1/{by}", "/read") == "None None"
    assert sessions_of(store, ALICE.id) == []


@pytest.mark.parametrize(("first", "minutes"), [("/keep/coffee", 60), ("/enter/1", 10)])
def test_a_session_ends_when_nobody_uses_it(site: Flask, clock: Clock, first: str, minutes: int) -> None:
    client = browser(site)
    visit(client, first)
    alive = visit(client, "/read")
    clock.go_on(minutes=minutes, microseconds=-1)
    still = visit(browser(site, token_of(client)), "/read")
    clock.go_on(minutes=minutes)

    assert alive == still
    assert visit(client, "/read") == "None None"


def test_a_customer_who_clicks_now_and_then_stays_in(site: Flask, clock: Clock) -> None:
    client = browser(site)
    visit(client, "/enter/1")
    for _ in range(12):
        clock.go_on(minutes=9)
        assert visit(client, "/read") == "1 None"


@pytest.mark.parametrize("click", ["/read", "/renew"])
def test_after_twelve_hours_a_customer_logs_in_again_whatever_was_clicked(
    site: Flask, clock: Clock, click: str
) -> None:
    client = browser(site)
    visit(client, "/enter/1")
    for _ in range(81):
        clock.go_on(seconds=532)
        visit(client, click)
    before = visit(client, "/read")
    clock.go_on(minutes=2)

    assert (before, visit(client, "/read")) == ("1 None", "None None")


def test_logging_in_begins_the_twelve_hours(site: Flask, clock: Clock) -> None:
    client = browser(site)
    visit(client, "/keep/coffee")
    for _ in range(13):
        clock.go_on(minutes=55)
        visit(client, "/keep/tea")
    visit(client, "/enter/1")
    clock.go_on(minutes=9)

    assert visit(client, "/read") == "1 None"


def test_ending_a_customers_sessions_ends_them_in_every_browser_and_nobody_elses(site: Flask, store: SqlStore) -> None:
    phone, laptop, bobs = browser(site), browser(site), browser(site)
    for client, customer in ((phone, ALICE), (laptop, ALICE), (bobs, BOB)):
        visit(client, f"/enter/{customer.id}")
    with store.transaction() as tx:
        tx.sessions.end_all(ALICE.id)

    assert [visit(client, "/read") for client in (phone, laptop, bobs)] == ["None None", "None None", "2 None"]


def test_a_session_that_ends_during_a_request_does_not_come_back_with_its_answer(site: Flask, store: SqlStore) -> None:
    client = browser(site)
    visit(client, "/enter/1", "/interrupted/1")

    assert visit(client, "/read") == "None None"
    assert sessions_of(store, ALICE.id) == []


def test_what_another_tab_changed_during_a_request_that_changes_nothing_stays_changed(site: Flask) -> None:
    client = browser(site)

    assert visit(client, "/enter/1", "/beside/kept", "/read") == "1 kept"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5 <script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_customer_recognises_a_browser_and_nothing_else_of_it_is_kept(
    site: Flask, store: SqlStore, agent: str, name: str
) -> None:
    browser(site).get("/enter/1", headers={"User-Agent": agent})
    (stored,) = sessions_of(store, ALICE.id)

    assert stored.browser == name
