"""Answers as short as the browser takes them, and nothing to be learnt from how short they are (decision 0030)."""

import gzip
from difflib import SequenceMatcher

import brotli
import pytest
from werkzeug.test import TestResponse

from app.domain.journey import Step
from app.domain.masks import mask_email, mask_mobile
from app.settings import ROOT
from app.steps import STEPS
from app.web.compression import ENCODINGS
from app.web.csrf import mask, unmask
from tests.people import ALICE

from .bank import Bank
from .browser import BY_HTMX, LOG_IN, RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import document
from .walk import Walk

DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
ADDRESSES = ["/", RECOVERY, "/nada", "app.js", "style.css", "icon.svg"]
TYPED = "zz00typedzz"
EXAMPLE = "Ejemplo de una cédula: 1020304050"
ALL_FIELDS = ("id_type", "id_number", "code", "password", "again", "username", "channel")


def ask(bank: Bank, what: str, method: str = "GET", **headers: str) -> TestResponse:
    """An answer as it travels: of a page, or of the file of this name that the pages load."""
    browser = bank.browser()
    address = what if what.startswith("/") else file(browser, what)
    return browser.client.open(address, method=method, base_url=browser.base_url, headers=headers, buffered=True)


def file(browser: Browser, name: str) -> str:
    """The address of a file that the pages load."""
    html = browser.visit("/").html
    loaded = [one.attributes.get("src") or one.attributes["href"] for one in html.all("script", "link")]
    return next(address for address in loaded if address.endswith(f"/{name}"))


