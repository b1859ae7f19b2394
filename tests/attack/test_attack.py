"""The attack finds nothing in the service, finds what is broken, and leaves alone what is not ours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from attack.__main__ import main
from attack.attacks import ATTACKS, enumeration, secrecy
from attack.ground import Ground, Size
from attack.html import Group, Page
from attack.people import Crowd, Kind, Victim, invent
from attack.target import CannotTry, Target

from .broken import Broken, Leaky, serving


def read(file: Path) -> dict[str, Any]:
    """The results, by attack."""
    results: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["results"]
    return {result["attack"]: result for result in results}


# --- the service ---------------------------------------------------------------------------------------------


def test_every_attack_on_the_service_is_tried_and_holds(tmp_path: Path) -> None:
    file, attacks = tmp_path / "results.json", set(ATTACKS) - {"races"}  # tests/integration/test_races.py runs those
    code = main(["--quick", "--json", str(file), "--only", *attacks])
    results = read(file)
    assert not {name: result["findings"] for name, result in results.items() if result["findings"]}
    assert not {name: result["reason"] for name, result in results.items() if result["reason"]}
    assert set(results) == {*attacks, "log"}
    assert code == 0


# --- what is broken is found ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A service with every weakness."""
    # With nobody who has a password: there is no log-in.
    victims = [victim for victim in invent(60) if not victim.password]
    with serving(Broken(victims), tmp_path_factory.mktemp("broken")) as place:
        yield place


@pytest.mark.parametrize(
    ("attack", "finding"),
    [
        ("enumeration", "known documents are answered unlike unknown ones"),
        ("session", "the session is not renewed when the code was right"),
        ("session", "can be read by scripts"),
        ("codes", "the right code is accepted after 40 wrong ones at once"),
        ("codes", "a new code in a new recovery brings new guesses"),
        ("forgery", "a POST with {'Origin': 'https://evil.example'}: was taken as a step"),
        ("headers", "the CSP says * for default-src, not 'none'"),
        ("headers", "the CSP opens default-src, script-src, script-src-elem to more than this service"),
        ("fuzz", "drawn unescaped"),
        ("sequence", "the form of password (as it was), sent at reidentify, led to done"),
        ("flood", "is taken for work"),
        ("flood", "work done once lets"),
        ("link", "a used link works again"),
        ("link", "{'Host': 'evil.example'} reaches the mailed link"),
        ("link", "an older link works after a newer one was sent"),
        ("link", "somebody else's document opens the recovery"),
        ("races", "one link opened twice leads on 2 browsers"),
    ],
)
def test_a_weakness_is_found(found: dict[str, dict[str, Any]], attack: str, finding: str) -> None:
    assert any(finding in told for told in found[attack]["findings"]), found[attack]


