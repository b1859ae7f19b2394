"""How secrets are compared and kept: in constant time, by libraries, from the system's random source (V11)."""

import ast
import hmac
import random
import re

import pytest

from app.domain import proofs
from app.settings import ROOT
from tests.people import KEYS

CODE = {path: ast.parse(path.read_text()) for path in (ROOT / "app").rglob("*.py")}
WEAK = {"md5", "sha1", "DES", "ECB", "RC4", "PKCS1v15"}


def names_in(tree: ast.AST) -> set[str]:
    """Every name and attribute that a module uses."""
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return named | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def texts_in(tree: ast.AST) -> set[str]:
    """Every text: `hmac` takes a hash by its name."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def imported_by(tree: ast.AST) -> set[str]:
    """Every module that a module imports."""
    nodes = list(ast.walk(tree))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("typed", ["000000", "99999", ""])
def test_a_code_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    right = proofs.code("nonce", KEYS)
    assert not proofs.code_matches(right, "nonce", KEYS)
    assert not proofs.code_matches(typed, "nonce", KEYS)
    assert compared == [(right.encode(), right.encode()), (typed.encode(), right.encode())]


@pytest.mark.parametrize(("nonce", "made_of"), [("nonce", "nonce"), (None, "")])
def test_a_number_is_compared_in_constant_time_also_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, nonce: str | None, made_of: str
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert not proofs.number_matches("123 456", nonce, KEYS)
    assert compared == [(b"123456", proofs.matching_number(made_of, KEYS).encode())]


def test_nothing_that_must_not_be_guessed_comes_from_a_source_that_can_be_repeated() -> None:
    random.seed(7)
    first = {proofs.new_token(), proofs.new_nonce()}
    random.seed(7)
    assert first.isdisjoint({proofs.new_token(), proofs.new_nonce()})
    assert not [path for path, tree in CODE.items() if "random" in imported_by(tree)]


def test_no_weak_cipher_and_no_broken_hash_is_named() -> None:
    assert "sha256" in texts_in(CODE[ROOT / "app" / "domain" / "proofs.py"])
    for path, tree in CODE.items():
        assert not (names_in(tree) | texts_in(tree)) & WEAK, path


def test_ciphers_come_from_one_library_and_keys_from_one_place() -> None:
    ciphers = [
        path.name for path, tree in CODE.items() if any(re.match("cryptography", one) for one in imported_by(tree))
    ]
    assert ciphers == ["keyring.py"]


def test_nothing_is_deserialised_by_a_mechanism_that_runs_code() -> None:
    forbidden = {"pickle", "marshal", "shelve", "yaml", "xml", "lxml", "subprocess"}
    for path, tree in CODE.items():
        assert not {name.split(".")[0] for name in imported_by(tree)} & forbidden, path
        assert not names_in(tree) & {"eval", "exec", "__import__", "system", "popen"}, path
