"""What a good password is, why one is refused, and how one is kept."""

import re
import string
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import log10
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.matching import date_match, sequence_match, spatial_match
from zxcvbn.scoring import estimate_guesses

from app.domain import words
from app.domain.customers import Customer
from app.domain.messages import N_, Message

MAX_BYTES: Final = 1024
MOST_HISTORY: Final = 24  # former passwords that are kept, and so the most that a bank may have compared
# Without words that a guesser expects, NIST's own floor for any password must remain.
LEFT_OVER: Final = 8
# Decimal logarithms of zxcvbn's values: its best score, a character it cannot explain, its cheapest word.
ENOUGH_GUESSES: Final = 10.0
GUESSES_PER_CHARACTER: Final = 1.0
GUESSES_PER_PIECE: Final = log10(50)
EXAMINED: Final = 72
SHORTEST_OWN_WORD: Final = 3
SHORTEST_BANK_WORD: Final = 4
SHORTEST_COMMON: Final = 4
SHORTEST_PART: Final = 10
NATIONAL_DIGITS: Final = 10

_YEAR = re.compile(r"(?=(?:19|20)\d\d)")
_REPEATS = (re.compile(r"(.+?)\1+"), re.compile(r"(.+)\1+"))
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_AROUND = string.digits + string.punctuation + "¡¿"


class Rule(StrEnum):
    """The rules in the order of the list on the page."""

    LENGTH = "length"
    NOT_COMMON = "not_common"
    NOT_PERSONAL = "not_personal"
    NOT_BANK = "not_bank"
    NOT_PREDICTABLE = "not_predictable"
    NOT_RECENT = "not_recent"


_RULES: Final = {
    Rule.LENGTH: N_("At least %(count)s characters; spaces count"),
    Rule.NOT_COMMON: N_("Not a password that many people use"),
    Rule.NOT_PERSONAL: N_("Not made of your name, document, mobile or e-mail"),
    Rule.NOT_BANK: N_("Not made of the bank's name, places, football teams or dates"),
    Rule.NOT_PREDICTABLE: N_("Not just repetition, keys in a row or a few common words"),
    Rule.NOT_RECENT: N_("Not one of your last %(count)s passwords"),
}
_NOT_THE_LAST: Final = N_("Not your last password")
_ADVICE: Final = {
    Rule.NOT_COMMON: N_(
        "Many people use this password, with or without numbers around it. "
        "It is one of the first that somebody would try. "
        "Join four or five words that only you would put together."
    ),
    Rule.NOT_PERSONAL: N_(
        "Others know your name and your numbers. Without them, too little of your password is left. "
        "Add words that have nothing to do with you."
    ),
    Rule.NOT_BANK: N_(
        "The names of the bank, places and football teams, and dates are easy to guess. "
        "Without them, too little of your password is left. "
        "Add words that nobody would expect here."
    ),
    Rule.NOT_PREDICTABLE: N_(
        "This password is easy to guess. It has repetition, keys in a row or only very common words. "
        "Join four or five words that only you would put together."
    ),
    Rule.NOT_RECENT: N_("You used this password here before. Choose one that is new."),
}
_TOO_SHORT: Final = N_(
    "The password is too short: it has %(length)s of %(count)s characters. "
    "Join four or five words that only you would put together."
)
_TOO_LONG: Final = N_("The password is too long for us to keep. Use fewer words.")
_UNTYPEABLE: Final = N_("The password has an invisible character, such as a line break. Type it by hand.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password keeps one rule; `advice` says why it does not and what to do."""

    rule: Rule
    message: Message
    passed: bool
    advice: Message | None = None


def normalise(password: str) -> str:
    """The one spelling that is counted and hashed: NFC, nothing trimmed (NIST SP 800-63B-4 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The rules for a new password (NIST SP 800-63B-4 3.1.1.2, ASVS 5.0 V6.2).

    `min_length` counts code points after NFC, `history` earlier passwords, at most MOST_HISTORY.
    `bank_words` are names of this bank and its products, in any spelling.
    """

    min_length: int = 15
    history: int = 5
    bank_words: tuple[str, ...] = ()

    def message(self, rule: Rule) -> Message:
        """The rule's line in the list."""
        if rule is Rule.NOT_RECENT and self.history == 1:
            return Message(_NOT_THE_LAST)
        counts = {Rule.LENGTH: self.min_length, Rule.NOT_RECENT: self.history}
        return Message(_RULES[rule], {"count": counts[rule]} if rule in counts else {})

    def judge(self, password: str, personal: tuple[str, ...]) -> tuple[Verdict, ...]:
        """Judge any text by every rule but NOT_RECENT, in the order of the list. Raises nothing.

        `personal` are words of the customer's own, as `personal_words` gives them. A password that cannot be
        kept at all, or is empty, keeps no rule, and only LENGTH says why.
        """
        refusal = self._refusal(password)
        if refusal:
            broken = {rule: refusal if rule is Rule.LENGTH else None for rule in Rule}
        else:
            broken = self._broken(password, personal)
        return tuple(
            Verdict(rule, self.message(rule), rule not in broken, broken.get(rule))
            for rule in Rule
            if rule is not Rule.NOT_RECENT
        )

    def judge_reuse(self, is_reused: bool) -> Verdict:
        """The verdict on NOT_RECENT, from what `reused` found; it stands last in the list."""
        advice = Message(_ADVICE[Rule.NOT_RECENT]) if is_reused else None
        return Verdict(Rule.NOT_RECENT, self.message(Rule.NOT_RECENT), not is_reused, advice)

    def _refusal(self, password: str) -> Message | None:
        if not _fits(password):
            return Message(_TOO_LONG)
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in password):
            return Message(_UNTYPEABLE)
        return None if password else self._too_short(0)

    def _too_short(self, length: int) -> Message:
        return Message(_TOO_SHORT, {"length": length, "count": self.min_length})

    def _broken(self, password: str, personal: tuple[str, ...]) -> dict[Rule, Message | None]:
        folded, length = words.fold(password), len(normalise(password))
        own = frozenset(word for word in map(words.fold, personal) if len(word) >= SHORTEST_OWN_WORD)
        bank = words.context() | _bank_words(self.bank_words)
        expected = own | bank | words.sentences()
        from_own, from_bank = _covered(folded, own), _covered(folded, bank) | _years(folded)
        is_thin = len(folded) - len(from_own | from_bank) < LEFT_OVER
        failed = {
            Rule.NOT_COMMON: _is_common(folded),
            Rule.NOT_PERSONAL: is_thin and bool(from_own),
            Rule.NOT_BANK: is_thin and bool(from_bank - from_own),
            Rule.NOT_PREDICTABLE: _guesses(folded[:EXAMINED], expected) < ENOUGH_GUESSES,
        }
        broken: dict[Rule, Message | None] = {rule: Message(_ADVICE[rule]) for rule in failed if failed[rule]}
        return broken | ({Rule.LENGTH: self._too_short(length)} if length < self.min_length else {})


