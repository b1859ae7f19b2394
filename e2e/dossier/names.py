"""Names of states and walks as parts of file names and of addresses within a page."""

import re


def slug(name: str) -> str:
    """Small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
