"""Every page, fragment and e-mail is valid HTML, in both languages."""

from .markup import faults
from .tour import Tour


def test_every_page_fragment_and_mail_is_valid(everything: Tour) -> None:
    found = faults(everything.sources)
    assert not found, "\n".join(found)


def test_the_checker_finds_what_is_wrong() -> None:
    broken = {"page": "<!doctype html><html lang=es><title>A</title><p><div>B</div></p>", "part": "<b id=a id=b>C</b>"}
    assert {fault.partition(":")[0] for fault in faults(broken)} == {"page", "part"}
