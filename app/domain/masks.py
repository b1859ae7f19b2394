"""Masks of constant length: a masked address betrays neither length nor provider (requirement CO1)."""

from typing import Final

_DOTS: Final = "•" * 5


def mask_email(address: str) -> str:
    """`ana.rojas@example.com` → `a•••••@e•••••.com`: the owner knows it, nobody can rebuild it."""
    local, _, domain = address.rpartition("@")
    host, _, ending = domain.rpartition(".")
    return f"{local[:1]}{_DOTS}@{host[:1]}{_DOTS}.{ending}"


def mask_mobile(number: str) -> str:
    """`+573001234567` → `••••• 67`: the last two digits."""
    return f"{_DOTS} {number[-2:]}"