def personal_words(customer: Customer) -> tuple[str, ...]:
    """What a customer's password must not be made of: names, numbers, and the e-mail address up to its @."""
    email = customer.contact.email
    local = email.rpartition("@")[0] if email else ""
    mobile = (customer.contact.mobile or "").removeprefix("+")
    products = [product.number for product in customer.products]
    whole = (customer.document.number, local, mobile, mobile[-NATIONAL_DIGITS:], *products)
    parts = _PARTS.findall(" ".join((customer.given_names, customer.family_names, local, *products)))
    return tuple(dict.fromkeys(word for word in (*parts, *whole) if len(word) >= SHORTEST_OWN_WORD))


class UnusablePassword(ValueError):
    """The text is too long to be hashed, or UTF-8 cannot hold it."""


class Hasher:
    """Argon2id over the NFC spelling; by default OWASP's floor: 19 MiB, two passes, one lane.

    `memory_cost` is in KiB; what is over MAX_BYTES of UTF-8 is never hashed.
    """

    def __init__(self, memory_cost: int = 19 * 1024, time_cost: int = 2) -> None:
        self._argon2 = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=1)
        self._dummy = _hash_of_nobody(self._argon2)

    def hash(self, password: str) -> str:
        """A new salted hash that names its parameters.

        Raises:
            UnusablePassword: `PasswordPolicy.judge` refuses all such passwords beforehand.
        """
        if not is_usable(password):
            raise UnusablePassword
        return self._argon2.hash(normalise(password))

    def verify(self, stored: str, password: str) -> bool:
        """Whether the hash was made from the password; no for a malformed hash or an unusable password."""
        if not is_usable(password):
            return False
        try:
            return self._argon2.verify(stored, normalise(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def needs_rehash(self, stored: str) -> bool:
        """Whether a hash that has just been verified was made with other parameters than these."""
        return self._argon2.check_needs_rehash(stored)

    def waste(self, password: str) -> None:
        """Cost what `verify` costs, for a customer who does not exist (ASVS 5.0 V6.3.8)."""
        self.verify(self._dummy, password)


def reused(hasher: Hasher, password: str, recent_hashes: Sequence[str]) -> bool:
    """Whether any of the hashes was made from this password; costs one verification each."""
    return any(hasher.verify(recent, password) for recent in recent_hashes)


def _hash_of_nobody(argon2: PasswordHasher) -> str:
    cost = f"m={argon2.memory_cost},t={argon2.time_cost},p={argon2.parallelism}"
    salt, digest = (b64encode(bytes(n)).decode().replace("=", "") for n in (argon2.salt_len, argon2.hash_len))
    return f"$argon2id$v=19${cost}${salt}${digest}"


def is_usable(password: str) -> bool:
    """Whether it can be hashed: MAX_BYTES of UTF-8 at most, before and after NFC, and no lone surrogate."""
    return _fits(password) and not any("\ud800" <= char <= "\udfff" for char in password)


def _fits(password: str) -> bool:
    """Measured before and after NFC: NFC may lengthen, and must not be asked about a megabyte of accents."""
    return _size(password) <= MAX_BYTES and _size(normalise(password)) <= MAX_BYTES


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=8)
def _bank_words(names: tuple[str, ...]) -> frozenset[str]:
    parts = (part for name in names for part in (name, *name.split()))
    return frozenset(word for word in map(words.fold, parts) if len(word) >= SHORTEST_BANK_WORD)


def _covered(folded: str, listed: frozenset[str]) -> set[int]:
    return {i for start, end in words.occurrences(folded, listed) for i in range(start, end)}


def _years(folded: str) -> set[int]:
    return {i for year in _YEAR.finditer(folded) for i in range(year.start(), year.start() + 4)}


def _is_common(folded: str) -> bool:
    """Whether it is a known password or sentence, be it repeated, in leetspeak or with digits around it."""
    unit = _period(folded)
    core = _period(unit.strip(_AROUND))
    forms = {unit, *words.readings(core)}
    if any(len(form) >= SHORTEST_COMMON and form in words.known_passwords() for form in forms):
        return True
    return len(core) >= SHORTEST_PART and any(core in sentence for sentence in words.sentences())


def _period(text: str) -> str:
    """The shortest text whose repetition this one is."""
    return text[: (text + text).find(text, 1)]


def _guesses(text: str, expected: frozenset[str]) -> float:
    """The decimal logarithm of how many guesses find a folded text, by its cheapest division into pieces.

    zxcvbn's estimates in a plain sum: its own search takes a second on hostile leetspeak and finds any four
    words, were they the bank's name, worth 10**12 guesses. `expected` words are as cheap as a piece can be.
    """
    ending = [[(end - 1, GUESSES_PER_CHARACTER)] for end in range(len(text) + 1)]
    for start, end, cost in _pieces(text, expected):
        ending[end].append((start, cost))
    best = [0.0]
    for pieces in ending[1:]:
        best.append(min(best[start] + cost for start, cost in pieces))
    return best[-1]


def _pieces(text: str, expected: frozenset[str]) -> Iterator[tuple[int, int, float]]:
    """Where a guesser sees something in a text: start, end, decimal logarithm of the guesses."""
    for start, end in words.occurrences(text, expected):
        yield start, end, GUESSES_PER_PIECE
    for reading in words.readings(text):
        yield from _ranked(reading)
    for start, end, cost in _ranked(text[::-1]):
        yield len(text) - end, len(text) - start, cost
    for match in (*spatial_match(text), *sequence_match(text), *date_match(text)):
        yield match["i"], match["j"] + 1, log10(estimate_guesses(match, text))
    for year in _YEAR.finditer(text):
        yield year.start(), year.start() + 4, GUESSES_PER_PIECE
    for pattern in _REPEATS:
        for repeat in pattern.finditer(text):
            unit = _period(repeat[1])
            cost = _guesses(unit, expected) + log10(len(repeat[0]) / len(unit))
            yield repeat.start(), repeat.end(), cost


def _ranked(text: str) -> Iterator[tuple[int, int, float]]:
    ranks = words.ranks()
    for start in range(len(text)):
        for length in range(min(words.LONGEST_RANKED_WORD, len(text) - start) + 1):
            if rank := ranks.get(text[start : start + length]):
                yield start, start + length, max(log10(rank), GUESSES_PER_PIECE)
