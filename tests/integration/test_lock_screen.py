"""What a phone can tell of a message with a code without opening it (docs/decisions/0051)."""

import pytest

from app.domain.journey import Step
from app.domain.messages import Language
from tests.people import ALICE

from .conftest import OpenBank
from .html import read_html
from .letters import Letter
from .phones import SmsProvider
from .walk import Walk

PREVIEW = 60  # characters: what the smallest lock screens show beside the subject
TWO_PARTS = 2 * 67  # of an SMS with an accented letter outside GSM 03.38


def the_code(walk: Walk, language: Language = Language.SPANISH) -> Letter:
    """The message with the code, asked for in a language."""
    browser = walk.to(Step.CONTACTS)
    if language is not Language.SPANISH:
        browser.speak(language)
    walk.confirm_contacts()
    return walk.received()[-1]


@pytest.mark.parametrize("language", Language)
def test_the_first_words_of_the_mail_hold_the_code_and_the_subject_does_not(walk: Walk, language: Language) -> None:
    letter = the_code(walk, language)
    for shown in (" ".join(letter.text.split()), read_html(letter.html).one("body").text):
        assert letter.code in shown[:PREVIEW]
    assert letter.code not in letter.subject


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("base_url", ["https://clave.banco.example", "https://banco.example:8443"])
def test_a_phone_learns_from_the_sms_at_which_host_the_code_is_to_be_typed(
    open_bank: OpenBank, sms: SmsProvider, base_url: str, language: Language
) -> None:
    walk = Walk(open_bank(sms_url=sms.url, code_channel="sms", base_url=base_url), ALICE, sms=sms)
    text = the_code(walk, language)
    said, bound = text.text.splitlines()
    assert text.code in said
    assert bound == f"@{base_url.removeprefix('https://').partition(':')[0]} #{text.code}"
    assert len(text.text) <= TWO_PARTS


def test_the_demos_mailbox_takes_each_sms_that_we_send(open_bank: OpenBank, sms: SmsProvider) -> None:
    Walk(open_bank(sms_url=sms.url, code_channel="sms"), ALICE, sms=sms).to(Step.DONE)
    demo = open_bank(app_env="demo").app.test_client()
    sent = [{"id": text.id, "to": text.to, "text": text.text} for text in sms.texts_to(ALICE)]
    assert "code" in str(sent) or "código" in str(sent)
    assert {demo.post("/demo/sms", json=message).status_code for message in sent} == {204}


def test_no_other_message_looks_as_if_it_held_a_code(open_bank: OpenBank, sms: SmsProvider) -> None:
    walk = Walk(open_bank(sms_url=sms.url), ALICE, sms=sms)
    walk.to(Step.DONE)
    walk.bank.deliver()
    assert sms.texts_to(ALICE)
    assert not [text for text in sms.texts_to(ALICE) if "#" in text.text or "\n" in text.text]
