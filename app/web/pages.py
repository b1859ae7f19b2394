"""Draws a step as a page or as the fragment that htmx swaps; the header chooses only the representation."""

from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Response, make_response, render_template, request

from app.domain.case import Case
from app.domain.journey import Step
from app.steps import STEPS
from app.steps.advance import is_under_way
from app.steps.form import StepForm
from app.web.toll import Toll


def wants_fragment() -> bool:
    """Whether htmx asks and will swap what it gets."""
    return request.headers.get("HX-Request") == "true"


def draw(template: str, status: int = 200, **context: Any) -> Response:
    """A template in the layout that the request asks for."""
    layout = "fragment.html" if wants_fragment() else "page.html"
    return make_response(
        render_template(template, layout=layout, database_works=status != HTTPStatus.SERVICE_UNAVAILABLE, **context),
        status,
    )


class Pause(NamedTuple):
    """How many seconds are left of the pause that a customer may make, and whether pressing gives no more of them."""

    seconds_left: int
    is_last: bool


def _pause(step: Step, case: Case) -> Pause | None:
    """None where none is counted: before the document is proved, and for a browser that only asked (S1)."""
    idle_at = case.under_way.idle_at if is_under_way(step, case) else None
    if idle_at is None:
        return None
    return Pause(int((idle_at - case.now).total_seconds()), is_last=idle_at == case.under_way.total_at)


def draw_step(
    step: Step,
    case: Case,
    form: StepForm | None,
    status: int = 200,
    *,
    tries_left: int | None = None,
    toll: Toll | None = None,
) -> Response:
    """The step's own template with the step's own context."""
    show = getattr(STEPS.get(step), "show", None)
    context = dict(show(case)) if show else {}
    response = draw(
        f"steps/{step}.html",
        status,
        step=step,
        form=form,
        tries_left=tries_left,
        toll=toll,
        pause=_pause(step, case),
        refusal=case.recovery and case.recovery.refusal,
        link_channel=case.recovery and case.recovery.link_channel,
        owed_a_code=case.is_owed_a_code,
        gave_way=case.gave_way,
        **context,
    )
    if step is Step.DONE:
        response.headers["Clear-Site-Data"] = '"storage"'
    return response
