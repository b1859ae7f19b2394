"""Draws `docs/journey.png`: the journey on a phone, photographed from the running service (`make picture`)."""

import base64
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from app.settings import ROOT
from e2e.bank import Bank, Customer
from e2e.browsers import CHROMIUM, launch
from e2e.house import running
from e2e.journey import (
    answer,
    ask_for_code,
    confirm_document,
    give_code,
    give_document,
    log_in,
    open_link,
    set_password,
)
from e2e.pages import ChromiumVisitor, Visitor

PICTURE: Final = ROOT / "docs" / "journey.png"
PHONE: Final = ViewportSize(width=360, height=720)
COLUMNS: Final = 5

Step = tuple[str, Callable[[Visitor, Customer, Bank], None]]


def _begin(visitor: Visitor, _customer: Customer, _bank: Bank) -> None:
    visitor.go("/personas/clave")


def _ask(visitor: Visitor, customer: Customer, _bank: Bank) -> None:
    give_document(visitor, customer)
    visitor.press("Continuar")


def _confirm(visitor: Visitor, customer: Customer, _bank: Bank) -> None:
    confirm_document(visitor, customer)


def _send(visitor: Visitor, _customer: Customer, _bank: Bank) -> None:
    ask_for_code(visitor)


def _code(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    give_code(visitor, bank.code(customer))


def _set(visitor: Visitor, _customer: Customer, _bank: Bank) -> None:
    set_password(visitor)


def _log_in(visitor: Visitor, customer: Customer, _bank: Bank) -> None:
    log_in(visitor, customer, "otra cosa que no es la contraseña")


STEPS: Final[tuple[Step, ...]] = (
    ("1–3 · ¿Olvidó su contraseña?", _log_in),
    ("4 · Documento", _begin),
    ("5 · Mensaje", _ask),
    ("6 · Enlace", open_link),
    ("7 · Datos de contacto", _confirm),
    ("8 · Código", _send),
    ("9 · Preguntas", _code),
    ("9 · Contraseña", answer),
    ("10 · Listo", _set),
)


def main() -> None:
    """Start the service, walk the journey, photograph each step, and put the photographs on one sheet."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running(Path(folder)) as house,
        closing(launch(CHROMIUM, playwright)) as browser,
    ):
        _sheet(browser, _photographs(browser, house.server.url, house.bank))
    print(PICTURE.relative_to(ROOT))


def _photographs(browser: Browser, url: str, bank: Bank) -> list[tuple[str, bytes]]:
    context = browser.new_context(viewport=PHONE, locale="es-CO", reduced_motion="reduce")
    visitor, customer = ChromiumVisitor(context.new_page(), url, scripts=True), bank.new_customer()
    taken = []
    for name, go in STEPS:
        go(visitor, customer, bank)
        visitor.at_rest()
        taken.append((name, visitor.page.screenshot()))
    return taken


def _sheet(browser: Browser, photographs: list[tuple[str, bytes]]) -> None:
    figures = "".join(_figure(name, base64.b64encode(png).decode()) for name, png in photographs)
    style = (
        "body{margin:0;padding:24px;background:#e9efed;font:16px system-ui;display:grid;gap:24px;"
        f"grid-template-columns:repeat({COLUMNS},200px)}}figure{{margin:0}}"
        "img{width:200px;border-radius:12px;border:1px solid #b9c8c4}figcaption{margin-top:6px;font-weight:600}"
    )
    page = browser.new_page(viewport={"width": COLUMNS * 224 + 24, "height": 100}, device_scale_factor=1.5)
    page.set_content(f"<style>{style}</style>{figures}")
    page.screenshot(path=PICTURE, full_page=True)


def _figure(name: str, png: str) -> str:
    return f'<figure><img src="data:image/png;base64,{png}"><figcaption>{name}</figcaption></figure>'


if __name__ == "__main__":
    main()
