"""What a browser itself refuses on our behalf (ASVS 5.0 V3.3 to V3.5), asked of real browsers of every engine.

Two sites are played: a stranger's, and the bank's own as it would be if somebody had smuggled markup into its pages.
`127.0.0.1` and `localhost` are different sites to a browser.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import pytest
from werkzeug import Request, Response

from e2e.bank import NEW_PASSWORD, OLD_PASSWORD, Bank, Customer
from e2e.conftest import Visit, Watches
from e2e.house import House
from e2e.journey import (
    answer,
    ask_for_code,
    confirm_document,
    give_code,
    give_document,
    identify,
    log_in,
    open_link,
    reach_contacts,
    recover,
    set_password,
)
from e2e.pages import Visitor
from e2e.sites import Front, Site
from e2e.waiting import until
from e2e.ways import with_scripts
from e2e.windows import Target

REPORT_SECONDS: Final = 20
RECOVERY: Final = "/personas/clave"


class Stranger(Site):
    """Another site: the pages that a test gives it, and a friendly nothing for the rest."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        super().__init__(self._page, name="localhost")

    def _page(self, request: Request) -> Response:
        return Response(self.pages.get(request.path, ""), mimetype="text/html")


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """Another site."""
    with closing(Stranger()) as site:
        yield site


@pytest.fixture
def front(attacked: House) -> Iterator[Front]:
    """The bank's own pages, into which markup can be smuggled."""
    with closing(Front(attacked.server.behind)) as site:
        yield site


def attacker(visit: Visit, watches: Watches, house: House) -> Visitor:
    """A browser that meets attacks: what its console says of them is no trouble."""
    visitor = visit(house=house)
    watches[visitor].attacked = True
    return visitor


def marks(visitor: Visitor) -> list[str]:
    """What a script has left on the document to say that it ran, or what it could do."""
    told: list[str] = visitor.window.run("() => Object.entries(document.documentElement.dataset).flat()")
    return told


# --- markup that was smuggled in -------------------------------------------------------------------------------

SMUGGLED: Final = """
<script>document.documentElement.dataset.ran = "inline script"</script>
<script src="{stranger}/evil.js"></script>
<img src="/no-existe" onerror="document.documentElement.dataset.ran = 'handler'" alt="">
<style>h1 {{ display: none }}</style>
<link rel="stylesheet" href="{stranger}/evil.css">
<p style="position: fixed; inset: 0">Gane un premio</p>
<img src="{stranger}/pixel.png" alt="">
<iframe src="{stranger}/frame" title=""></iframe>
<object data="{stranger}/object"></object>
<base href="{stranger}/">
<form method="post" action="{stranger}/take"><input name="prize"><button>Reclamar</button></form>
"""
MUST_BE_REPORTED: Final = ("script-src", "style-src", "img-src", "frame-src", "object-src", "base-uri", "form-action")


def reported(house: House, since: int, directive: str) -> None:
    """Wait until a browser has told the bank's own log of it."""
    until(
        lambda: any(one.startswith(directive) for one in house.server.violations()[since:]),
        REPORT_SECONDS,
        lambda: f"no {directive} in {house.server.violations()[since:]}",
    )


@with_scripts
def test_smuggled_markup_does_nothing_and_is_reported(
    visit: Visit, attacked: House, watches: Watches, stranger: Stranger, front: Front
) -> None:
    visitor, before = attacker(visit, watches, attacked), len(attacked.server.violations())
    front.markup = SMUGGLED.format(stranger=stranger.url)
    visitor.go(front.url + RECOVERY)
    visitor.stands_at("identify")
    visitor.sees("Gane un premio")
    assert marks(visitor) == []
    assert all(heading.visible for heading in visitor.look(Target(css="h1")))
    visitor.window.type(Target(css="[name=prize]"), "1")
    visitor.enter()
    for directive in MUST_BE_REPORTED:
        reported(attacked, before, directive)
    assert visitor.step == "identify"
    assert stranger.asked == []


@with_scripts
def test_over_tls_what_is_smuggled_in_is_reported_too(
    visit: Visit, over_tls: House, watches: Watches, tls_front: Front
) -> None:
    visitor, before = attacker(visit, watches, over_tls), len(over_tls.server.violations())
    tls_front.markup = "<script>document.documentElement.dataset.ran = 1</script>"
    visitor.go(RECOVERY)
    tls_front.markup = ""
    assert marks(visitor) == []
    reported(over_tls, before, "script-src")