@pytest.fixture(scope="module")
def found(broken: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the attacks find there."""
    url, customers = broken
    file = tmp_path_factory.mktemp("found") / "results.json"
    names = sorted(set(ATTACKS) - {"bomb", "secrecy"})  # these log in
    given = ["--target", url, "--customers", str(customers), "--quick", "--json", str(file), "--only", *names]
    assert main(given) == 1
    return read(file)


SECRET = "kX3vQ9-the-token-of-a-mailed-link-0123456789"  # pragma: allowlist secret


@pytest.mark.parametrize(
    ("body", "headers", "is_found"),
    [
        (f"<p>{SECRET}</p>", {}, True),
        (f'<input type="hidden" name="link" value="{SECRET}">', {}, True),
        ("<p></p>", {"Set-Cookie": f"link={SECRET}; HttpOnly"}, True),
        ("<p></p>", {"X-Link": SECRET}, True),
        (f"<p>{SECRET}9</p>", {}, False),
    ],
    ids=["text", "hidden field", "cookie", "header", "something else"],
)
def test_a_secret_is_found_wherever_it_stands_in_an_answer(body: str, headers: dict[str, str], is_found: bool) -> None:
    response = httpx.Response(200, text=body, headers=headers)
    target = Target("http://127.0.0.1:9")
    ground = Ground(target, Crowd([]))
    secrecy.search(ground, Page(response), {"the token": SECRET})
    target.close()
    assert bool(ground.trial.findings) is is_found


@pytest.mark.parametrize("leak", [0, 4])
def test_a_leak_of_a_few_milliseconds_is_found_and_none_where_there_is_none(tmp_path: Path, leak: float) -> None:
    victims = invent(60)
    able = [victim for victim in victims if victim.kind is Kind.ABLE][:150]
    with serving(Leaky(able, leak), tmp_path) as (url, _):
        target = Target(url)
        target.allow(60_000, 600)
        # The machine may be busy: rounds go on until the leak stands out.
        ground = Ground(target, Crowd(able), Size(rounds=40, most_rounds=640 if leak else 40))
        enumeration.run(ground)
        target.close()
    assert any("known documents take another time" in told for told in ground.trial.findings) is bool(leak)


# --- what is not ours is left alone --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "own"),
    [("http://example.com", []), ("https://10.0.0.1:8000", ["--i-own", "10.0.0.2"]), ("ftp://127.0.0.1", [])],
)
def test_a_foreign_target_is_refused_in_one_line(
    target: str, own: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--target", target, "--customers", str(tmp_path / "none"), *own]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_target_that_does_not_call_itself_a_demo_or_staging_is_refused_in_one_line(
    broken: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    url, customers = broken
    assert main(["--target", f"{url}/elsewhere", "--customers", str(customers)]) == 2
    assert "is not a demo or a staging deployment of this service" in capsys.readouterr().err


def test_a_target_that_is_not_there_is_refused(broken: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--target", "http://127.0.0.1:9", "--customers", str(broken[1])]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("given", [["--only", "nothing"], ["--target", "http://127.0.0.1:9"], ["--unknown"]])
def test_wrong_usage_ends_with_two(given: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 2


# --- what the customers know ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legend", "right", "wrong"),
    [
        ("¿En qué año abrió su cuenta de ahorros?", "2017", "2018"),
        ("¿En qué mes abrió su cuenta de ahorros?", "Marzo", "Agosto"),
        ("¿En qué mes le desembolsaron su crédito hipotecario?", "Agosto", "Marzo"),
        ("¿En qué ciudad abrió su cuenta de ahorros?", "Cali", "Bogotá"),
        ("¿Qué día del mes vence el pago de su tarjeta de crédito?", "18", "5"),
        (
            "¿De cuánto es la cuota mensual de su crédito hipotecario?",
            "Entre $1.250.000 y $1.459.999",
            "$2.700.000 o más",
        ),
        (
            "¿De cuánto es el cupo de su tarjeta de crédito como titular principal?",
            "Menos de $6.400.000",
            "$8.500.000 o más",
        ),
        ("¿En qué año abrió su cuenta de ahorros?", "2017 o antes", "2016 o antes"),
        ("¿En qué ciudad abrió su cuenta de ahorros?", "Ninguna de las anteriores", "Medellín"),
    ],
)
def test_a_customer_knows_the_answer(legend: str, right: str, wrong: str) -> None:
    options = (("1", wrong), ("2", right), ("3", "Ninguna de las anteriores"))
    value = invent(5)[0].answer(Group(legend, "q", options))
    assert dict(options)[value] == right


def test_nobody_answers_what_is_not_understood() -> None:
    with pytest.raises(CannotTry):
        invent(5)[0].answer(Group("¿Cuál es su color favorito?", "q", (("1", "Azul"),)))


def test_each_customer_serves_once() -> None:
    victims = invent(5)
    crowd = Crowd(victims)
    held = [victim for victim in victims if victim.kind is Kind.HELD]
    assert {crowd.take(Kind.HELD) for _ in held} == set(held)
    with pytest.raises(CannotTry, match="nobody left whose contacts changed today"):
        crowd.take(Kind.HELD)


def test_a_customer_without_address_is_unreachable() -> None:
    nobody = Victim(invent(5)[0].entry | {"email": None, "mobile": None})
    assert nobody.kind is Kind.UNREACHABLE
