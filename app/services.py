"""What every part of the running application reaches for: settings, store and rules."""

from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from app.adapters.sql import SqlStore, connect
from app.adapters.sql.keyring import StoredKeys
from app.domain.case import Rules
from app.domain.passwords import Hasher, PasswordPolicy
from app.settings import Settings

_NAME = "nueva-clave"


@dataclass(frozen=True, slots=True)
class Services:
    """The settings of this process and what is built from them once."""

    settings: Settings
    store: SqlStore
    rules: Rules


def build(settings: Settings) -> Services:
    """Everything from the settings.

    Raises:
        WrongSecret: the database's keys were wrapped by another `SECRET_KEY`. A database that is away, or has no
            tables yet, refuses no start: the keys are read when first one is needed.
    """
    engine = connect(settings.database_url)
    keys = StoredKeys(engine, settings.secret(), settings.former_secrets())
    with suppress(SQLAlchemyError):
        keys.load()
    rules = Rules(
        policy=settings.policy(),
        keys=keys,
        passwords=PasswordPolicy(
            min_length=settings.password_min_length,
            history=settings.password_history,
            bank_words=(settings.bank_name, settings.bank_phone_line_name),
        ),
        hasher=Hasher(),
    )
    return Services(settings, SqlStore(engine, prepare=keys.load, texted=bool(settings.sms_url)), rules)


def install(app: Flask, services: Services) -> None:
    """Make the services reachable from the application."""
    app.extensions[_NAME] = services


def services() -> Services:
    """The services of the application that is being asked."""
    found: Services = current_app.extensions[_NAME]
    return found
