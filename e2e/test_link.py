"""The mailed link: on any device, once, only the newest, and never to be read anywhere afterwards."""

from e2e.bank import Bank
from e2e.conftest import Visit, Watches
from e2e.journey import begin_again, confirm_document, give_document, identify, open_link, reach_contacts
from e2e.ways import with_scripts


@with_scripts
def test_the_link_works_on_the_phone_while_the_computer_still_waits(visit: Visit, bank: Bank) -> None:
    alicia, computer, phone = bank.new_customer(), visit(), visit()
    identify(computer, alicia)
    open_link(phone, alicia, bank)
    confirm_document(phone, alicia)
    phone.stands_at("contacts")
    computer.reload()
    computer.stands_at("link_sent")


@with_scripts
def test_of_two_browsers_that_open_the_link_the_first_to_prove_the_document_goes_on(visit: Visit, bank: Bank) -> None:
    alicia, first, second = bank.new_customer(), visit(), visit()
    identify(first, alicia)
    open_link(first, alicia, bank)
    open_link(second, alicia, bank)
    confirm_document(second, alicia)
    second.stands_at("contacts")
    confirm_document(first, alicia)
    first.stands_at("used")


def test_a_used_link_says_so_and_starting_again_takes_one_press(visit: Visit, bank: Bank) -> None:
    alicia, visitor, other = bank.new_customer(), visit(), visit()
    reach_contacts(visitor, alicia, bank)
    other.go(bank.link(alicia))
    other.stands_at("used")
    other.sees_heading("Este enlace ya no sirve")
    begin_again(other)
    visitor.reload()
    visitor.stands_at("contacts")


@with_scripts
def test_only_the_newest_link_works(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    identify(visitor, alicia)
    older = bank.link(alicia)
    begin_again(visitor)
    identify(visitor, alicia)
    newer = bank.link(alicia, how_many=2)
    assert newer != older
    visitor.go(older)
    visitor.stands_at("used")
    visitor.go(newer)
    visitor.stands_at("reidentify")


def test_a_made_up_link_is_answered_like_a_used_one(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave/enlace/inventado")
    visitor.stands_at("used")


@with_scripts
def test_the_wrong_document_after_the_link_is_told_and_the_right_one_goes_on(visit: Visit, bank: Bank) -> None:
    alicia, bruno, visitor = bank.new_customer(), bank.new_customer(), visit()
    identify(visitor, alicia)
    open_link(visitor, alicia, bank)
    confirm_document(visitor, bruno)
    visitor.sees_error("Estos datos no corresponden a este enlace", "Número de identificación")
    visitor.sees("Le quedan 2 intentos. Si se agotan")
    visitor.sees_filled("Número de identificación", bruno.id_number)
    confirm_document(visitor, alicia)
    visitor.stands_at("contacts")


def test_three_wrong_documents_after_the_link_lock(visit: Visit, bank: Bank) -> None:
    alicia, bruno, visitor = bank.new_customer(), bank.new_customer(), visit()
    identify(visitor, alicia)
    open_link(visitor, alicia, bank)
    for left in ("Le quedan 2 intentos. Si se agotan", "Le queda 1 intento. Si se agota"):
        confirm_document(visitor, bruno)
        visitor.sees(left)
    confirm_document(visitor, bruno)
    visitor.stands_at("locked")
    assert bank.notices(alicia, "demasiados intentos") == alicia.addresses
    assert not bank.messages(bruno)


def test_a_slip_in_the_number_is_told_and_what_was_typed_stays(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave")
    visitor.choose("Tipo de identificación", "Número de Identificación Tributaria (NIT)")
    visitor.fill("Número de identificación", "12.34x")
    visitor.press("Continuar")
    visitor.sees_error("no corresponden entre sí", "Número de identificación")
    visitor.stands_at("identify")
    visitor.sees_filled("Tipo de identificación", "NIT")
    visitor.sees_filled("Número de identificación", "12.34x")


def test_the_token_is_nowhere_once_the_link_is_open(visit: Visit, bank: Bank, watches: Watches) -> None:
    alicia, visitor = bank.new_customer(), visit()
    identify(visitor, alicia)
    link = bank.link(alicia)
    token = link.rpartition("/")[2]
    visitor.go(link)
    visitor.stands_at("reidentify")
    visitor.is_at("/personas/clave")
    visitor.sees_nothing_of(token)
    give_document(visitor, alicia)
    visitor.press("Continuar")
    visitor.stands_at("contacts")
    visitor.go_back()
    visitor.is_at("/personas/clave")
    visitor.sees_nothing_of(token)
    told = [value for request in watches[visitor].sent for value in request.headers.values()]
    assert not [text for text in told if token in text]
