"""Puts the trial's questions to two versions of htmx in three engines and prints the table: see README.md."""

import argparse
import gzip
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers import ENGINES, chromium
from trial_site import DEFAULTS, Server, Site

VERSIONS = ["4.0.1", "2.0.11"]
Check = Callable[["Case"], object]
CHECKS: dict[str, Check] = {}
REFUSALS = (400, 403, 404, 405, 413, 429, 500, 503)


def check(title: str) -> Callable[[Check], Check]:
    def keep(function: Check) -> Check:
        CHECKS[title] = function
        return function

    return keep


class Case:
    """One browser on one server; every check starts with a fresh page."""

    def __init__(self, browser: Any, server: Server) -> None:
        self.browser, self.server, self.site = browser, server, server.site
        self.violations: list[str] = []
        self.uncaught: list[str] = []

    def open(self, **options: str) -> None:
        self.browser.go(self.server.url(**options))
        self.site.seen.clear()
        assert self.until("!!window.probe && document.readyState === 'complete'"), "page did not load"

    def js(self, expression: str) -> Any:
        return self.browser.js(expression)

    def until(self, expression: str, seconds: float = 5) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.js(expression):
                    return True
            except Exception:  # a page in the middle of a native navigation
                time.sleep(0.05)
            time.sleep(0.02)
        return False

    def submit(self, case: str) -> None:
        self.browser.type("#dato", case)
        self.browser.press("Enter")

    def step(self) -> int:
        return int(self.js("document.querySelector('[data-step]').dataset.step.split('-')[1]"))

    def moves_on(self, before: int) -> bool:
        return self.until(f"!!document.querySelector('[data-step=paso-{before + 1}]')")

    def close(self) -> None:
        self.violations += self.js("probe.violations")
        self.uncaught += self.js("probe.uncaught")

    @property
    def posts(self) -> list[dict[str, str]]:
        return [row for row in self.site.seen if row["method"] == "POST" and row["path"].endswith("clave")]

    @property
    def native(self) -> int:
        return sum(1 for row in self.posts if not row["hx"])


@check("1 POST swaps the step; hidden CSRF field and submit button's value sent")
def _(case: Case) -> object:
    before = case.step()
    case.browser.type("#dato", "ok")
    case.browser.click("button")
    return (
        case.moves_on(before)
        and not case.native
        and case.posts[0]["csrf_token"] == "abc"
        and case.posts[0]["boton"] == "seguir"
    )


@check("2, 3 swapped: 422 and " + " ".join(map(str, REFUSALS)))
def _(case: Case) -> object:
    missing = []
    for status in (422, *REFUSALS):
        case.open()
        case.submit(str(status))
        if not case.until(f"document.querySelector('[data-step]').dataset.status === '{status}'"):
            missing.append(status)
    return not missing or f"no: {missing}"


@check("4 303 followed, HX-Request kept, result swapped, no new history entry")
def _(case: Case) -> object:
    before, length = case.step(), case.js("history.length")
    case.submit("303")
    moved = case.moves_on(before)
    after = [row for row in case.site.seen if row["method"] == "GET"]
    return moved and after[0]["hx"] == "true" and case.js("history.length") == length


@check("5a native submits in 20 at the instant of insertion")
def _(case: Case) -> object:
    case.js("(probe.chain = 20)")
    case.submit("ok")
    if not case.until("probe.chain === 0", 20):
        return f"{case.native} native, chain broken"
    time.sleep(0.3)
    return case.native if len(case.posts) == 21 else f"{len(case.posts)} of 21 sent"


@check("5a the same with the default config (the first one ends the chain)")
def _(case: Case) -> object:
    case.open(plain="1")
    case.js("(probe.chain = 20)")
    case.submit("ok")
    case.until("probe.chain === 0", 5)
    time.sleep(0.3)
    return case.native


@check("5b native submits in 20 quick presses of Enter")
def _(case: Case) -> object:
    case.open(focus="field")
    case.submit("ok")
    for _ in range(20):
        case.browser.press("Enter")
    time.sleep(0.5)
    return case.native


@check("5c native submits in 20 x type and Enter as soon as the step is there")
def _(case: Case) -> object:
    case.open(focus="field")
    for turn in range(20):
        before = case.step()
        case.submit("ok")
        if not case.moves_on(before):
            return f"stuck at {turn}"
    return case.native


