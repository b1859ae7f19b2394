"""The data key: made once, kept in the database, and readable only with `SECRET_KEY`."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, update
from sqlmodel import col, select

from app.adapters.sql.statements import insert
from app.adapters.sql.tables import KeyRow
from app.domain.proofs import Keys

_DATA: Final = "data"
KEY_BYTES: Final = 32


class WrongSecret(SystemExit):
    """Neither `SECRET_KEY` nor a former one opens this database's keys."""


class StoredKeys:
    """The keys of all purposes, from the data key of the database (envelope encryption, ASVS 5.0 V11.2.2).

    `SECRET_KEY` only wraps the data key. Changing it, with the former one among the fallbacks, wraps the same
    data key anew: documents keep their names, questions their options, and what is under way goes on.
    """

    def __init__(self, engine: Engine, secret: bytes, former: Sequence[bytes] = ()) -> None:
        self._engine = engine
        self._present = _fernet(secret)
        self._wrapping = MultiFernet([self._present, *map(_fernet, former)])
        self._keys: Keys | None = None

    def of(self, purpose: str) -> bytes:
        """The 32-byte key of one purpose."""
        return self.load().of(purpose)

    def load(self) -> Keys:
        """Read the data key, once; a new database gets one, a former secret's wrapping is renewed.

        Raises:
            WrongSecret: no secret that is given unwraps it.
        """
        if self._keys is None:
            with self._engine.begin() as connection:
                self._keys = Keys(self._data_key(connection))
        return self._keys

    def put(self, connection: Connection, keys: Keys) -> None:
        """Write another data key in the place of this one; who has read the old one keeps it until it ends."""
        wrapped = self._present.encrypt(keys.secret).decode()
        connection.execute(update(KeyRow).where(col(KeyRow.name) == _DATA).values(wrapped=wrapped))

    def __repr__(self) -> str:
        return "StoredKeys(…)"

    def _data_key(self, connection: Connection) -> bytes:
        self._make(connection)
        wrapped = connection.execute(select(KeyRow.wrapped).where(col(KeyRow.name) == _DATA)).scalar_one()
        try:
            data_key = self._wrapping.decrypt(wrapped)
        except InvalidToken:
            raise WrongSecret(
                "Cannot start: SECRET_KEY does not open this database's keys. "
                "Name the former one in SECRET_KEY_FALLBACKS."
            ) from None
        self._wrap_anew(connection, wrapped)
        return data_key

    def _make(self, connection: Connection) -> None:
        """A data key for a new database; of several processes that start at once, one makes it."""
        new = self._wrapping.encrypt(secrets.token_bytes(KEY_BYTES)).decode()
        connection.execute(insert(connection, KeyRow).values(name=_DATA, wrapped=new).on_conflict_do_nothing())

    def _wrap_anew(self, connection: Connection, wrapped: str) -> None:
        """From now on the present secret is enough, and the former one can go."""
        try:
            self._present.decrypt(wrapped)
        except InvalidToken:
            anew = self._wrapping.rotate(wrapped).decode()
            connection.execute(update(KeyRow).where(col(KeyRow.name) == _DATA).values(wrapped=anew))


def _fernet(secret: bytes) -> Fernet:
    derived = hashlib.blake2b(secret, digest_size=KEY_BYTES, person=b"nueva-clave/wrap").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
