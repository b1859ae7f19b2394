"""What a screen reader is given is compared without what differs from customer to customer and from hour to hour."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from app.letters import local_time
from e2e.snapshots import masked


@pytest.mark.parametrize("hour", range(24))
def test_a_snapshot_is_the_same_at_every_hour_of_the_day(hour: int) -> None:
    app = Flask(__name__)
    Babel(app)
    with app.app_context(), force_locale("es_CO"):
        told = [local_time(datetime(2026, 11, 24, at, 30, tzinfo=UTC)) for at in (hour, 14)]
    assert masked(told[0]) == masked(told[1])
