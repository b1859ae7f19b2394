"""What every template knows: the bank, the stages' names, and how times and messages read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import Flask
from flask_babel import format_date, format_timedelta
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.journey import Step
from app.letters import local_time
from app.services import services
from app.translation import money, say


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the journey as a customer sees it, and about how many minutes it takes."""

    name: LazyString
    steps: frozenset[Step]
    minutes: int


STAGES: Final = (
    Stage(_("Document"), frozenset({Step.IDENTIFY}), 1),
    Stage(_("Link"), frozenset({Step.LINK_SENT, Step.REIDENTIFY}), 1),
    Stage(_("Contact"), frozenset({Step.CONTACTS}), 0),
    Stage(_("Code"), frozenset({Step.CODE}), 1),
    Stage(_("Questions"), frozenset({Step.QUESTIONS}), 1),
    Stage(_("Password"), frozenset({Step.PASSWORD}), 1),
    Stage(_("Done"), frozenset({Step.DONE}), 0),
)


def stage_of(step: Step) -> int | None:
    """Which stage a customer sees for a step, counted from 0; None at the ends that are not the goal."""
    return next((number for number, stage in enumerate(STAGES) if step in stage.steps), None)


def duration(seconds: float) -> str:
    """A length of time in words, in the largest unit that tells it whole: `24 horas`, `2 minutos`, `90 segundos`."""
    whole = (unit for unit, length in (("hour", 3600), ("minute", 60)) if seconds >= length and seconds % length == 0)
    return str(format_timedelta(timedelta(seconds=seconds), granularity=next(whole, "second"), threshold=10**6))


def install(app: Flask) -> None:
    """Give templates their words."""
    app.jinja_env.filters.update(
        say=say,
        local_time=local_time,
        from_iso=datetime.fromisoformat,
        duration=duration,
        day=format_date,
        money=money,
    )
    with app.app_context():
        settings = services().settings
    app.jinja_env.globals.update(STAGES=STAGES, stage_of=stage_of, settings=settings)
