"""Stylesheets, scripts and pictures under their content's hash, compressed once, so browsers keep them for good."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

from app.services import services
from app.settings import ROOT, Settings
from app.web.compression import ONCE, encode, encoding_for

blueprint = Blueprint("assets", __name__)

A_YEAR: Final = 31536000
FOLDER: Final = ROOT / "static"
MIMETYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STYLE: Final = "style.css"
SCRIPT: Final = "app.js"
SCRIPT_PARTS: Final = ("modern.js", "vendor/htmx.min.js", SCRIPT)
COMMENTS: Final = {".css": rb"(?s)/\*.*?\*/", ".js": rb"(?m)^ *//.*\n"}


def _read(settings: Settings) -> dict[str, bytes]:
    """Every file by its name under `static/`.

    Our comments stay at home. The stylesheet begins with the bank's colours, as the settings say. The script brings its
    parts along: one request, and all of it works or nothing does.
    """
    found = (path for path in FOLDER.rglob("*") if path.suffix in MIMETYPES)
    files = {path.relative_to(FOLDER).as_posix(): _without_comments(path) for path in found}
    script = b";\n".join(files[part] for part in SCRIPT_PARTS)
    return files | {STYLE: _theme(settings) + files[STYLE], SCRIPT: script}


def _without_comments(path: Path) -> bytes:
    """A file as browsers need it; what others wrote travels as it came."""
    content = path.read_bytes()
    ours = path.parent == FOLDER and path.suffix in COMMENTS
    return re.sub(COMMENTS[path.suffix], b"", content) if ours else content


def _theme(settings: Settings) -> bytes:
    light, dark = settings.bank_color, settings.bank_color_dark
    return (
        f":root {{ --accent: {light}; }}\n@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n"
    ).encode()


@cache
def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _encoded(content: bytes, encoding: str) -> bytes:
    return encode(content, encoding, ONCE)


def _files() -> dict[str, bytes]:
    files: dict[str, bytes] = current_app.extensions["assets"]
    return files


def asset_url(name: str) -> str:
    """The address of a file of `static/`; it changes when the content does."""
    return url_for("assets.asset", digest=_digest(_files()[name]), name=name)


@blueprint.get("/static/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """The content, if the address is of the present one."""
    content = _files().get(name)
    if content is None or digest != _digest(content):
        abort(404)
    encoding = encoding_for(request.accept_encodings)
    response = Response(
        _encoded(content, encoding) if encoding else content, mimetype=MIMETYPES[name[name.rindex(".") :]]
    )
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{digest}-{encoding or 'identity'}")
    return response.make_conditional(request)  # type: ignore[return-value]  # the same answer


def install(app: Flask) -> None:
    """Read the files, and give templates `asset`."""
    with app.app_context():
        app.extensions["assets"] = _read(services().settings)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset_url
