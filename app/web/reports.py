"""Collects what browsers report against our Content-Security-Policy: in no step should there be anything."""

import json
from typing import Any, Final

from flask import Blueprint, request

from app.events import log_event
from app.web.limits import REPORTS, limited

blueprint = Blueprint("reports", __name__)

LOGGED_AT_MOST: Final = 5
LONGEST: Final = 200


@blueprint.post("/csp")
@limited(REPORTS)
def collect() -> tuple[str, int]:
    """Log the directive that was violated and where; a report is a stranger's text, so little of it is kept."""
    for body in _bodies()[:LOGGED_AT_MOST]:
        directive = body.get("effective-directive") or body.get("effectiveDirective")
        blocked = body.get("blocked-uri") or body.get("blockedURL")
        log_event("csp_violation", directive=str(directive)[:LONGEST], blocked=str(blocked)[:LONGEST])
    return "", 204


def _bodies() -> list[dict[str, Any]]:
    """Both forms that browsers send: one report of the old kind, or a list of the new one."""
    try:
        sent = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        return []
    reports = sent if isinstance(sent, list) else [sent]
    bodies = (report.get("csp-report") or report.get("body") for report in reports if isinstance(report, dict))
    return [body for body in bodies if isinstance(body, dict)]
