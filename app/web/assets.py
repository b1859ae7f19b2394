"""Stylesheet, scripts and pictures under their content's hash, so browsers keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for

from app.settings import ROOT

blueprint = Blueprint("assets", __name__)

A_YEAR = 31536000
FOLDER = ROOT / "static"


@cache
def _digest(path: Path, _: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address of a file of `static/`; it changes when the file does."""
    path = FOLDER / name
    return url_for("assets.asset", digest=_digest(path, path.stat().st_mtime), name=name)


@blueprint.get("/static/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """The file, if the address is of its present content."""
    response = send_from_directory(FOLDER, name, max_age=A_YEAR)
    path = FOLDER / name
    if digest != _digest(path, path.stat().st_mtime):
        abort(404)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


def install(app: Flask) -> None:
    """Give templates `asset`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset_url
