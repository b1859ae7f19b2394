"""The recovery page: one address, one dispatcher for every step."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.domain.case import Case
from app.domain.journey import Outcome, Step
from app.domain.proofs import token_hash
from app.domain.recovery import StaleRecovery
from app.events import log_event
from app.services import services
from app.steps import STEPS, code, hand_over
from app.steps.advance import Moved, advance, extend, look, offer, open_link, reissue
from app.steps.form import StepForm
from app.steps.password import rules_list
from app.translation import language, say
from app.web.language import follow_link
from app.web.limits import ANSWER, IDENTIFY, LINK, RULES, count_no_failure, limited
from app.web.pages import draw, draw_step, wants_fragment
from app.web.sessions import browser_session
from app.web.toll import Toll, unpaid

blueprint = Blueprint("recovery", __name__)

# After each of these more may be done, or nothing any more: an identifier that was known before is dead (ASVS V7.2.4).
RENEWING = {Step.LINK_SENT, Step.REIDENTIFY, Step.CODE, Step.PASSWORD}
OF_NO_RECOVERY = "none"  # the ticket for a made-up link: even a hash of what stood in it might tell a short secret


def _here() -> tuple[Step, Case]:
    mine = browser_session()
    with services().store.transaction() as tx:
        step, case = look(tx, services().rules, mine.recovery_id, mine.ticket)
    return step, replace(case, language=language())


def _to_the_page() -> WerkzeugResponse:
    return redirect(url_for("recovery.page"), 303)


@blueprint.get("/personas/clave")
def page() -> Response:
    """Where this browser's recovery stands."""
    step, case = _here()
    form = STEPS[step].Form.of(case) if step in STEPS else None
    return draw_step(step, case, form)


