"""Every limit on what the outside can repeat, in one list, each with its reason.

These keep a machine from being a nuisance. What a guess may cost is decided by the budgets of the customer,
which no number of addresses can widen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Final

from flask import Flask, Response, g, request, session
from flask_limiter import Limiter, RequestLimit

from app.adapters.sql.limits import DatabaseStorage
from app.domain.proofs import token_hash
from app.services import services
from app.signing import read_alarm, read_reserve
from app.web.sessions import browser_session

HOME_LINE: Final = 56


def address() -> str:
    """Who asks: the address, or for IPv6 the /56 network that one home line gets, 256 networks of its own in it."""
    try:
        asked_from = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(asked_from, IPv4Address):
        return str(asked_from)
    if asked_from.ipv4_mapped:  # how a socket for both names a visitor by IPv4: one /56 would be all of them
        return str(asked_from.ipv4_mapped)
    return str(ip_network((asked_from, HOME_LINE), strict=False))


def everybody() -> str:
    """All who ask, together."""
    return "everybody"


def holder() -> str:
    """Who answers: a browser that holds a recovery by itself, all others by their address.

    So a stranger behind the same address cannot answer until nobody else there may; what a holder can guess is
    the customer's budgets' to end.
    """
    mine = browser_session()
    if mine.recovery_id and mine.ticket:
        with services().store.transaction() as tx:
            recovery = tx.recoveries.get(mine.recovery_id)
        if recovery and recovery.ticket == mine.ticket:
            return f"recovery/{recovery.id}"
    return address()


@dataclass(frozen=True, slots=True)
class Limit:
    """A named limit: how many, who is counted, when it applies, and whether only failures count.

    `rate` may name a setting in braces, such as `{calm_requests}`. Whoever it `spares` has a good message, is not
    counted and passes in any case: nobody at the same address can stand in their way.
    """

    name: str
    rate: str
    reason: str
    key: Callable[[], str] = address
    only_step: str | None = None
    failures_only: bool = False
    spares: Callable[[], bool] | None = None

    def rate_now(self) -> str:
        """The rate with the settings filled in."""
        return self.rate.format_map(services().settings.model_dump(include={"calm_requests"}))

    def does_not_apply(self) -> bool:
        """Whether this request is of no concern to the limit."""
        if self.spares and self.spares():
            return True
        return self.only_step is not None and request.form.get("step") != self.only_step


def _token() -> str | None:
    return (request.view_args or {}).get("token")


def _with_a_link() -> bool:
    with services().store.transaction() as tx:
        return tx.recoveries.by_link(token_hash(_token() or "")) is not None


def _with_an_alarm() -> bool:
    opened = read_alarm(services().rules.keys, token) if (token := _token()) else session.get("alarm_of")
    return opened is not None


def _with_a_reserve() -> bool:
    opened = read_reserve(services().rules.keys, token) if (token := _token()) else session.get("reserve_of")
    return opened is not None


LOGIN = Limit(
    "login",
    "40 per 10 minutes",
    "Somebody trying one password on many documents; forty slips of an office behind one address are let be.",
    failures_only=True,
)
IDENTIFY = Limit(
    "identify",
    "600 per hour",
    "Somebody asking for links for many documents who pays for it, too; a mobile network behind one address passes.",
    only_step="identify",
)
ANSWER = Limit(
    "answer",
    "120 per 10 minutes",
    "Refused documents, codes, answers and passwords; each customer's budget ends guessing long before.",
    key=holder,
    failures_only=True,
)
LINK = Limit(
    "link",
    "120 per 10 minutes",
    "Somebody opening made-up links; 256 random bits need no limit, the database does.",
    spares=_with_a_link,
)
RULES = Limit(
    "rules",
    "600 per 10 minutes",
    "The live check of a new password, asked while typing; judging one costs a few milliseconds.",
)
ALARM = Limit(
    "alarm",
    "60 per 10 minutes",
    "Somebody opening made-up «it was not me» links.",
    spares=_with_an_alarm,
)
RESERVE = Limit(
    "reserve",
    "60 per 10 minutes",
    "Somebody opening made-up ways to one more link.",
    spares=_with_a_reserve,
)
REPORTS = Limit(
    "reports",
    "60 per 10 minutes",
    "Somebody filling the log with made-up reports of violated policies.",
)
CALM_ADDRESS = Limit(
    "calm-address",
    "60 per hour",
    "Thirty colleagues behind one address may ask twice each; whoever asks beyond pays the toll.",
)
CALM = Limit(
    "calm",
    "{calm_requests} per 10 minutes",
    "Somebody asking for many documents from many addresses: from here on every browser pays the toll.",
    key=everybody,
)
PATIENT_ADDRESS = Limit(
    "patient-address",
    "1 per minute",
    "Who pays by waiting waits one after another, not all at once.",
)
PATIENT = Limit(
    "patient",
    "30 per minute",
    "Somebody waiting at many addresses at once.",
    key=everybody,
)
LIMITS = (LOGIN, IDENTIFY, ANSWER, LINK, RULES, ALARM, RESERVE, REPORTS)
TOLLS = (CALM_ADDRESS, CALM, PATIENT_ADDRESS, PATIENT)

# A Redis that is down raises the library's own error, at once; one that hangs is not waited for (S18).
IN_REDIS = {"wrap_exceptions": True, "socket_connect_timeout": 2, "socket_timeout": 2, "retry": None}
_ONLY_FAILURES = {limit.name for limit in LIMITS if limit.failures_only}

limiter = Limiter(address, strategy="fixed-window", headers_enabled=False)


def limited(*limits: Limit) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put limits on a view."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        for limit in limits:
            view = limiter.shared_limit(
                limit.rate,
                scope=limit.name,
                key_func=limit.key,
                exempt_when=limit.does_not_apply,
            )(view)
        return view

    return guard


def install(app: Flask) -> None:
    """Count in Redis where it is given, else in the database, so that all processes count together."""
    with app.app_context():
        redis_url, store = services().settings.redis_url, services().store
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or f"{DatabaseStorage.STORAGE_SCHEME[0]}://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = IN_REDIS if redis_url else {"store": store}
    limiter.init_app(app)
    app.after_request(_give_back)


def name_of(counted: RequestLimit) -> str:
    """The name of the limit of this list that a request was counted by."""
    return str(counted.request_args[-1])


def count_no_failure() -> None:
    """Nothing was compared: a form that was left empty or misspelt is nobody's guess."""
    g.nothing_compared = True


def _give_back(response: Response) -> Response:
    """What counts failures only gives back the one it took when there was none.

    Every request is counted before anything is done, in one statement. Looking first and counting afterwards would
    let through all those that look at once.
    """
    refused = response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # as every form does
    if not refused or g.get("nothing_compared"):
        for taken in limiter.current_limits:
            if name_of(taken) in _ONLY_FAILURES:
                limiter.storage.incr(taken.key, taken.limit.get_expiry(), amount=-1)
    return response
