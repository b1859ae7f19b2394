"""Pictures for the dossier: compressed, and one with the stops of the focus numbered upon the page."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from e2e.dossier.findings import Box, Picture

QUALITY: Final = 40
WIDEST_PX: Final = 1280
MARK: Final = "#b00020"
RADIUS_PX: Final = 13
GAP_PX: Final = 3


def keep(png: bytes, view: str, path: Path) -> Picture:
    """Compress a picture into a file."""
    return _keep(Image.open(BytesIO(png)).convert("RGB"), view, path)


def number(png: bytes, boxes: Sequence[Box], path: Path) -> Picture:
    """The page with a numbered disc at each stop of the focus and a line around it."""
    image = Image.open(BytesIO(png)).convert("RGB")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(RADIUS_PX + 4)
    for place, (left, top, width, height) in enumerate(boxes, 1):
        x, y = max(left - GAP_PX, RADIUS_PX), max(top - GAP_PX, RADIUS_PX)
        around = (left - GAP_PX, top - GAP_PX, left + width + GAP_PX, top + height + GAP_PX)
        if top >= 0:
            draw.rectangle(around, outline=MARK, width=2)
        draw.ellipse((x - RADIUS_PX, y - RADIUS_PX, x + RADIUS_PX, y + RADIUS_PX), fill=MARK)
        draw.text((x, y), str(place), fill="white", font=font, anchor="mm")
    return _keep(image, "focus", path)


def _keep(image: Image.Image, view: str, path: Path) -> Picture:
    image.thumbnail((WIDEST_PX, image.height))
    image.save(path, "WEBP", quality=QUALITY, method=4)
    return Picture(view=view, file=path.name, width=image.width, height=image.height)
