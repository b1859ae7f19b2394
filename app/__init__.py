"""Nueva Clave: self-service recovery of the password of internet banking."""

from urllib.parse import urlsplit

from flask import Flask, Request
from flask_babel import Babel
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, events, operating, services
from app.domain.messages import Language
from app.events import log_event
from app.settings import BOGOTA, ROOT, Settings, read_settings
from app.translation import LOCALES
from app.web import (
    alarm,
    assets,
    compression,
    errors,
    headers,
    health,
    language,
    limits,
    portal,
    presentation,
    recovery,
    reports,
    reserve,
    sessions,
)
from app.web.csrf import MaskedCSRFProtect

LARGEST_FORM = 16 * 1024
"""Two passwords of 1024 bytes, each byte written as three, and room to spare."""


class FieldsOnly(Request):
    """Our forms send fields, never files: what comes in parts is not even read."""

    @property
    def want_form_data_parsed(self) -> bool:
        """Whether there is a form to read."""
        return self.mimetype == "application/x-www-form-urlencoded"


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; the settings come from the environment unless they are given."""
    settings = settings or read_settings()
    app = Flask(
        __name__,
        root_path=str(ROOT),
        static_folder=None,
        template_folder="templates",
        instance_path=str(settings.instance_dir.resolve()),
    )
    events.install(app)
    _configure(app, settings)
    services.install(app, services.build(settings))
    events.configure()
    if settings.mail_in_clear:
        log_event("mail_in_clear")
    Babel(
        app,
        default_locale=LOCALES[Language.SPANISH],
        locale_selector=language.locale,
        default_timezone=BOGOTA.key,
        default_translation_directories="app/translations",
    )
    MaskedCSRFProtect(app)
    for part in (limits, compression, headers, errors, assets, presentation, language, cli, operating):
        part.install(app)
    for part in (portal, recovery, alarm, reserve, health, reports):
        app.register_blueprint(part.blueprint)
    app.extensions["csrf"].exempt(reports.collect)  # browsers send reports without a form
    if settings.demo:
        _install_demo(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        SECRET_KEY=settings.secret(),
        SERVER_NAME=urlsplit(settings.base_url).netloc,  # the Host header has no say in where anything leads
        SESSION_COOKIE_NAME=sessions.cookie_name(secure=settings.secure),
        SESSION_COOKIE_SECURE=settings.secure,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which we withhold; headers checks the origin
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.request_class = FieldsOnly
    app.url_map.merge_slashes = False  # an address with two is none of ours, and no redirect repeats its token
    app.session_interface = sessions.DatabaseSessions()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # as Flask means it


def _install_demo(app: Flask) -> None:
    from app.web import demo  # needs what only the demo installs

    app.register_blueprint(demo.blueprint)
    app.extensions["csrf"].exempt(demo.receive_sms)
