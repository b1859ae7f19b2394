"""A page with one form, where what is typed chooses the answer: all that the trial asks of a server."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, redirect, render_template_string, request
from werkzeug.serving import WSGIRequestHandler, make_server

HERE = Path(__file__).parent
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; report-uri /csp"
)
CONFIG = {
    "4": '{"history":false,"includeIndicatorCSS":false,"defaultSwap":"outerHTML","defaultSettleDelay":0,'
    '"defaultTimeout":%d,"extensions":"trusted-types"}',
    "2": '{"historyEnabled":false,"historyCacheSize":0,"includeIndicatorStyles":false,"allowEval":false,'
    '"allowScriptTags":false,"disableInheritance":true,"defaultSettleDelay":0,"timeout":%d,'
    '"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},'
    '{"code":"[45]..","swap":true,"error":true}]}',
}

TITLE = "<title>{% if status >= 400 %}Error: {% endif %}Paso {{ site.step }} – banco</title>\n"
FRAGMENT = """<section data-step="paso-{{ site.step }}" data-status="{{ status }}">
<h1 tabindex="-1">Paso {{ site.step }}</h1>
<form method="post" action="/personas/clave" hx-post="/personas/clave"
 hx-target="closest [data-step]" hx-swap="outerHTML"
 {% if site.options.sync == '1' %}hx-sync="this:drop"{% endif %}
 {% if site.options.disable == '1' %}{{ site.disable_attribute }}="find button"{% endif %}
 hx-headers='{"X-Form": "yes"}'>
<input type="hidden" name="csrf_token" value="abc">
<label for="dato">Dato</label>
<input id="dato" name="dato" class="{{ 'mal' if status >= 400 else 'bien' }}">
<label for="clave">Clave</label>
<input id="clave" name="clave" type="password" autocomplete="new-password"
 hx-post="/personas/clave/reglas" hx-trigger="input changed delay:300ms" hx-target="#reglas"
 hx-swap="outerHTML"
 hx-sync="closest form:abort">
<ul id="reglas"><li>0</li></ul>
<button type="submit" name="boton" value="seguir">Continuar</button>
</form>
{% if site.options.poll != '0' and not (site.options.poll == '2' and site.polls >= 3) -%}
<p id="estado"{% if site.polls < 3 %} hx-get="/personas/clave" hx-trigger="every 1s" hx-select="#estado"
 hx-target="this" hx-swap="outerHTML ignoreTitle:true"{% endif %}>consulta {{ site.polls }}</p>
{%- endif %}
</section>"""
SHOWN = ("X-Form", "X-Shell", "HX-Source", "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")
PAGE = """<!doctype html><html lang="es"
 data-wrapper="{{ site.options.wrapper }}" data-focus="{{ site.options.focus }}">
