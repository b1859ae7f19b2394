"""What every answer tells the browser to refuse (ASVS 5.0 V3.4), and what every POST must prove."""

from typing import Final

from flask import Flask, Response, abort, request

from app.events import log_event
from app.services import services

CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types htmx",
        "report-uri /csp",
    )
)
OVER_TLS: Final = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    # Chromium sends what `report-to` names over TLS only, and then passes `report-uri` over.
    "Content-Security-Policy": f"{CSP}; report-to csp",
    "Reporting-Endpoints": 'csp="/csp"',
}
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SAME_ORIGIN: Final = {"same-origin", "none"}


def install(app: Flask) -> None:
    """Put the headers on every answer and the origin check before every POST."""
    app.before_request(_same_origin_only)
    app.after_request(_harden)


def _same_origin_only() -> None:
    """A form of another site cannot post here, whatever cookie the browser adds.

    Our own `no-referrer` makes browsers say `Origin: null`; then Sec-Fetch-Site and the CSRF value decide.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.path == "/demo/sms":
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin", "null")
    if site not in SAME_ORIGIN or origin not in {"null", *_own_origins()}:
        rule = request.url_rule  # never the path: it may carry the token of a link that is still good
        log_event("malicious_cors", rule=rule.rule if rule else "unknown")
        abort(403)


def _own_origins() -> set[str]:
    settings = services().settings
    here = {settings.base_url}
    return here if settings.secure else here | {request.host_url.rstrip("/")}


def _harden(response: Response) -> Response:
    for name, value in (HEADERS | (OVER_TLS if services().settings.secure else {})).items():
        response.headers.setdefault(name, value)
    if not response.cache_control.immutable:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Encoding, Cookie, HX-Request"
    return response
