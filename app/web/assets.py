"""Stylesheets, scripts and pictures under their content's hash, so browsers keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for

from app.services import services
from app.settings import ROOT

blueprint = Blueprint("assets", __name__)

A_YEAR = 31536000
FOLDER = ROOT / "static"
THEME = "theme.css"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _hash_of_file(path: Path, _: float) -> str:
    return _hash(path.read_bytes())


def _digest(name: str) -> str:
    if name == THEME:
        return _hash(_theme())
    path = FOLDER / name
    return _hash_of_file(path, path.stat().st_mtime)


def _theme() -> bytes:
    """The one stylesheet that is not a file: the bank's colours, as the settings say."""
    settings = services().settings
    light, dark = settings.bank_color, settings.bank_color_dark
    return (
        f":root {{ --accent: {light}; }}\n@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n"
    ).encode()


def asset_url(name: str) -> str:
    """The address of a file of `static/`, or of the theme; it changes when the content does."""
    return url_for("assets.asset", digest=_digest(name), name=name)


@blueprint.get("/static/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """The content, if the address is of the present one."""
    if name == THEME:
        response = Response(_theme(), mimetype="text/css")
    else:
        response = send_from_directory(FOLDER, name, max_age=A_YEAR)
    if digest != _digest(name):
        response.close()
        abort(404)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


def install(app: Flask) -> None:
    """Give templates `asset`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset_url
