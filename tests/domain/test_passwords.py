"""What a customer notices of the password rules."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import passwords, words
from app.domain.customers import Contact, Customer, Product, ProductKind
from app.domain.documents import IdentityDocument
from app.domain.messages import Message
from app.domain.passwords import (
    MAX_BYTES,
    Hasher,
    PasswordPolicy,
    Rule,
    UnusablePassword,
    Verdict,
    normalise,
    personal_words,
    reused,
)

POLICY = PasswordPolicy(bank_words=("Banco del Páramo", "Línea Amigo"))
JUDGED = tuple(rule for rule in Rule if rule is not Rule.NOT_RECENT)
PASSPHRASE = "vendo empanadas de pipián en la esquina"
ANYTHING = st.text(st.characters(), max_size=1100) | st.text(
    st.characters(exclude_categories=["Cc", "Cs"]), max_size=400
)

# The first judgement reads the lists, which takes longer than hypothesis allows one example.
unhurried = settings(deadline=None)

MARIA = Customer(
    id=1,
    document=IdentityDocument.parse("CC", "1020304050"),
    given_names="María Inés",
    family_names="Gómez de la Espriella",
    contact=Contact("ines.gomez85@example.com", "+573001234567", datetime(2026, 1, 1, tzinfo=UTC)),
    products=(Product(ProductKind.SAVINGS_ACCOUNT, "24-117835901", date(2020, 5, 4)),),
)
HERS = personal_words(MARIA)
CARLOS = ("Carlos", "Rincón", "79345612")
# Signs in which no guesser sees anything: each is worth ten guesses, and ten of them are just enough.
OTHERS = "椅子猫雨傘電車富士山"


@pytest.fixture(scope="module")
def cheap() -> Hasher:
    return Hasher(memory_cost=8, time_cost=1)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were verified against, in order."""
    seen: list[str] = []

    class Counting(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            seen.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "PasswordHasher", Counting)
    return seen


def broken(password: str, personal: tuple[str, ...] = CARLOS, policy: PasswordPolicy = POLICY) -> set[Rule]:
    return {verdict.rule for verdict in policy.judge(password, personal) if not verdict.passed}


def advice(password: str, rule: Rule) -> str:
    found = {verdict.rule: verdict.advice for verdict in POLICY.judge(password, CARLOS)}[rule]
    assert found is not None
    return found.msgid


class TestLength:
    def test_fifteen_characters_are_enough_and_fourteen_are_not(self) -> None:
        assert Rule.LENGTH not in broken("kX9#mQ2$vL7!pR4")
        assert Rule.LENGTH in broken("kX9#mQ2$vL7!pR")

    def test_the_advice_says_how_many_characters_there_are_and_how_many_are_needed(self) -> None:
        refused = POLICY.judge("tres gatos", CARLOS)[0].advice
        assert refused is not None
        assert refused.values == {"length": 10, "count": 15}

    def test_an_empty_password_has_no_characters(self) -> None:
        refused = POLICY.judge("", CARLOS)[0].advice
        assert refused is not None
        assert refused.values == {"length": 0, "count": 15}

    def test_an_emoji_outside_the_basic_plane_counts_as_one_character(self) -> None:
        assert Rule.LENGTH not in broken("👍🎉🚀🐍🔥💧🌎🌙🍎🍌🍇🍓🥑🌽🎈")
        assert Rule.LENGTH in broken("👍🎉🚀🐍🔥💧🌎🌙🍎🍌🍇🍓🥑🌽")

    def test_a_letter_and_its_combining_accent_count_as_one_character(self) -> None:
        fourteen = "pájaro zurdo é"
        assert Rule.LENGTH in broken(unicodedata.normalize("NFD", fourteen))
        assert Rule.LENGTH not in broken(unicodedata.normalize("NFD", fourteen + "x"))

    @pytest.mark.parametrize("characters", [64, 200])
    def test_a_long_passphrase_is_accepted(self, characters: int) -> None:
        long = (
            "vendo empanadas de pipián en la esquina donde el tranvía verde dobla hacia el río "
            "y mi abuelo zurdo afina guitarras sin cuerdas mientras llueve café sobre los tejados "
            "de cinc del barrio viejo y nadie pregunta"
        )[:characters]
        assert len(long) == characters
        assert broken(long) == set()

    def test_spaces_around_a_password_count_and_make_another_password(self, cheap: Hasher) -> None:
        assert Rule.LENGTH not in broken(" kX9#mQ2$vL7!p ")
        assert not cheap.verify(cheap.hash(f" {PASSPHRASE} "), PASSPHRASE)

    def test_a_bank_may_ask_for_another_length(self) -> None:
        policy = PasswordPolicy(min_length=20)
        assert Rule.LENGTH in broken("kX9#mQ2$vL7!pR4zT", policy=policy)
        assert policy.message(Rule.LENGTH).values == {"count": 20}