<head><meta charset="utf-8"><meta name="htmx-config" content='{{ config|safe }}'>
<title>Portada – banco</title>
<script src="/htmx.js" defer></script>
<script src="/glue.js" defer></script><script src="/probe.js" defer></script></head>
<body {{ site.inherit_attribute }}='{"X-Shell": "yes"}'><p id="aviso" role="alert" tabindex="-1"></p>
<main>{{ fragment|safe }}</main></body></html>"""


@dataclass
class Site:
    """One version of htmx behind one policy; `seen` is what reached the server."""

    htmx_js: bytes
    version: str
    trusted_types: bool
    step: int = 1
    polls: int = 0
    options: dict[str, str] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)

    @property
    def major(self) -> str:
        return self.version[0]

    @property
    def disable_attribute(self) -> str:
        return "hx-disable" if self.major == "4" else "hx-disabled-elt"

    @property
    def inherit_attribute(self) -> str:
        return "hx-headers:inherited" if self.major == "4" else "hx-headers"

    @property
    def policy(self) -> str:
        name = "htmx" if self.major == "4" else "default"
        extra = f"; require-trusted-types-for 'script'; trusted-types {name}"
        return STRICT + (extra if self.trusted_types else "")

    def config(self) -> str:
        plain = '{"defaultTimeout":%d}' if self.major == "4" else '{"timeout":%d}'
        chosen = plain if self.options["plain"] == "1" else CONFIG[self.major]
        return chosen % int(self.options["timeout"])


DEFAULTS = {
    "timeout": "8000",
    "disable": "1",
    "sync": "1",
    "poll": "0",
    "wrapper": "1",
    "focus": "h1",
    "plain": "0",
}


def create_app(site: Site) -> Flask:
    app = Flask(__name__)

    def draw(status: int = 200) -> Response:
        html = render_template_string(FRAGMENT, site=site, status=status)
        if request.headers.get("HX-Request"):
            html = render_template_string(TITLE, site=site, status=status) + html
        else:
            html = render_template_string(PAGE, site=site, fragment=html, config=site.config())
        return Response(html, status, content_type="text/html; charset=utf-8")

    @app.before_request
    def remember() -> None:
        if request.path.startswith("/personas"):
            shown = {
                "method": request.method,
                "path": request.path,
                "hx": request.headers.get("HX-Request", ""),
            }
            shown |= {name: request.headers.get(name, "") for name in SHOWN}
            shown |= {name: request.form.get(name, "") for name in ("csrf_token", "dato", "boton")}
            site.seen.append(shown)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = site.policy
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.get("/personas/clave")
    def show() -> Response:
        if not request.headers.get("HX-Request"):
            if request.args:
                site.options = DEFAULTS | request.args.to_dict()
                site.polls = 0
        elif site.options["poll"] != "0":
            site.polls += 1
            if site.options["poll"] == "3" and site.polls == 1:
                return draw(503)
            if site.options["poll"] == "3" and site.polls == 2:
                raise ConnectionResetError
        return draw()

    @app.post("/personas/clave")
    def advance() -> Response:
        case = request.form.get("dato", "")
        if case.startswith("slow"):
            time.sleep(float(case[4:]))
        if case == "cut":
            raise ConnectionResetError
        if case == "foreign":
            return Response(
                "<html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>",
                502,
            )
        if case.isdigit() and case != "303":
            return draw(int(case))
        site.step += 1
        if case == "303" or not request.headers.get("HX-Request"):
            return redirect("/personas/clave", 303)
        return draw()

    @app.post("/personas/clave/reglas")
    def rules() -> Response:
        return Response(f'<ul id="reglas"><li>{len(request.form["clave"])}</li></ul>')

    @app.post("/csp")
    def report() -> Response:
        site.reports.append(request.get_data(as_text=True))
        return Response(status=204)

    @app.get("/<name>.js")
    def script(name: str) -> Response:
        body = site.htmx_js if name == "htmx" else (HERE / f"{name}.js").read_bytes()
        return Response(body, content_type="text/javascript; charset=utf-8")

    return app


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None: ...

    def handle_error(self, *_args: object) -> None: ...


class Server:
    """The site on a port of its own, which can be taken down and put back in the middle of a case."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._app = _cutting(create_app(site))
        self._port = 0
        self.start()

    def start(self) -> None:
        self._server = make_server("127.0.0.1", self._port, self._app, threaded=True, request_handler=_Quiet)
        self._port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            daemon=True,
        ).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def url(self, **options: str) -> str:
        query = "&".join(f"{key}={value}" for key, value in {"timeout": "8000", **options}.items())
        return f"{self.origin}/personas/clave?{query}"


def _cutting(app: Flask) -> Callable:
    """Ends the connection without an answer where the app says so."""
    app.config["PROPAGATE_EXCEPTIONS"] = True

    def wsgi(environ: dict, start_response: Callable) -> object:
        try:
            return app.wsgi_app(environ, start_response)
        except ConnectionResetError:
            import socket

            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise

    return wsgi
