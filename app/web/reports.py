"""Collects what browsers report against our Content-Security-Policy: in no step should there be anything."""

import json
from typing import Any, Final

from flask import Blueprint, request

from app.events import log_event
from app.services import services
from app.web.headers import CSP
from app.web.limits import REPORTS, limited

blueprint = Blueprint("reports", __name__)

LOGGED_AT_MOST: Final = 5
_BY_DEFAULT: Final = {f"{kind}-src" for kind in ("child", "font", "frame", "manifest", "media", "worker")}
DIRECTIVES: Final = (
    frozenset(directive.partition(" ")[0] for directive in CSP.split("; "))
    | _BY_DEFAULT
    | {f"{kind}-src-{part}" for kind in ("script", "style") for part in ("elem", "attr")}
)
BLOCKED: Final = frozenset(
    {"inline", "eval", "wasm-eval", "self", "data", "blob", "about", "trusted-types-policy", "trusted-types-sink"}
)


@blueprint.post("/csp")
@limited(REPORTS)
def collect() -> tuple[str, int]:
    """Log which directive was violated by what kind of thing.

    A report is a stranger's text, and what it is about may be an address with a token: so nothing of it is kept
    but words of the standard (CSP Level 3).
    """
    for body in _bodies()[:LOGGED_AT_MOST]:
        directive = body.get("effective-directive") or body.get("effectiveDirective")
        blocked = body.get("blocked-uri") or body.get("blockedURL")
        log_event("csp_violation", directive=_known(directive, DIRECTIVES), blocked=_kind_of(blocked))
    return "", 204


def _known(word: Any, words: frozenset[str]) -> str:
    return word if isinstance(word, str) and word in words else "unknown"


def _kind_of(blocked: Any) -> str:
    """A keyword, or whether an address is ours or elsewhere."""
    if not isinstance(blocked, str) or "://" not in blocked:
        return _known(blocked, BLOCKED)
    return "here" if blocked.startswith(f"{services().settings.base_url}/") else "elsewhere"


def _bodies() -> list[dict[str, Any]]:
    """Both forms that browsers send: one report of the old kind, or a list of the new one."""
    try:
        sent = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        return []
    reports = sent if isinstance(sent, list) else [sent]
    bodies = (report.get("csp-report") or report.get("body") for report in reports if isinstance(report, dict))
    return [body for body in bodies if isinstance(body, dict)]
