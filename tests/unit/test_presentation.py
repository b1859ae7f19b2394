"""Lengths of time in words, and a theme that keeps its contrast."""

import re
from pathlib import Path

import pytest

from app import create_app
from app.settings import DARK_PAPER, UnsafeSettings, read_settings
from app.web.presentation import duration

STYLE = (Path(__file__).resolve().parents[2] / "static" / "style.css").read_text()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (24 * 3600, "24 horas"),
        (3600, "1 hora"),
        (1800, "30 minutos"),
        (120, "2 minutos"),
        (90, "90 segundos"),
        (1, "1 segundo"),
    ],
)
def test_a_length_of_time_is_told_in_the_largest_unit_that_tells_it_whole(
    tmp_path: Path, seconds: int, words: str
) -> None:
    app = create_app(read_settings(app_env="demo", instance_dir=tmp_path))

    with app.test_request_context():
        assert duration(seconds) == words


def test_the_settings_know_the_stylesheets_own_dark_paper() -> None:
    _, dark = STYLE.split("prefers-color-scheme: dark", 1)

    assert re.search(rf"--paper:\s*{re.escape(DARK_PAPER)}", dark)


@pytest.mark.parametrize(("name", "color"), [("bank_color", "#8fe0d3"), ("bank_color_dark", "#0b4f49")])
def test_a_colour_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path, name: str, color: str) -> None:
    with pytest.raises(UnsafeSettings, match=name.upper()) as refused:
        read_settings(app_env="demo", instance_dir=tmp_path, **{name: color})

    assert "\n" not in str(refused.value)
