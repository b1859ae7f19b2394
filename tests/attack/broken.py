"""A service with the same outside and every weakness: what an attack must find."""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as WerkzeugResponse

from attack.people import Victim

MOST_FROM_ONE_ADDRESS = 20
AFTER = {"reidentify": "contacts", "contacts": "code", "code": "questions", "questions": "password", "password": "done"}
FORMS = {
    "identify": (("Tipo de identificación", "Número de identificación"), "Continuar"),
    "reidentify": (("Tipo de identificación", "Número de identificación"), "Continuar"),
    "contacts": ((), "Enviar"),
    "code": (("Código de 6 dígitos",), "Continuar"),
    "questions": ((), "Continuar"),
    "password": (("Nueva contraseña", "Confirme la nueva contraseña"), "Asignar contraseña"),
}
TOLL = '<p data-challenge="c" data-iterations="1" data-bits="1" data-answers="1"></p>'
QUESTION = """<fieldset><legend>¿En qué ciudad abrió su cuenta de ahorros?</legend>
<input type="radio" id="a" name="q" value="a"><label for="a">Cali</label></fieldset>"""


class Broken:
    """Tells who is a customer, keeps cookies for good, lets guess and skip, escapes nothing, guards nothing."""

    def __init__(self, victims: list[Victim]) -> None:
        self.customers = {victim.entry["id_number"]: victim.entry for victim in victims}
        self.mailbox: list[dict[str, Any]] = []
        self.steps: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.holders: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()
        self.app = Flask(__name__)
        self.app.after_request(self.open_policy)
        self.app.add_url_rule("/personas/clave", view_func=self.page, methods=["GET", "POST"])
        self.app.add_url_rule("/personas/clave/enlace/<token>", view_func=self.link)
        self.app.add_url_rule("/healthz", view_func=lambda: jsonify(deployment="demo"), endpoint="health")
        self.app.add_url_rule("/demo/buzon.json", view_func=lambda: jsonify(self.mailbox), endpoint="mailbox")

    def open_policy(self, response: Response) -> Response:
        """A policy that allows everything."""
        response.headers["Content-Security-Policy"] = (
            "default-src *; script-src https:; script-src-elem 'unsafe-inline'"
        )
        return response

    def page(self) -> Response | WerkzeugResponse:
        """One address for every step."""
        cookie = request.cookies.get("sid") or secrets.token_urlsafe(32)
        refused = self._take(cookie) if request.method == "POST" else ""
        if refused == "limit":
            return Response(self._draw("identify", TOLL), 429)
        response = Response(self._draw(self.steps.get(cookie, "identify"), refused))
        response.set_cookie("sid", cookie)
        return response

    def link(self, token: str) -> WerkzeugResponse:
        """Whoever has it goes on; a made-up one is opened so often only."""
        self.opened[address := request.headers.get("X-Forwarded-For", "")] += token not in self.links
        if self.opened[address] > MOST_FROM_ONE_ADDRESS:
            return Response(status=429)
        cookie = request.cookies.get("sid") or secrets.token_urlsafe(32)
        if token in self.links:
            self.steps[cookie], self.holders[cookie] = "reidentify", self.links[token]
        response = redirect("/personas/clave", 303)
        response.set_cookie("sid", cookie)
        return response

    def _take(self, cookie: str) -> str:
        step = self.steps.get(cookie, "identify")
        if request.form.get("step") == "password":
            self.steps[cookie] = "done"
        if request.form.get("step") != step:
            return ""
        if step == "identify":
            return self._identify(cookie, request.form.get("f1", ""))
        if step == "code" and request.form.get("f0") != self.codes[self.holders[cookie]]:
            return "El código no es correcto."
        self.steps[cookie] = AFTER[step]
        if step == "contacts":
            self.codes[self.holders[cookie]] = code = f"{secrets.randbelow(10**6):06}"
            self._send(self.holders[cookie], code=code)
        return ""

    def _identify(self, cookie: str, number: str) -> str:
        self.asked[address := request.headers.get("X-Forwarded-For", "")] += 1
        if self.asked[address] > MOST_FROM_ONE_ADDRESS and "challenge" not in request.form:
            return "limit"
        if number not in self.customers:
            return f"{number} no es cliente del banco."
        self.steps[cookie] = "link_sent"
        self.links[token := secrets.token_urlsafe(32)] = number
        self._send(number, f"{request.host_url}personas/clave/enlace/{token}")
        return ""

    def _send(self, number: str, *links: str, code: str | None = None) -> None:
        to = self.customers[number]["email"]
        message = {"id": secrets.token_hex(4), "to": to, "subject": "", "text": "", "links": list(links), "code": code}
        self.mailbox.insert(0, message)

    def _draw(self, step: str, refused: str) -> str:
        labels, button = FORMS.get(step, ((), ""))
        fields = "".join(
            f'<label for="f{number}">{label}</label><input id="f{number}" name="f{number}">'
            for number, label in enumerate(labels)
        )
        question = QUESTION if step == "questions" else ""
        inside = f'<input type="hidden" name="step" value="{step}">{fields}{question}<button>{button}</button>'
        form = f'<form method="post" action="/personas/clave">{inside}</form>' if button else ""
        clock = str(time.monotonic()) if step == "code" else ""
        return f'<main data-step="{step}">{refused}{form}{clock}</main>'


class Leaky(Broken):
    """Does the same for everybody and says the same, but takes some milliseconds longer for a customer."""

    def __init__(self, victims: list[Victim], leak: float) -> None:
        super().__init__(victims)
        self.leak = leak

    def _identify(self, cookie: str, number: str) -> str:
        self.asked[address := request.headers.get("X-Forwarded-For", "")] += 1
        if self.asked[address] > MOST_FROM_ONE_ADDRESS:
            return "limit"
        if not number.isdigit():
            return "Revise el número."
        time.sleep(self.leak / 1000 if number in self.customers else 0)
        self.steps[cookie] = "link_sent"
        return ""


@contextmanager
def serving(service: Broken, folder: Path) -> Iterator[tuple[str, Path]]:
    """The address of such a service and its customers file, while the block runs."""
    file = folder / "customers.jsonl"
    file.write_text("\n".join(json.dumps(entry) for entry in service.customers.values()), encoding="utf-8")
    server = make_server("127.0.0.1", 0, service.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", file
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
