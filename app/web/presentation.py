"""What every template knows: the bank, the stages' names, and how times and messages read."""

from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Flask
from flask_babel import format_date, format_timedelta
from flask_babel import lazy_gettext as _

from app.domain.journey import Step
from app.letters import local_time
from app.services import services
from app.translation import money, say

STAGES: Final = (
    (_("Identify yourself"), frozenset({Step.IDENTIFY})),
    (_("Open the link"), frozenset({Step.LINK_SENT, Step.REIDENTIFY})),
    (_("Confirm your contact details"), frozenset({Step.CONTACTS})),
    (_("Type the code"), frozenset({Step.CODE})),
    (_("Answer the questions"), frozenset({Step.QUESTIONS})),
    (_("Choose your password"), frozenset({Step.PASSWORD})),
    (_("Done"), frozenset({Step.DONE})),
)


def stage_of(step: Step) -> int | None:
    """Which stage a customer sees for a step, counted from 0; None at the ends that are not the goal."""
    return next((number for number, (_name, steps) in enumerate(STAGES) if step in steps), None)


def from_timestamp(seconds: float) -> datetime:
    """An instant (UTC) from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


def duration(seconds: float) -> str:
    """A length of time in words, in the largest unit that tells it whole: `24 horas`, `2 minutos`, `90 segundos`."""
    whole = (unit for unit, length in (("hour", 3600), ("minute", 60)) if seconds >= length and seconds % length == 0)
    return str(format_timedelta(timedelta(seconds=seconds), granularity=next(whole, "second"), threshold=10**6))


def install(app: Flask) -> None:
    """Give templates their words."""
    app.jinja_env.filters.update(
        say=say,
        local_time=local_time,
        from_timestamp=from_timestamp,
        from_iso=datetime.fromisoformat,
        duration=duration,
        day=format_date,
        money=money,
    )
    with app.app_context():
        settings = services().settings
    app.jinja_env.globals.update(STAGES=STAGES, stage_of=stage_of, settings=settings)