# --- negotiation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ADDRESSES)
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("identity, br;q=0.5", None),
        ("deflate", None),
        ("*;q=0", None),
        ("", None),
    ],
)
def test_the_browser_gets_the_encoding_it_likes_best(
    bank: Bank, what: str, accepted: str, encoding: str | None
) -> None:
    answer = ask(bank, what, **{"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"]
    plain = DECODERS[encoding](answer.data)
    assert plain.startswith((b"<", b"if (", b":root"))
    assert len(answer.data) < len(plain) or not encoding


@pytest.mark.parametrize("what", ADDRESSES)
@pytest.mark.parametrize("accepted", ["br", "gzip", ""])
def test_asking_for_the_headers_alone_tells_the_same_of_the_content(bank: Bank, what: str, accepted: str) -> None:
    whole = ask(bank, what, **{"Accept-Encoding": accepted})
    head = ask(bank, what, "HEAD", **{"Accept-Encoding": accepted})
    assert head.data == b""
    names = {"Content-Encoding", "Content-Type", "ETag", "Cache-Control", "Vary"}
    assert {name: head.headers.get(name) for name in names} == {name: whole.headers.get(name) for name in names}
    assert abs(int(head.headers["Content-Length"]) - len(whole.data)) < 16, "only the token may differ"


def test_each_form_of_a_file_is_known_by_a_tag_of_its_own(bank: Bank) -> None:
    tags = {accepted: ask(bank, "app.js", **{"Accept-Encoding": accepted}).headers["ETag"] for accepted in ENCODINGS}
    tags["identity"] = ask(bank, "app.js").headers["ETag"]
    assert len(set(tags.values())) == 3
    for accepted, tag in tags.items():
        again = ask(bank, "app.js", **{"Accept-Encoding": accepted, "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"].endswith("immutable")
        assert again.headers["Vary"] == "Accept-Encoding"


def test_a_part_of_a_file_is_not_to_be_had(bank: Bank) -> None:
    answer = ask(bank, "app.js", **{"Accept-Encoding": "br", "Range": "bytes=0-9"})
    assert answer.status_code == 200
    assert len(brotli.decompress(answer.data)) > 10


# --- fewer requests ----------------------------------------------------------------------------------------------


def test_a_page_loads_one_stylesheet_one_script_and_an_icon(bank: Bank) -> None:
    html = bank.browser().visit().html
    (script,) = html.all("script")
    assert "defer" in script.attributes
    assert sorted(link.attributes["rel"] for link in html.all("link")) == ["icon", "stylesheet"]


def test_the_script_brings_htmx_unchanged(bank: Bank) -> None:
    assert (ROOT / "static" / "vendor" / "htmx.min.js").read_bytes() in ask(bank, "app.js").data


@pytest.mark.parametrize("name", ["app.js", "style.css"])
def test_our_comments_stay_at_home_and_all_else_travels(bank: Bank, name: str) -> None:
    travelled = ask(bank, name).text.replace((ROOT / "static/vendor/htmx.min.js").read_text(), "").splitlines()
    ours = [line for part in ("modern.js", name) if part.endswith(name[-3:]) for line in _lines(part)]
    comments = [line for line in ours if line.strip().startswith(("//", "/*")) or line.endswith("*/")]
    assert comments
    assert not [line for line in travelled if line.strip().startswith(("//", "/*")) or "*/" in line]
    assert [line for line in ours if line not in travelled and line not in comments] == []


def _lines(name: str) -> list[str]:
    return [line for line in (ROOT / "static" / name).read_text().splitlines() if line]


def test_the_stylesheet_begins_with_the_banks_colours(open_bank: OpenBank) -> None:
    style = ask(open_bank(bank_color="#123456", bank_color_dark="#abcdef"), "style.css").text
    assert style.startswith(":root { --accent: #123456; }")
    assert "--accent: #abcdef" in style


@pytest.mark.parametrize("step", list(STEPS))
def test_a_fragment_is_two_kilobytes_at_most_refused_or_not(bank: Bank, step: Step) -> None:
    browser = Walk(bank, htmx=True).to(step)
    hidden = browser.page.hidden
    headers = {**BY_HTMX, "Accept-Encoding": "br"}
    shown = browser.client.get(RECOVERY, base_url=browser.base_url, headers=headers)
    refused = browser.client.post(RECOVERY, data=hidden, base_url=browser.base_url, headers=headers)
    assert max(len(shown.data), len(refused.data)) <= 2000


# --- nothing to be learnt from a length (BREACH) ---------------------------------------------------------------------


def test_no_part_of_a_token_stands_in_two_answers(bank: Bank) -> None:
    browser = bank.browser()
    one, other = (browser.visit(LOG_IN).hidden["csrf_token"] for _ in range(2))
    assert SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size < 8


def test_all_forms_of_an_answer_bring_the_same_token(bank: Bank) -> None:
    page = Walk(bank).to(Step.CODE).page
    tokens = [field.attributes["value"] for field in page.html.all("input", name="csrf_token")]
    assert len(tokens) > 1
    assert len(set(tokens)) == 1


def test_under_the_mask_is_the_token() -> None:
    token = "IjQ2.awVdFw.oiVL_2AwK2P6"
    assert mask(token) != mask(token)
    assert unmask(mask(token)) == token


@pytest.mark.parametrize("strange", ["x", "é", "a" * 8, "A" * 64, "?" * 65, "\x00"])
def test_what_was_never_masked_is_not_read_as_a_token(bank: Bank, strange: str) -> None:
    browser = bank.browser()
    browser.visit(LOG_IN)
    assert browser.post(LOG_IN, {"csrf_token": strange}).status == 400


@pytest.mark.parametrize("step", list(STEPS))
def test_an_answer_that_repeats_what_was_typed_tells_nothing_of_the_customer(
    bank: Bank, htmx: bool, step: Step
) -> None:
    walk = Walk(bank, htmx=htmx)
    browser = walk.to(step)
    typed = dict.fromkeys(ALL_FIELDS, TYPED)
    _tells_one_or_the_other(browser.submit(**typed))
    going_on = _right(walk, step)
    _tells_one_or_the_other(browser.submit(**(typed | going_on)))


def _right(walk: Walk, step: Step) -> dict[str, str]:
    if step in {Step.IDENTIFY, Step.REIDENTIFY}:
        return document(ALICE)
    if step is Step.CODE:
        return {"code": walk.code()}
    return dict(walk.bank.right_answers(ALICE)) if step is Step.QUESTIONS else {}


def _tells_one_or_the_other(page: Page) -> None:
    if TYPED not in page.source:
        return
    masks = [mask_email(ALICE.contact.email or ""), mask_mobile(ALICE.contact.mobile or "")]
    read = page.source.replace(EXAMPLE, "")
    assert not [secret for secret in (ALICE.document.number, ALICE.given_names, *masks) if secret in read]
    assert not list(page.html.all("legend")), "questions beside what was typed"


@pytest.mark.parametrize(
    "address", ["/", LOG_IN, RECOVERY, f"{RECOVERY}/no-fui-yo", f"{RECOVERY}/enlace/{TYPED}", f"/{TYPED}"]
)
def test_nothing_that_an_address_says_is_repeated(bank: Bank, address: str) -> None:
    fields = "&".join(f"{name}={TYPED}" for name in ALL_FIELDS)
    assert TYPED not in bank.browser().visit(f"{address}?{fields}").source


def test_a_document_that_was_mistyped_is_shown_again(bank: Bank) -> None:
    page = Walk(bank).to(Step.IDENTIFY).submit(id_type="CC", id_number=TYPED)
    assert TYPED in page.source