class TestWhatCannotBeKept:
    def test_one_kibibyte_is_judged_and_one_byte_more_is_too_long(self) -> None:
        assert "too long" not in advice("ñ" * 2, Rule.LENGTH)
        assert Rule.LENGTH not in broken("ñ" * (MAX_BYTES // 2))
        assert "too long" in advice("ñ" * (MAX_BYTES // 2) + "x", Rule.LENGTH)

    def test_what_nfc_makes_longer_than_one_kibibyte_is_too_long(self) -> None:
        grows = "\U0001d160" * (MAX_BYTES // 4)
        assert len(grows.encode()) == MAX_BYTES < len(normalise(grows).encode())
        assert "too long" in advice(grows, Rule.LENGTH)

    def test_a_megabyte_is_refused_before_anything_looks_at_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(passwords, "normalise")
        monkeypatch.delattr(words, "fold")
        assert broken("x" * 1_000_000) == set(JUDGED)

    def test_a_megabyte_is_never_hashed(self, counted: list[str]) -> None:
        hasher = Hasher(memory_cost=8, time_cost=1)
        with pytest.raises(UnusablePassword):
            hasher.hash("x" * 1_000_000)
        assert not hasher.verify(hasher.hash(PASSPHRASE), "x" * 1_000_000)
        hasher.waste("x" * 1_000_000)
        assert counted == []

    @pytest.mark.parametrize("sign", ["\0", "\t", "\n", "\x1b", "\x9f", "\ud800"])
    def test_a_sign_that_cannot_be_typed_is_refused_with_advice(self, sign: str) -> None:
        assert "invisible character" in advice(PASSPHRASE + sign, Rule.LENGTH)

    @pytest.mark.parametrize("surrogate", [0xD800, 0xDC00, 0xDFFF])
    def test_a_lone_surrogate_is_never_hashed(self, cheap: Hasher, surrogate: int) -> None:
        with pytest.raises(UnusablePassword):
            cheap.hash(PASSPHRASE + chr(surrogate))
        assert not cheap.verify(cheap.hash(PASSPHRASE), PASSPHRASE + chr(surrogate))

    def test_what_is_too_long_to_keep_is_refused_with_advice(self) -> None:
        assert "too long" in advice("x" * (MAX_BYTES + 1), Rule.LENGTH)


class TestTheList:
    def test_it_can_be_read_at_a_glance(self) -> None:
        assert len(Rule) <= 6
        assert all(len(POLICY.message(rule).msgid) <= 60 for rule in Rule)

    def test_nothing_is_ticked_before_typing(self) -> None:
        assert broken("") == set(JUDGED)
        assert [verdict.rule for verdict in POLICY.judge("", ()) if verdict.advice] == [Rule.LENGTH]

    def test_it_ticks_while_a_good_password_is_being_typed(self) -> None:
        typed = [broken(PASSPHRASE[:count]) for count in range(len(PASSPHRASE) + 1)]
        assert all(Rule.LENGTH in rules for rules in typed[:15])
        assert all(rules == set() for rules in typed[22:])

    def test_reuse_comes_last_with_the_number_of_earlier_passwords(self) -> None:
        assert tuple(Rule)[-1] is Rule.NOT_RECENT
        assert POLICY.judge_reuse(False) == Verdict(Rule.NOT_RECENT, POLICY.message(Rule.NOT_RECENT), passed=True)
        assert POLICY.message(Rule.NOT_RECENT).values == {"count": 5}
        assert POLICY.judge_reuse(True).advice is not None

    def test_a_bank_that_keeps_one_former_password_speaks_of_one(self) -> None:
        assert PasswordPolicy(history=1).message(Rule.NOT_RECENT) == Message("Not your last password")

    @unhurried
    @given(ANYTHING, st.lists(st.text(max_size=12), max_size=4).map(tuple))
    def test_any_text_gets_the_same_rules_in_the_same_order(self, password: str, personal: tuple[str, ...]) -> None:
        verdicts = POLICY.judge(password, personal)
        assert tuple(verdict.rule for verdict in verdicts) == JUDGED
        assert all(verdict.message == POLICY.message(verdict.rule) for verdict in verdicts)
        assert not any(verdict.passed and verdict.advice for verdict in verdicts)

    @unhurried
    @given(ANYTHING)
    def test_every_refusal_gives_advice(self, password: str) -> None:
        verdicts = POLICY.judge(password, HERS)
        assert all(verdict.passed for verdict in verdicts) or any(verdict.advice for verdict in verdicts)

    @unhurried
    @given(st.text(st.sampled_from("019aA4@$ñé \u0301-qwe"), max_size=90))
    def test_a_composed_and_a_decomposed_spelling_get_the_same_verdicts(self, password: str) -> None:
        decomposed = unicodedata.normalize("NFD", password)
        assert POLICY.judge(decomposed, HERS) == POLICY.judge(normalise(password), HERS)


class TestGoodPasswords:
    @pytest.mark.parametrize(
        "password",
        [
            "caballo correcto batería grapa",
            "mi tía Rosa cose los domingos",
            "llueve sobre el tejado verde",
            "El banco verde del parque cojea",
            "en Cartagena mi abuela vendía cocadas",
            "mañana compro dos soles de papel",
            "hubxyf-Wukhic-3kixte",
            "kX9#mQ2$vL7!pR4z",
            "черепаха зонтик лампа",
            "椅子猫雨傘電車富士山林檎月曜日本棚鍵",
        ],
    )
    def test_a_passphrase_or_a_generated_password_is_accepted(self, password: str) -> None:
        assert broken(password) == set()

    @pytest.mark.parametrize(
        ("name", "password"),
        [
            ("Ana", "mañana compro dos soles de papel"),
            ("Sol", "mañana compro dos soles de papel"),
            ("Rosa", "mi tía Rosa cose los domingos"),
            ("Paz", "capaz de nadar tres ríos fríos"),
        ],
    )
    def test_a_short_name_inside_a_long_passphrase_does_no_harm(self, name: str, password: str) -> None:
        assert broken(password, (name,)) == set()


class TestGuessablePasswords:
    @pytest.mark.parametrize(
        ("password", "rule"),
        [
            ("password12345678", Rule.NOT_COMMON),
            ("P4ssw0rd!!!!!!!!!", Rule.NOT_COMMON),
            ("passwordpassword", Rule.NOT_COMMON),
            ("1234qwerasdfzxcv", Rule.NOT_COMMON),
            ("Cien años de soledad 2020", Rule.NOT_COMMON),
            ("EnUnLugarDeLaMancha", Rule.NOT_COMMON),
            ("dios es amor 777777", Rule.NOT_COMMON),
            ("correct horse battery staple", Rule.NOT_COMMON),
            ("lovelovelovelove", Rule.NOT_COMMON),
            ("CienAñosDe 2020 2020", Rule.NOT_COMMON),
            ("BancoNuevaClave2026", Rule.NOT_BANK),
            ("B4nc0NuevaCl4ve2026", Rule.NOT_BANK),
            ("Páramo2026Páramo2026", Rule.NOT_BANK),
            ("Línea Amigo 1998 - 2024", Rule.NOT_BANK),
            ("Bogota2024!Bogota2024!", Rule.NOT_BANK),
            ("m.e.d.e.l.l.í.n_2025_cali", Rule.NOT_BANK),
            ("AtléticoNacional1989", Rule.NOT_BANK),
            ("ClaveDiciembre2025", Rule.NOT_BANK),
            ("Contraseñasegura123", Rule.NOT_BANK),
            ("qwertyuiopasdfgh", Rule.NOT_PREDICTABLE),
            ("asdfghjklñasdfghjklñ", Rule.NOT_PREDICTABLE),
            ("aaaaaaaaaaaaaaa", Rule.NOT_PREDICTABLE),
            ("abcdefghijklmnopq", Rule.NOT_PREDICTABLE),
            ("123456789012345", Rule.NOT_PREDICTABLE),
            ("15031985 16041990", Rule.NOT_PREDICTABLE),
            ("JuanCarlosPérezRodríguez", Rule.NOT_PREDICTABLE),
            ("tres perros verdes", Rule.NOT_PREDICTABLE),
            ("7r35 p3rr05 v3rd35", Rule.NOT_PREDICTABLE),
            ("sedrev sorrep sert", Rule.NOT_PREDICTABLE),
            ("               ", Rule.NOT_PREDICTABLE),
            ("te amo mucho mi vida", Rule.NOT_PREDICTABLE),
        ],
    )
    def test_it_is_refused_with_its_reason(self, password: str, rule: Rule) -> None:
        assert rule in broken(password)
        assert advice(password, rule)

    def test_common_words_make_a_good_password_only_when_there_are_enough_of_them(self) -> None:
        assert Rule.NOT_PREDICTABLE in broken("perro gato casa")
        assert broken("perro gato casa mesa lluvia") == set()

    def test_ten_signs_that_mean_nothing_are_enough_and_nine_are_not(self) -> None:
        assert Rule.NOT_PREDICTABLE in broken(OTHERS[:9])
        assert Rule.NOT_PREDICTABLE not in broken(OTHERS)

    @pytest.mark.parametrize(
        ("cheap", "others"),
        [
            ("la", 8),
            ("perro", 7),
            ("p3rr0", 7),
            ("orrep", 7),
            ("sedrft", 4),
            ("cdefgh", 7),
            ("mlkjih", 7),
            ("15031985", 6),
            ("1987", 8),
            ("rincon", 8),
            ("bogota", 8),
            ("porsiempreyparasiempre", 8),
            ("犬", 8),
            ("犬" * 9, 8),
            ("梨桃柿栗" * 10, 4),
        ],
    )
    def test_what_a_guesser_sees_counts_little_wherever_it_stands(self, cheap: str, others: int) -> None:
        few, enough = OTHERS[:others], OTHERS[: others + 1]
        assert Rule.NOT_PREDICTABLE in broken(few + cheap) & broken(cheap + few)
        assert Rule.NOT_PREDICTABLE not in broken(enough + cheap) | broken(cheap + enough)

    def test_a_sign_ten_times_over_counts_as_two(self) -> None:
        assert Rule.NOT_PREDICTABLE not in broken(OTHERS[:8] + "犬" * 10)

    @pytest.mark.parametrize(
        "wanted",
        [
            "BOGOTÁ",
            "bogota",
            "B0G0T4",
            "\uff42\uff4f\uff47\uff4f\uff54\uff41",
            "bo\u200bgo\u00adta",
            "b-o-g-o-t-a",
        ],
    )
    def test_every_spelling_of_a_context_word_is_seen(self, wanted: str) -> None:
        assert Rule.NOT_BANK in broken(f"{wanted} 1998 2024")

    def test_a_context_word_is_welcome_where_eight_other_characters_remain(self) -> None:
        assert Rule.NOT_BANK in broken("Bogotá 1998 jirafas")
        assert Rule.NOT_BANK not in broken("Bogotá 1998 jirafota")
        assert Rule.NOT_BANK not in broken("jirafota 1998 Bogotá")

    def test_every_place_of_a_word_is_seen(self) -> None:
        assert set(words.occurrences("cali cali cali", frozenset({"cali"}))) == {(0, 4), (5, 9), (10, 14)}
        assert set(words.occurrences("aaaa", frozenset({"aaa"}))) == {(0, 3), (1, 4)}

    def test_the_name_of_the_bank_counts_only_at_that_bank(self) -> None:
        password = "Páramo Páramo 2026 Amigo"
        assert Rule.NOT_BANK in broken(password)
        assert Rule.NOT_BANK not in broken(password, policy=PasswordPolicy())

    def test_no_listed_word_is_so_short_that_honest_words_contain_it(self) -> None:
        assert min(map(len, words.context() | words.sentences())) >= 4

    def test_no_remark_in_a_list_is_taken_for_a_word(self) -> None:
        assert not any("#" in word for word in words.context() | words.sentences())


class TestTheOwnersData:
    def test_names_numbers_and_the_mailbox_are_taken(self) -> None:
        assert {
            "María",
            "Inés",
            "Gómez",
            "Espriella",
            "1020304050",
            "573001234567",
            "3001234567",
            "ines",
            "gomez",
            "ines.gomez85",
            "24-117835901",
            "117835901",
        } <= set(personal_words(MARIA))

    def test_a_name_of_three_letters_is_taken_and_seen(self) -> None:
        eva = replace(MARIA, given_names="Eva")
        assert "Eva" in personal_words(eva)
        assert Rule.NOT_PERSONAL in broken("Eva Eva Eva Eva Eva 7", personal_words(eva))

    def test_the_mailbox_ends_at_the_last_at_sign(self) -> None:
        quoted = replace(MARIA, contact=replace(MARIA.contact, email='"ines@casa"@example.com'))
        assert "casa" in personal_words(quoted)
        assert "example" not in personal_words(quoted)

    def test_nothing_of_two_letters_is_taken(self) -> None:
        assert min(map(len, HERS)) >= 3

    def test_a_customer_without_contacts_has_personal_words_too(self) -> None:
        contact = Contact(None, None, datetime(2026, 1, 1, tzinfo=UTC))
        bare = Customer(2, MARIA.document, "Bo", "Li", contact, ())
        assert personal_words(bare) == ("1020304050",)

    @pytest.mark.parametrize(
        "password",
        [
            "Maria1020304050",
            "M4r14 G0m3z 1234",
            "1.020.304.050 1.020",
            "gomez 300 123 4567",
            "inesgomez85_inesgomez85",
            "Espriella117835901",
            "24117835901 24-117835901",
            "MaríaInésGómez!!",
        ],
    )
    def test_it_is_refused_as_hers(self, password: str) -> None:
        assert Rule.NOT_PERSONAL in broken(password, HERS)

    @pytest.mark.parametrize("password", ["Maria1020304050", "Espriella117835901", "gomez 300 123 4567"])
    def test_it_is_nobody_elses(self, password: str) -> None:
        assert Rule.NOT_PERSONAL not in broken(password, CARLOS)

    def test_a_password_that_is_good_for_others_can_be_too_close_to_its_owner(self) -> None:
        password = "Espriella117835901 Zw"
        assert broken(password, CARLOS) == set()
        assert Rule.NOT_PERSONAL in broken(password, HERS)


class TestHashes:
    def test_a_hash_is_argon2id_with_the_floor_of_owasp(self) -> None:
        assert Hasher().hash(PASSPHRASE).startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_the_right_password_verifies_and_another_does_not(self, cheap: Hasher) -> None:
        stored = cheap.hash(PASSPHRASE)
        assert cheap.verify(stored, PASSPHRASE)
        assert not cheap.verify(stored, PASSPHRASE.upper())

    def test_two_hashes_of_one_password_differ(self, cheap: Hasher) -> None:
        assert cheap.hash(PASSPHRASE) != cheap.hash(PASSPHRASE)

    @unhurried
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    def test_spellings_that_are_equal_under_nfc_are_one_password(self, password: str) -> None:
        hasher = Hasher(memory_cost=8, time_cost=1)
        assert hasher.verify(hasher.hash(password), unicodedata.normalize("NFD", password))

    def test_the_seventy_third_character_still_counts(self, cheap: Hasher) -> None:
        assert not cheap.verify(cheap.hash("x" * 80 + "y"), "x" * 80 + "z")

    @pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$ñ$ñ", "\0", "$2b$12$"])
    def test_a_malformed_hash_verifies_nothing(self, cheap: Hasher, stored: str) -> None:
        assert not cheap.verify(stored, PASSPHRASE)

    def test_a_hash_with_other_parameters_wants_to_be_made_anew(self, cheap: Hasher) -> None:
        stored = cheap.hash(PASSPHRASE)
        dearer = Hasher(memory_cost=16, time_cost=1)
        assert not cheap.needs_rehash(stored)
        assert dearer.needs_rehash(stored)
        assert dearer.verify(stored, PASSPHRASE)


class TestCost:
    def test_an_unknown_customer_costs_one_verification_with_the_same_parameters(self, counted: list[str]) -> None:
        hasher = Hasher(memory_cost=64, time_cost=3)
        stored = hasher.hash(PASSPHRASE)
        hasher.verify(stored, PASSPHRASE)
        hasher.waste(PASSPHRASE)
        known, unknown = map(argon2.extract_parameters, counted)
        assert known == unknown
        with pytest.raises(argon2.exceptions.VerifyMismatchError):
            argon2.PasswordHasher().verify(counted[1], PASSPHRASE)

    def test_judging_hashes_nothing(self, counted: list[str]) -> None:
        POLICY.judge(PASSPHRASE, HERS)
        assert counted == []


class TestReuse:
    def test_each_of_the_last_five_is_recognised(self, cheap: Hasher) -> None:
        earlier = [f"{PASSPHRASE} {number}" for number in range(POLICY.history)]
        hashes = [cheap.hash(password) for password in earlier]
        assert all(reused(cheap, password, hashes) for password in earlier)
        assert not reused(cheap, PASSPHRASE, hashes)

    def test_a_first_password_is_never_a_reuse(self, cheap: Hasher) -> None:
        assert not reused(cheap, PASSPHRASE, ())

    def test_another_spelling_of_an_earlier_password_is_recognised(self, cheap: Hasher) -> None:
        assert reused(cheap, unicodedata.normalize("NFD", PASSPHRASE), [cheap.hash(PASSPHRASE)])