@check("6 focus on the new h1, also after 422")
def _(case: Case) -> object:
    places = []
    for said in ("ok", "422"):
        case.submit(said)
        time.sleep(0.4)
        places.append(case.js("document.activeElement.tagName"))
    return places == ["H1", "H1"] or str(places)


@check("6 focus without our script, after a click on the button")
def _(case: Case) -> object:
    case.open(focus="none")
    case.browser.type("#dato", "ok")
    case.browser.click("button")
    time.sleep(0.4)
    return case.js("document.activeElement.tagName")


@check("7 a title element in the fragment becomes the title, 'Error: …' too")
def _(case: Case) -> object:
    case.submit("ok")
    time.sleep(0.4)
    first = case.js("document.title") == f"Paso {case.step()} – banco"
    case.submit("422")
    time.sleep(0.4)
    second = case.js("document.title") == f"Error: Paso {case.step()} – banco"
    return first and second and case.js("document.querySelectorAll('title').length") == 1


@check("8 keys in local and session storage; history state")
def _(case: Case) -> object:
    case.js("sessionStorage.clear()")
    case.open()
    case.submit("ok")
    time.sleep(0.4)
    state = case.js("probe.state()")
    return f"{state['stored'] or 'none'}; {state['history']}"


@check("8 the same with the default config")
def _(case: Case) -> object:
    case.open(plain="1")
    case.submit("ok")
    time.sleep(0.4)
    state = case.js("probe.state()")
    return f"{state['stored'] or 'none'}; {state['history']}"


@check("9 poll runs, then stops on an answer without hx-get")
def _(case: Case) -> object:
    return _poll(case, "1")


@check("9 poll runs, then stops when the element is gone")
def _(case: Case) -> object:
    return _poll(case, "2")


@check("9 poll goes on after a 503 and a cut connection, and nobody is disturbed")
def _(case: Case) -> object:
    return _poll(case, "3")


def _poll(case: Case, kind: str) -> object:
    case.open(poll=kind)
    title = case.js("document.title")
    case.browser.type("#dato", "lo escrito")
    case.js("document.getElementById('dato').setSelectionRange(3, 5)")
    time.sleep(4.3)
    polled = case.site.polls
    time.sleep(2.2)
    kept = case.js(
        "[document.getElementById('dato').value, document.activeElement.id, "
        "document.getElementById('dato').selectionStart, document.title, "
        "document.getElementById('aviso').textContent].join('|')"
    )
    if polled != 3 or case.site.polls != 3:
        return f"no: {polled} then {case.site.polls} polls"
    return kept == f"lo escrito|dato|3|{title}|" or kept


@check("10 double click sends once (hx-disable or hx-disabled-elt, and hx-sync)")
def _(case: Case) -> object:
    case.browser.type("#dato", "slow0.6")
    case.browser.double_click("button")
    time.sleep(1.5)
    return len(case.posts) == 1 or f"{len(case.posts)} sent"


@check("10 double Enter sends once with hx-sync=this:drop alone; the field keeps focus meanwhile")
def _(case: Case) -> object:
    case.open(disable="0")
    case.submit("slow0.6")
    case.browser.press("Enter")
    focus = case.js("document.activeElement.id")
    time.sleep(1.5)
    return (len(case.posts) == 1 and focus == "dato") or f"{len(case.posts)} sent, focus {focus}"


@check("10 sent by a double Enter without hx-sync and hx-disable")
def _(case: Case) -> object:
    case.open(disable="0", sync="0")
    case.submit("slow0.6")
    case.browser.press("Enter")
    time.sleep(2)
    return len(case.posts)


@check("11 server down: message, button usable, next try works")
def _(case: Case) -> object:
    before = case.step()
    case.server.stop()
    try:
        case.submit("ok")
        told = case.until("document.getElementById('aviso').textContent.startsWith('No fue')")
        usable = case.until("document.querySelector('button').disabled === false")
    finally:
        case.server.start()
    case.browser.click("button")
    return told and usable and case.moves_on(before)


@check("11 connection cut: message, focus on it, button usable")
def _(case: Case) -> object:
    case.submit("cut")
    told = case.until("document.getElementById('aviso').textContent.startsWith('No fue')")
    usable = case.until("document.querySelector('button').disabled === false")
    return told and usable and case.js("document.activeElement.id") == "aviso"


@check("11 time-out after 0.8 s: message, button usable")
def _(case: Case) -> object:
    case.open(timeout="800")
    case.submit("slow2")
    told = case.until("document.getElementById('aviso').textContent.startsWith('No fue')", 1.8)
    usable = case.until("document.querySelector('button').disabled === false", 1)
    return told and usable


