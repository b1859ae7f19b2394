"""Photographs a page of the dossier for the README (`make dossier ARGS=--picture`)."""

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser

from app.settings import ROOT

PICTURE: Final = ROOT / "docs" / "dossier.webp"
STATE: Final = "identify-misshapen"
WIDE_PX, HIGH_PX = 1240, 1500
QUALITY: Final = 70
UNFOLD: Final = """state => {
  const title = document.getElementById(state), folded = title.closest("article").querySelector("details");
  folded.open = true;
  title.scrollIntoView();
  return Promise.all([...folded.querySelectorAll("img")].map(picture => picture.decode()));
}"""


def photograph(browser: Browser, dossier: Path) -> Path:
    """The first window's height of one state, unfolded; where the picture is."""
    page = browser.new_page(viewport={"width": WIDE_PX, "height": HIGH_PX}, color_scheme="light")
    page.goto(dossier.resolve().as_uri())
    page.evaluate(UNFOLD, STATE)
    Image.open(BytesIO(page.screenshot())).convert("RGB").save(PICTURE, "WEBP", quality=QUALITY, method=6)
    page.close()
    return PICTURE