@blueprint.post("/personas/clave")
@limited(IDENTIFY, ANSWER)
def answer() -> WerkzeugResponse:
    """One answer: not this step's → back to the page; not well-formed → 422; a toll due → 429; else on."""
    step, case = _here()
    if request.form.get("step") != step or step not in STEPS:
        log_event("sequence_fail", step=step, asked=_asked())
        return _to_the_page()
    form = STEPS[step].Form.of(case)
    if not form.validate():
        count_no_failure()
        return draw_step(step, case, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if step is Step.IDENTIFY and (owed := unpaid(case.now)):
        return _ask_toll(case, form, owed)
    try:
        moved = advance(services().store, step, case, form.answer)
    except StaleRecovery:
        return _to_the_page()
    return _after(moved, case, form)


def _ask_toll(case: Case, form: StepForm, owed: Toll) -> Response:
    response = draw_step(Step.IDENTIFY, case, form, HTTPStatus.TOO_MANY_REQUESTS, toll=owed)
    response.headers["Retry-After"] = str(owed.wait_seconds)
    return response


def _tell(moved: Moved) -> None:
    whose = {"recovery": moved.recovery.id, "document": moved.recovery.document_key}
    log_event("recovery_step", step=moved.step, outcome=moved.outcome, **whose)
    if moved.outcome is Outcome.SPENT:
        log_event("excess_rate_limit_exceeded", limit=f"tries of one customer at {moved.origin}", **whose)
    elif moved.out_of_tries:
        log_event("excess_rate_limit_exceeded", limit="numbers of one recovery", **whose)
    elif moved.step is Step.DONE:
        log_event("authn_password_change", **whose)


def _asked() -> str:
    """The step that a form says it is of; what is no step at all is not repeated."""
    asked = request.form.get("step", "")
    return asked if asked in set(Step) else "unknown"


def _after(moved: Moved, case: Case, form: StepForm) -> WerkzeugResponse:
    _tell(moved)
    if moved.outcome is Outcome.WRONG:
        browser_session().modified = True  # the pause began anew, and the session with it
        form.refuse(say(moved.message) if moved.message else "")
        case = replace(case, recovery=moved.recovery)
        return draw_step(moved.step, case, form, HTTPStatus.UNPROCESSABLE_ENTITY, tries_left=moved.tries_left)
    return _go_on(moved)


def _go_on(moved: Moved) -> WerkzeugResponse:
    mine = browser_session()
    mine.follow(moved.recovery, with_ticket=moved.recovery.ticket is not None)
    if moved.outcome is Outcome.ACCEPTED and moved.origin in RENEWING:
        mine.renew()
    return page() if wants_fragment() else _to_the_page()


@blueprint.get("/personas/clave/codigo")
def code_time() -> WerkzeugResponse:
    """How the code is doing, asked every second until the mail server has it."""
    step, case = _here()
    if step is Step.EXPIRED and wants_fragment():
        return draw("steps/over.html", part="code-time")
    if step is not Step.CODE or not wants_fragment():
        return _to_the_page()
    return draw("steps/code_time.html", 200, **code.show(case))


@blueprint.post("/personas/clave/otro-codigo")
def another_code() -> WerkzeugResponse:
    """Another code in the same recovery, where the last one left late and ran out (docs/decisions/0050)."""
    _step, case = _here()
    return _press(lambda: reissue(services().store, case))


@blueprint.post("/personas/clave/otro-dispositivo")
def other_device() -> WerkzeugResponse:
    """A number by which the browser that asked may go on in place of this one (docs/decisions/0052)."""
    step, case = _here()
    return _press(lambda: offer(services().store, step, case))


def _press(move: Callable[[], Moved | None]) -> WerkzeugResponse:
    """A button beside the step's own answer: what it moves, unless it is not there or another request came first."""
    try:
        moved = move()
    except StaleRecovery:
        moved = None
    if moved is None:
        return _to_the_page()
    _tell(moved)
    return _go_on(moved)


@blueprint.get("/personas/clave/numero")
def number() -> WerkzeugResponse:
    """Whether the number is still waited for, asked every two seconds while it is: nothing new, over, or taken."""
    step, case = _here()
    if step is Step.EXPIRED and wants_fragment():
        return draw("steps/over.html", part="hand-over")
    if not hand_over.is_offered(step, case) or not wants_fragment():
        return _to_the_page()
    shown = hand_over.show(case)
    if shown["number"]:
        return Response(status=HTTPStatus.NO_CONTENT)
    return draw("steps/hand_over.html", **shown)


@blueprint.post("/personas/clave/reglas")
@limited(RULES)
def password_rules() -> WerkzeugResponse:
    """The password's rules, ticked for what is typed so far; nothing is kept."""
    step, case = _here()
    if step is not Step.PASSWORD:
        return _to_the_page()
    return draw("steps/password_rules.html", **rules_list(case, request.form.get("password", "")))


@blueprint.post("/personas/clave/empezar")
def restart() -> WerkzeugResponse:
    """Start again: this browser forgets its recovery; nobody else's changes."""
    browser_session().let_go()
    return _to_the_page()


@blueprint.post("/personas/clave/continuar")
def stay() -> WerkzeugResponse:
    """More time before the idle end, within the total (WCAG 2.2.1); the session's with it."""
    browser_session().modified = True
    with suppress(StaleRecovery):
        extend(services().store, *_here())
    return _to_the_page()


@blueprint.get("/personas/clave/enlace/<token>")
@limited(LINK)
def link(token: str) -> WerkzeugResponse:
    """Take the token out of the address bar before anything is drawn. Uses up and changes nothing (S5)."""
    if request.method == "GET":
        _open(token_hash(token))
    return follow_link(_to_the_page())


def _open(link_hash: str) -> None:
    mine = browser_session()
    with services().store.transaction() as tx:
        opened = open_link(tx, services().rules, link_hash, mine.recovery_id, mine.ticket)
    recovery_id = opened.recovery.id if opened.recovery else None
    if opened.step is not Step.REIDENTIFY:
        log_event("authn_token_reuse", recovery=recovery_id, step=opened.step)
    if opened.is_followed:
        mine["recovery"] = recovery_id
        mine["ticket"] = link_hash if recovery_id else OF_NO_RECOVERY
        mine.renew()
