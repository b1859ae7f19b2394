"""Every limit on what the outside can repeat, in one list, each with its reason.

These keep a machine from being a nuisance. What a guess may cost is decided by the budgets of the customer,
which no number of addresses can widen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter

from app.adapters.sql.limits import DatabaseStorage
from app.services import services

FORM_ERROR = 422


def address() -> str:
    """Who asks: the address, or for IPv6 the /64 network that one subscriber gets."""
    try:
        asked_from = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if asked_from.version == 4:
        return str(asked_from)
    return str(ip_network((asked_from, 64), strict=False))


@dataclass(frozen=True, slots=True)
class Limit:
    """A named limit: how many, who is counted, when it applies, and whether only failures count."""

    name: str
    rate: str
    reason: str
    key: Callable[[], str] = address
    only_step: str | None = None
    failures_only: bool = False

    def does_not_apply(self) -> bool:
        """Whether this request is of no concern to the limit."""
        return self.only_step is not None and request.form.get("step") != self.only_step


LOGIN = Limit(
    "login",
    "40 per 10 minutes",
    "Somebody trying one password on many documents; forty slips of an office behind one address are let be.",
    failures_only=True,
)
IDENTIFY = Limit(
    "identify",
    "60 per hour",
    "Somebody asking for links for many documents; thirty colleagues behind one address may ask twice each.",
    only_step="identify",
)
ANSWER = Limit(
    "answer",
    "120 per 10 minutes",
    "Refused documents, codes, answers and passwords; each customer's budget ends guessing long before.",
    failures_only=True,
)
LINK = Limit(
    "link",
    "120 per 10 minutes",
    "Somebody opening made-up links; 256 random bits need no limit, the database does.",
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
)
RESERVE = Limit(
    "reserve",
    "60 per 10 minutes",
    "Somebody opening made-up ways to one more link.",
)
REPORTS = Limit(
    "reports",
    "60 per 10 minutes",
    "Somebody filling the log with made-up reports of violated policies.",
)
LIMITS = (LOGIN, IDENTIFY, ANSWER, LINK, RULES, ALARM, RESERVE, REPORTS)
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
    settings = services().settings
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or f"{DatabaseStorage.STORAGE_SCHEME[0]}://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {} if settings.redis_url else {"store": services().store}
    limiter.init_app(app)
    app.after_request(_give_back)


def _give_back(response: Response) -> Response:
    """What counts failures only gives back the one it took when there was none.

    Every request is counted before anything is done, in one statement. Looking first and counting afterwards would
    let through all those that look at once.
    """
    if response.status_code != FORM_ERROR:
        for taken in limiter.current_limits:
            if taken.request_args[-1] in _ONLY_FAILURES:
                limiter.storage.incr(taken.key, taken.limit.get_expiry(), amount=-1)
    return response
