"""Stub."""

from pathlib import Path

from e2e.dossier.findings import Dossier


def write(found: Dossier, folder: Path, output: Path) -> int:
    return 0