PROBE: Final = """
const tell = (name, act) => {
  let how = "done";
  try { act(); } catch (problem) { how = problem.name; }
  document.documentElement.dataset[name] = how;
};
const step = document.getElementById("step");
tell("html", () => { step.innerHTML = "<img src=x>"; });
tell("adjacent", () => step.insertAdjacentHTML("beforeend", "<img src=x>"));
tell("write", () => document.write("<p>x</p>"));
tell("parser", () => new DOMParser().parseFromString("<p>x</p>", "text/html"));
tell("source", () => { document.createElement("script").src = "/probe.js"; });
tell("policy", () => trustedTypes.createPolicy("mine", { createHTML: (text) => text }));
tell("again", () => trustedTypes.createPolicy("htmx", { createHTML: (text) => text }));
tell("code", () => eval("1"));
tell("function", () => new Function("1"));
"""


@with_scripts
def test_no_text_becomes_markup_or_code_even_in_a_script_of_our_own(
    visit: Visit, attacked: House, watches: Watches, front: Front
) -> None:
    visitor = attacker(visit, watches, attacked)
    front.markup, front.script = '<script src="/probe.js" defer></script>', PROBE
    visitor.go(front.url + RECOVERY)
    visitor.stands_at("identify")
    told = dict(zip(marks(visitor)[::2], marks(visitor)[1::2], strict=True))
    assert told.pop("code") == told.pop("function") == "EvalError"
    assert set(told) == {"html", "adjacent", "write", "parser", "source", "policy", "again"}
    assert set(told.values()) == {"TypeError"}, told


# --- a stranger's site ------------------------------------------------------------------------------------------


def test_no_other_site_can_frame_a_page(visit: Visit, attacked: House, watches: Watches, stranger: Stranger) -> None:
    visitor = attacker(visit, watches, attacked)
    stranger.pages["/"] = f'<main><h1>Concurso</h1><iframe src="{visitor.url}{RECOVERY}" title="banco"></iframe></main>'
    visitor.go(stranger.url + "/")
    visitor.sees_heading("Concurso")
    visitor.at_rest()
    asked = [request.url for request in watches[visitor].sent]
    assert visitor.url + RECOVERY in asked
    assert not [url for url in asked if f"{visitor.url}/static/" in url], "the page was drawn in the frame"


FORGED: Final = """<main><h1>Concurso</h1>
<form method="post" action="{bank}/personas/clave">
<input name="step" value="contacts"><button>Participar</button></form>
<form method="post" action="{bank}/personas/clave/empezar"><button>Volver a participar</button></form>
</main>"""


def test_a_form_of_another_site_changes_nothing(
    visit: Visit, attacked: House, watches: Watches, stranger: Stranger
) -> None:
    alicia, visitor = attacked.bank.new_customer(), attacker(visit, watches, attacked)
    reach_contacts(visitor, alicia, attacked.bank)
    stranger.pages["/"] = FORGED.format(bank=visitor.url)
    for button in ("Participar", "Volver a participar"):
        visitor.go(stranger.url + "/")
        visitor.press(button)
        visitor.sees_heading("Esta página estuvo abierta mucho tiempo")
    visitor.reload()
    visitor.stands_at("contacts")
    assert not [message for message in attacked.bank.messages(alicia) if message.code and not message.links]


FETCHING: Final = """<main><h1>Concurso</h1></main><script>
const ways = {{
  forged: {{ headers: {{ "HX-Request": "true", "HX-Target": "step", "HX-Current-URL": "{bank}" }} }},
  plain: {{}},
  blind: {{ mode: "no-cors" }},
}};
(async () => {{
  for (const method of ["GET", "POST"]) for (const [name, way] of Object.entries(ways)) {{
    const body = method === "POST" ? new URLSearchParams({{ step: "contacts" }}) : undefined;
    let got;
    try {{
      got = await (await fetch("{bank}/personas/clave", {{ method, body, credentials: "include", ...way }})).text();
    }} catch (problem) {{ got = ""; }}
    document.documentElement.dataset[method + name] = got;
  }}
  document.documentElement.dataset.over = "";
}})();
</script>"""


@with_scripts
def test_a_script_of_another_site_gets_nothing_and_changes_nothing_whatever_headers_it_forges(
    visit: Visit, attacked: House, watches: Watches, stranger: Stranger
) -> None:
    alicia, visitor = attacked.bank.new_customer(), attacker(visit, watches, attacked)
    reach_contacts(visitor, alicia, attacked.bank)
    stranger.pages["/"] = FETCHING.format(bank=visitor.url)
    visitor.go(stranger.url + "/")
    visitor.until(lambda: "over" in marks(visitor), "for the stranger's script to end")
    assert len(marks(visitor)) == 14
    assert not [got for got in marks(visitor)[1::2] if got], "another site could read an answer"
    visitor.reload()
    visitor.stands_at("contacts")
    assert not [message for message in attacked.bank.messages(alicia) if message.code and not message.links]


