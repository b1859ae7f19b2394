"""S4, S5: the mailed link: scanners, changed tokens, older links, use after use, forged hosts, a wrong document.

Whether a link works is seen by opening it in a browser that knows of nothing: only then it asks for the document.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from attack.ground import Ground
from attack.target import RECOVERY
from attack.walk import Walk, link_in

SCANNERS: Final = ("Mozilla/5.0 (compatible; LinkScanner)", "python-requests/2.32", "curl/8.5.0")
POISON: Final = (
    {"Host": "evil.example"},
    {"X-Forwarded-Host": "evil.example"},
    {"Forwarded": "host=evil.example;proto=https"},
    {"X-Original-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example"},
    {"X-Forwarded-Prefix": "/evil.example", "X-Script-Name": "/evil.example", "X-Original-URL": "/evil.example"},
)
WRONG_DOCUMENTS: Final = 10


def run(ground: Ground) -> None:
    """Every way of getting more out of a link than its one use."""
    _scanned_changed_and_used(ground)
    _older_after_newer(ground)
    _poisoned(ground)
    _somebody_elses_document(ground)


def _opens(ground: Ground, path: str) -> bool:
    return ground.browser().visit(path).step == "reidentify"


def _scanned_changed_and_used(ground: Ground) -> None:
    walk = Walk(ground, ground.people.take())
    walk.to("link_sent")
    path = walk.link()
    for agent in SCANNERS:
        for method in ("HEAD", "GET", "HEAD"):
            ground.browser().fetch(method, path, headers={"User-Agent": agent, "Purpose": "prefetch"})
        ground.browser().visit(path, {"User-Agent": agent})
    for what, changed in _changed(walk.token):
        ground.expect(not _opens(ground, path.replace(walk.token, changed)), f"a token {what} works")
    walk.browser.visit(path)
    ground.expect(walk.browser.page.step == "reidentify", "scanners used the link up")
    _look_for_the_token(ground, walk)
    walk.identify_again()
    ground.expect(walk.browser.page.step == "contacts", "the honest document was refused")
    ground.expect(not _opens(ground, path), "a used link works again")
    ground.expect(walk.browser.step() == "contacts", "opening a used link elsewhere disturbs its user")


def _changed(token: str) -> Iterator[tuple[str, str]]:
    for place in (0, len(token) // 2, len(token) - 1):
        for bit in (1, 2, 4):
            other = chr(ord(token[place]) ^ bit)
            yield f"with a flipped bit at {place}", quote(token[:place] + other + token[place + 1 :], safe="")
    yield "cut by one", token[:-1]
    yield "cut in half", token[: len(token) // 2]
    yield "in other case", token.swapcase()
    yield "with more behind it", f"{token}A"
    yield "twice", token * 2
    yield "with a NUL behind it", f"{token}%00"
    yield "with a blank behind it", f"{token}%20"
    yield "with a full-width letter", quote(chr(ord(token[0]) + 0xFEE0)) + token[1:]
    yield "with an accent behind it", f"{token}%CC%81"
    yield "with a percent sign for all", "%25"


def _look_for_the_token(ground: Ground, walk: Walk) -> None:
    landing, *rest = [page.response for page in walk.browser.seen]
    ground.expect(walk.token not in str(landing.headers), "the landing's headers carry the token")
    ground.expect(landing.is_redirect, "the link is drawn without leaving the address bar")
    for response in [landing, *rest]:
        ground.expect(walk.token not in response.text, "a body carries the token")
        ground.expect(response.headers.get("Referrer-Policy") == "no-referrer", "the token may leave by Referer")
    ground.expect(not any(walk.token in str(response.url) for response in rest), "the token comes back to the address")


def _older_after_newer(ground: Ground) -> None:
    first = Walk(ground, ground.people.take())
    first.to("link_sent")
    older = first.link()
    first.browser.visit(older)
    second = Walk(ground, first.victim)
    second.to("link_sent")
    newer = second.link()
    ground.expect(not _opens(ground, older), "an older link works after a newer one was sent")
    stands = first.identify_again().step
    ground.expect(stands != "contacts", "a browser with an older link goes on after a newer one was sent")
    ground.expect(_opens(ground, newer), "the newest link does not work")


def _poisoned(ground: Ground) -> None:
    honest = Walk(ground, ground.people.take())
    honest.to("link_sent")
    link = _whole_link(ground, honest)
    base = link[: link.index(RECOVERY)]
    for number, headers in enumerate(POISON):
        walk = Walk(ground, honest.victim if number < 2 else ground.people.take())
        walk.known = [message["id"] for message in ground.messages(walk.victim)]
        walk.asking.visit(RECOVERY)
        form = walk.asking.page.form("Continuar")
        walk.asking.fetch("POST", RECOVERY, form.fill(walk.victim.document), headers)
        if walk.asking.step() != "link_sent":
            ground.note(f"a request with {next(iter(headers))} forged is refused")
            continue
        poisoned = _whole_link(ground, walk)
        ground.expect(poisoned.startswith(base), f"{headers} reaches the mailed link")
        ground.expect("evil" not in str(ground.messages(walk.victim)), f"{headers} reaches the message")


def _whole_link(ground: Ground, walk: Walk) -> str:
    message = ground.wait_for(walk.victim, link_in, walk.known)
    return next(str(link) for link in message["links"] if "/enlace/" in link)


def _somebody_elses_document(ground: Ground) -> None:
    """Wrong like any other answer, and counted: once the tries are spent the right one is refused too."""
    walk, other = Walk(ground, ground.people.take()), ground.people.take()
    walk.to("reidentify")
    path, form = f"{RECOVERY}/enlace/{walk.token}", walk.browser.page.form("Continuar")
    tried, stands = 0, walk.browser.page.step
    while stands == "reidentify" and tried < WRONG_DOCUMENTS:
        tried, stands = tried + 1, walk.browser.submit("Continuar", other.document).step
        ground.expect(stands != "contacts", "somebody else's document opens the recovery")
    ground.note(f"{tried} wrong documents end a recovery")
    ground.expect(tried < WRONG_DOCUMENTS, f"{WRONG_DOCUMENTS} wrong documents are not too many")
    ground.expect(walk.browser.step() != "reidentify", "wrong documents do not end a recovery")
    walk.browser.send(form, form.fill(walk.victim.document))
    ground.expect(walk.browser.step() != "contacts", "once the tries are spent the right document leads on")
    elsewhere = ground.browser()
    if elsewhere.visit(path).step == "reidentify":
        elsewhere.submit("Continuar", walk.victim.document)
    ground.expect(elsewhere.step() != "contacts", "once the tries are spent the right document leads on elsewhere")