@check("11 a gateway's own 502 page is not swapped in: message instead")
def _(case: Case) -> object:
    case.submit("foreign")
    told = case.until("document.getElementById('aviso').textContent.startsWith('Respuesta')")
    return told and case.js("document.querySelectorAll('h1').length") == 1


@check("13 hx-headers of the form and of an ancestor reach the server")
def _(case: Case) -> object:
    case.open()
    case.submit("ok")
    time.sleep(0.3)
    form = case.posts[0]
    case.browser.type("#clave", "a")
    case.until("document.querySelector('#reglas li').textContent === '1'")
    live = case.site.seen[-1]
    return (
        f"form's own {form['X-Form'] or 'no'}, of <body> too {form['X-Shell'] or 'no'}; "
        f"field without its own: of its form {live['X-Form'] or 'no'}, of <body> {live['X-Shell'] or 'no'}"
    )


@check("13 Origin, Sec-Fetch-Site, Sec-Fetch-Mode under Referrer-Policy no-referrer")
def _(case: Case) -> object:
    case.submit("ok")
    time.sleep(0.3)
    case.js("HTMLFormElement.prototype.submit.call(document.forms[0])")
    time.sleep(0.6)
    case.until("!!window.probe")
    sent = [[row[name] or "none" for name in ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")] for row in case.posts]
    return "htmx {}; plain form {}".format(*(", ".join(row).replace(case.server.origin, "ours") for row in sent))


@check("15 live check replaces the list, focus and typed text stay; requests for 8 keys")
def _(case: Case) -> object:
    case.browser.type("#clave", "abcdefgh")
    seen = case.until("document.querySelector('#reglas li').textContent === '8'")
    kept = case.js("document.activeElement.id + '|' + document.getElementById('clave').value")
    requests = sum(1 for row in case.site.seen if row["path"].endswith("reglas"))
    return (seen and kept == "clave|abcdefgh" and not case.native and f"yes, {requests}") or f"no: {kept}"


@check("15 Enter in the middle of a live check still sends the step")
def _(case: Case) -> object:
    before = case.step()
    case.browser.type("#dato", "ok")
    case.browser.type("#clave", "abc")
    time.sleep(0.3)
    case.browser.press("Enter")
    moved = case.moves_on(before)
    return (moved and len(case.posts) == 1) or f"moved {moved}, {len(case.posts)} sent, {case.step()} after {before}"


@check("12 style elements, style attributes and adopted sheets put in by htmx")
def _(case: Case) -> object:
    case.submit("ok")
    time.sleep(0.3)
    state = case.js("probe.state()")
    return state["styles"] + state["adopted"]


@check("12 the same with the default config: elements and attributes + sheets")
def _(case: Case) -> object:
    case.open(plain="1")
    state = case.js("probe.state()")
    return f"{state['styles']} + {state['adopted']}"


@check("TT trustedTypes in this engine; without our wrapper a swap works")
def _(case: Case) -> object:
    known = "yes" if case.js("typeof window.trustedTypes === 'object'") else "no"
    kept = len(case.violations)
    case.open(wrapper="0")
    before = case.step()
    case.submit("ok")
    works = case.until(f"!!document.querySelector('[data-step=paso-{before + 1}]')", 1)
    del case.violations[kept:]
    case.js("probe.violations.splice(0)")
    return f"{known}; {'yes' if works else 'no'}"


EXPECTED_VIOLATIONS = tuple(title for title in CHECKS if "default config" in title)


def ask(engine: str, version: str, script: bytes, trusted_types: bool, only: str) -> dict[str, str]:
    server = Server(Site(script, version, trusted_types))
    server.site.options = dict(DEFAULTS)
    answers: dict[str, str] = {}
    violations: list[str] = []
    try:
        with ENGINES[engine]() as browser:
            for title, function in CHECKS.items():
                if only not in title:
                    continue
                case = Case(browser, server)
                try:
                    case.open()
                    answers[title] = show(function(case))
                    case.close()
                except Exception as error:  # the table tells what failed
                    answers[title] = f"no: {type(error).__name__} {error}"[:110].replace("\n", " ")
                if title not in EXPECTED_VIOLATIONS:
                    violations += [f"{title[:2]}: {one}" for one in case.violations]
                if case.uncaught:
                    answers[title] += f" ({len(case.uncaught)} uncaught: {case.uncaught[0][:60]})"
            if not only:
                answers["6, 7 events in their order; where title and focus change"] = order(browser, server)
                answers["12 control: violations when the page opens with the default config"] = control(browser, server)
        answers["12 CSP violations in all checks but those with the default config"] = str(len(violations)) + (
            f": {violations[0]}" if violations else ""
        )
    finally:
        server.stop()
    return answers


def control(browser: Any, server: Server) -> str:
    case = Case(browser, server)
    case.open(plain="1")
    time.sleep(0.3)
    return str(len(case.js("probe.violations")))


def order(browser: Any, server: Server) -> str:
    case = Case(browser, server)
    case.open()
    case.submit("ok")
    time.sleep(0.5)
    return " > ".join(case.js("probe.events"))


def without_javascript(version: str, script: bytes) -> str:
    server = Server(Site(script, version, False))
    server.site.options = dict(DEFAULTS)
    try:
        with chromium(javascript=False) as browser:
            browser.go(server.url())
            server.site.seen.clear()
            browser.type("#dato", "ok")
            browser.click("button")
            time.sleep(0.5)
            return show([(row["method"], row["hx"]) for row in server.site.seen] == [("POST", ""), ("GET", "")])
    finally:
        server.stop()


def show(answer: object) -> str:
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


def minified(version: str) -> bytes:
    """The published minified file, by `npm pack` once and kept in the temporary folder."""
    place = Path(tempfile.gettempdir()) / "htmx-trial"
    place.mkdir(exist_ok=True)
    archive = place / f"htmx.org-{version}.tgz"
    if not archive.exists():
        subprocess.run(
            ["npm", "pack", "--silent", f"htmx.org@{version}"],
            cwd=place,
            check=True,
            stdout=sys.stderr,
        )
    with tarfile.open(archive) as opened:
        return opened.extractfile("package/dist/htmx.min.js").read()


def sizes(script: bytes) -> str:
    try:
        import brotli

        squeezed = str(len(brotli.compress(script, quality=11)))
    except ImportError:
        squeezed = "not measured"
    return f"{len(script)} / {len(gzip.compress(script, 9, mtime=0))} / {squeezed}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--engine",
        action="append",
        choices=list(ENGINES),
        help="all by default; may be repeated",
    )
    parser.add_argument(
        "--version",
        action="append",
        choices=VERSIONS,
        help="both by default; may be repeated",
    )
    parser.add_argument("--policy", action="append", choices=["csp", "csp+tt"], help="both by default")
    parser.add_argument("--only", default="", help="only the checks whose title contains this")
    parser.add_argument("--json", type=Path, help="write the answers here as well")
    chosen = parser.parse_args()
    table: dict[str, dict[str, str]] = {}
    for version in chosen.version or VERSIONS:
        script = minified(version)
        for engine in chosen.engine or list(ENGINES):
            for policy in chosen.policy or ["csp", "csp+tt"]:
                column = f"{version} {engine} {policy}"
                print(f"... {column}", file=sys.stderr, flush=True)
                try:
                    answers = ask(engine, version, script, policy == "csp+tt", chosen.only)
                except Exception as error:  # an engine that does not start is a result
                    answers = {"not run": f"{type(error).__name__} {error}"[:200]}
                for title, answer in answers.items():
                    table.setdefault(title, {})[column] = answer
        everywhere = {"14 bytes raw / gzip -9 / brotli 11": sizes(script)}
        if not chosen.only:
            everywhere["16 without JavaScript the form works (Chromium)"] = without_javascript(version, script)
        for title, answer in everywhere.items():
            table.setdefault(title, {})[f"{version} any"] = answer
    print_table(table)
    if chosen.json:
        chosen.json.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def print_table(table: dict[str, dict[str, str]]) -> None:
    """One row a question; columns that agree are written once."""
    print("| question | answer |\n|---|---|")
    for title, row in table.items():
        grouped: dict[tuple[str, str], list[str]] = {}
        for column, answer in row.items():
            version, _, rest = column.partition(" ")
            grouped.setdefault((version, answer), []).append(rest)
        widths = {version: sum(1 for column in row if column.startswith(version)) for version in VERSIONS}
        parts = []
        for (version, answer), columns in grouped.items():
            where = "" if len(columns) == widths[version] else f" ({', '.join(columns)})"
            parts.append(f"{version}{where}: {answer}")
        print(f"| {title} | {'; '.join(parts)} |".replace("\\|", "|"))


if __name__ == "__main__":
    main()