def test_a_link_in_a_web_mail_leads_on_with_the_session(
    visit: Visit, house: House, watches: Watches, stranger: Stranger
) -> None:
    alicia, visitor = house.bank.new_customer(), attacker(visit, watches, house)
    identify(visitor, alicia)
    stranger.pages["/"] = f'<main><h1>Correo</h1><a href="{house.bank.link(alicia)}">Continuar</a></main>'
    visitor.go(stranger.url + "/")
    visitor.follow("Continuar")
    visitor.stands_at("reidentify")
    confirm_document(visitor, alicia)
    visitor.stands_at("contacts")
    visitor.go(stranger.url + "/")
    visitor.follow("Continuar")
    visitor.stands_at("contacts")


OPENING: Final = """<main><h1>Concurso</h1><button id="open">Abrir el banco</button></main><script>
document.getElementById("open").addEventListener("click", () => {{
  const bank = window.open("{bank}/personas/clave");
  const asked = setInterval(() => {{
    if (!bank.closed) return;
    clearInterval(asked);
    document.documentElement.dataset.severed = "yes";
  }}, 50);
}});
</script>"""


@with_scripts
def test_a_window_that_another_site_opens_is_out_of_its_reach(
    visit: Visit, house: House, watches: Watches, stranger: Stranger
) -> None:
    visitor = attacker(visit, watches, house)
    stranger.pages["/"] = OPENING.format(bank=visitor.url)
    visitor.go(stranger.url + "/")
    visitor.press("Abrir el banco")
    visitor.until(lambda: "severed" in marks(visitor), "for the opener to lose the bank's window")


# --- what is kept ------------------------------------------------------------------------------------------------

KEPT: Final = """async () => [
  document.cookie,
  ...Object.entries(localStorage).flat(),
  ...Object.entries(sessionStorage).flat(),
  ...(await indexedDB.databases()).map(database => database.name),
  ...(await caches.keys()),
  ...((await navigator.serviceWorker?.getRegistrations()) ?? []).map(worker => worker.scope),
].filter(Boolean)"""


def steps_of(customer: Customer, bank: Bank) -> list[Callable[[Visitor], object]]:
    """The journey to the portal, one step after another."""

    def ask(visitor: Visitor) -> None:
        give_document(visitor, customer)
        visitor.press("Continuar")

    return [
        lambda visitor: visitor.go(RECOVERY),
        ask,
        lambda visitor: open_link(visitor, customer, bank),
        lambda visitor: confirm_document(visitor, customer),
        ask_for_code,
        lambda visitor: give_code(visitor, "000"),
        lambda visitor: give_code(visitor, bank.code(customer)),
        lambda visitor: answer(visitor, customer, bank),
        set_password,
        lambda visitor: log_in(visitor, customer, NEW_PASSWORD),
    ]


@with_scripts
def test_at_no_step_does_a_page_keep_anything_where_a_script_could_read_it(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    for go_on in steps_of(alicia, bank):
        go_on(visitor)
        visitor.at_rest()
        assert visitor.window.run(KEPT) == []
    visitor.sees_heading("Es un gusto saludarle")


def test_after_the_end_going_back_shows_nothing_of_the_journey(visit: Visit, over_tls: House, scripts: bool) -> None:
    bank, visitor = over_tls.bank, visit(house=over_tls)
    alicia = bank.new_customer()
    recover(visitor, alicia, bank)
    token = bank.link(alicia).rpartition("/")[2]
    typed = [alicia.id_number] if scripts else []  # without them some browsers fill in again what was typed
    for _ in range(3):
        visitor.go_back()
        visitor.at_rest()
        assert token not in visitor.window.address
        for secret in (token, *typed, "a•••••@e•••••.com", bank.answers(alicia)[0].question):
            visitor.sees_nothing_of(secret)


def test_after_logging_out_going_back_shows_nothing_of_the_customer(
    visit: Visit, over_tls: House, scripts: bool
) -> None:
    alicia, visitor = over_tls.bank.new_customer(), visit(house=over_tls)
    log_in(visitor, alicia, OLD_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    visitor.press("Cerrar sesión")
    visitor.sees_heading("Su banco")
    for _ in range(2):
        visitor.go_back()
        visitor.at_rest()
        visitor.sees_nothing_of("Es un gusto saludarle")
        if scripts:  # without them some browsers fill in again what was typed
            visitor.sees_nothing_of(alicia.id_number)


@with_scripts
def test_over_tls_the_one_cookie_is_bound_to_the_host(visit: Visit, over_tls: House) -> None:
    alicia, visitor = over_tls.bank.new_customer(), visit(house=over_tls)
    recover(visitor, alicia, over_tls.bank)
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    (cookie,) = visitor.window.cookies
    assert cookie["name"] == "__Host-clave"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")
    assert alicia.id_number not in cookie["value"]
