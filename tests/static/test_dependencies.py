"""An audit that found nothing, one that found something, and one that could not look are told apart."""

import subprocess

import pytest
from packaging.version import Version
from pip_audit._format import JsonFormat
from pip_audit._service import Dependency, ResolvedDependency, SkippedDependency, VulnerabilityResult

from . import dependencies
from .dependencies import main, read

CLEAN = ResolvedDependency("flask", Version("3.1.0"))
CLEAN_TOO = ResolvedDependency("werkzeug", Version("3.1.0"))
VULNERABLE = ResolvedDependency("jinja2", Version("3.1.4"))
SKIPPED = SkippedDependency("aiosmtpd", "Dependency not found and could not be audited: aiosmtpd (1.4.6)")
KNOWN = {
    VULNERABLE: [
        VulnerabilityResult("PYSEC-2026-1", "A sandbox can be left.", [Version("3.1.5"), Version("3.2.0")], set()),
        VulnerabilityResult("PYSEC-2026-2", "", [], {"CVE-2026-2"}),
    ]
}


def printed(*packages: Dependency) -> str:
    """What pip-audit would print, by its own hand."""
    return str(JsonFormat(True, True).format({package: KNOWN.get(package, []) for package in packages}, []))


def test_clean_packages_are_counted() -> None:
    verdict = read(printed(CLEAN, CLEAN_TOO))

    assert verdict.lines == ("2 packages audited, no known vulnerabilities.",)
    assert (verdict.bad, verdict.unknown) == (False, False)


def test_each_vulnerability_is_named_with_its_cure() -> None:
    verdict = read(printed(CLEAN, VULNERABLE, SKIPPED))

    assert verdict.bad
    assert verdict.lines == (
        "jinja2 3.1.4: PYSEC-2026-1; mended in 3.1.5, 3.2.0",
        "jinja2 3.1.4: PYSEC-2026-2; mended in no version yet",
    )


@pytest.mark.parametrize(
    "answer",
    [printed(SKIPPED), printed(CLEAN, SKIPPED), printed(), "", "Traceback", "[]", "{}"],
    ids=["all skipped", "one skipped", "nothing", "silence", "a traceback", "a list", "another shape"],
)
def test_what_could_not_be_audited_is_never_called_clean(answer: str) -> None:
    verdict = read(answer)

    assert verdict.unknown
    assert verdict.lines[0].startswith("Could not be audited: no vulnerability data can be had here")


@pytest.mark.parametrize(
    ("answer", "code"), [(printed(CLEAN), 0), (printed(SKIPPED), 0), (printed(VULNERABLE), 1)], ids=str
)
def test_only_a_vulnerability_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, code: int
) -> None:
    done = subprocess.CompletedProcess("", 0, answer, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)

    assert main() == code
    assert capsys.readouterr().out


def test_a_service_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependencies, "COMMAND", ("timeit", "-n1", "-r1", "import time; time.sleep(60)"))
    monkeypatch.setattr(dependencies, "SECONDS", 0.1)

    assert dependencies.audit().unknown
