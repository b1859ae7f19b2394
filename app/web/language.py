"""The choice of language: a button on every page, kept in a cookie that says nothing else.

Spanish is what everybody gets who did not choose; `Accept-Language` has no say (docs/decisions/0040).
"""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, current_app, has_request_context, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.domain.messages import Language
from app.services import services
from app.translation import IN_LINKS, LOCALES, language
from app.web.csrf import WITHOUT_FORMS
from app.web.sessions import is_of_a_page

blueprint = Blueprint("language", __name__)

KEPT: Final = timedelta(days=365)


@blueprint.post("/idioma")
def choose() -> Response:
    """Speak the other language from now on, and show again where one stood."""
    response = redirect(_back(request.form.get("page", "")), 303)
    if wanted := _known(request.form.get("language")):
        _keep(response, wanted)
    return response


def _back(page: str) -> str:
    """The page's own address if it is one of ours; made anew, so that it leads nowhere else."""
    try:
        endpoint, values = current_app.url_map.bind("").match(page, "GET")
    except HTTPException:
        return url_for("portal.front")
    return url_for("portal.front") if values else url_for(endpoint)


def follow_link(response: Response) -> Response:
    """Let a mailed link bring its language to a browser in which nobody has chosen one."""
    brought = _known(request.args.get(IN_LINKS))
    if brought and _chosen() is None:
        _keep(response, brought)
    return response


def locale() -> str:
    """What Flask-Babel asks for each request."""
    return LOCALES[(has_request_context() and _chosen()) or Language.SPANISH]


def _chosen() -> Language | None:
    return _known(request.cookies.get(_cookie_name()))


def _known(name: str | None) -> Language | None:
    return Language(name) if name in set(Language) else None


def _keep(response: Response, wanted: Language) -> None:
    response.set_cookie(
        _cookie_name(),
        wanted,
        max_age=KEPT,
        secure=services().settings.secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _cookie_name() -> str:
    return "__Host-idioma" if services().settings.secure else "idioma"


def _this_page() -> str:
    """Where the button leads back to; an address that carries a token is never drawn."""
    rule = request.url_rule
    return url_for("portal.front") if rule is None or rule.arguments else rule.rule


def _may_choose() -> bool:
    """Whether the button would work: it needs a session, and an error or a refused POST without one gets none."""
    if request.endpoint in WITHOUT_FORMS:
        return False
    return getattr(session, "token", None) is not None or is_of_a_page()


def install(app: Flask) -> None:
    """Give templates what the button needs."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(language=language, may_choose_language=_may_choose, this_page=_this_page)
