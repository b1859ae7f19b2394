"""S6: an opaque, guarded cookie that is renewed at link, code, end and log-in; the old value is dead; no fixation.

One customer walks the whole way while every cookie is kept; then each old one is tried from elsewhere.
"""

from typing import Final

from attack.ground import Ground, is_in
from attack.people import Kind
from attack.target import LOG_IN, RECOVERY, Browser
from attack.walk import Walk

RENEWED_WHEN: Final = {"reidentify": "the link was opened", "questions": "the code was right", "done": "the end"}
SHORTEST: Final = 22  # 128 bits in base64


def run(ground: Ground) -> None:
    """Flags, renewal, old values, fixation."""
    walk = Walk(ground, ground.people.take())
    walk.browser.visit(RECOVERY)
    before = dict(walk.browser.cookies)
    kept: list[tuple[str, dict[str, str]]] = [("before the link", before)]

    def look(step: str) -> None:
        nonlocal before
        now = dict(walk.browser.cookies)
        if step in RENEWED_WHEN:
            ground.expect(before != now, f"the session is not renewed when {RENEWED_WHEN[step]}")
            ground.expect(
                ground.with_cookies(before).step() == "identify", f"the cookie from before {step} still lives after it"
            )
        kept.append((step, before := now))

    walk.to("done", look)
    for step, cookies in kept[:-1]:
        stands = ground.with_cookies(cookies).step()
        ground.expect(stands in {"identify", "done"}, f"the cookie of step {step} stands at {stands} after the end")
    _look_at_flags(ground, walk.browser)
    _look_at_values(ground, walk)
    _fixation(ground)
    _fixation_at_log_in(ground)


def _look_at_flags(ground: Ground, browser: Browser) -> None:
    given = [line for page in browser.seen for line in page.response.headers.get_list("Set-Cookie")]
    ground.expect(bool(given), "no cookie was ever given")
    for line in given:
        name, *flags = (part.strip().lower() for part in line.split(";"))
        who = f"the cookie {name.partition('=')[0]}"
        ground.expect("httponly" in flags, f"{who} can be read by scripts")
        ground.expect("samesite=lax" in flags, f"{who} is not SameSite=Lax")
        ground.expect("path=/" in flags, f"{who} has not Path=/")
        ground.expect(not any(flag.startswith("domain=") for flag in flags), f"{who} goes to other hosts too")
        if ground.target.url.startswith("https"):
            ground.expect(name.startswith("__host-") and "secure" in flags, f"{who} is not __Host- and Secure")


def _look_at_values(ground: Ground, walk: Walk) -> None:
    values = [value for _ in range(5) for value in _fresh(ground).cookies.values()]
    ground.expect(len(set(values)) == len(values), "two browsers got the same cookie")
    number = walk.victim.entry["id_number"]
    for value in [*values, *walk.browser.cookies.values()]:
        ground.expect(len(value) >= SHORTEST, "a cookie is too short to be unguessable")
        ground.expect(number not in value and "." not in value and "eyJ" not in value, "a cookie carries data")


def _fresh(ground: Ground) -> Browser:
    browser = ground.browser()
    browser.visit(RECOVERY)
    return browser


def _fixation(ground: Ground) -> None:
    """The attacker's cookie stands in the victim's browser before the link is opened."""
    attacker = _fresh(ground)
    planted = dict(attacker.cookies)
    walk = Walk(ground, ground.people.take())
    walk.browser.take(planted)
    walk.to("contacts")
    ground.expect(ground.with_cookies(planted).step() == "identify", "a planted cookie follows the victim's recovery")
    name = next(iter(planted), "session")
    chosen = ground.with_cookies({name: "a" * 43})
    chosen.visit(RECOVERY)
    ground.expect("a" * 43 not in str(chosen.seen[-1].response.headers), "a made-up cookie value is adopted")


def _fixation_at_log_in(ground: Ground) -> None:
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    attacker = ground.browser()
    attacker.visit(LOG_IN)
    planted = dict(attacker.cookies)
    browser = ground.with_cookies(planted)
    ground.expect(ground.log_in(victim, victim.password or "", browser), "the honest log-in was refused")
    ground.expect(not is_in(ground.with_cookies(planted)), "a planted cookie is logged in with the victim")
