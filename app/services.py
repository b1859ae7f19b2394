"""What every part of the running application reaches for: settings, store and rules."""

from dataclasses import dataclass

from flask import Flask, current_app

from app.adapters.sql import SqlStore, connect
from app.domain.case import Rules
from app.domain.passwords import Hasher
from app.domain.passwords import Policy as PasswordPolicy
from app.domain.proofs import Keys
from app.settings import Settings

_NAME = "nueva-clave"


@dataclass(frozen=True, slots=True)
class Services:
    """The settings of this process and what is built from them once."""

    settings: Settings
    store: SqlStore
    rules: Rules


def build(settings: Settings) -> Services:
    """Everything from the settings alone."""
    rules = Rules(
        policy=settings.policy(),
        keys=Keys(settings.secret()),
        passwords=PasswordPolicy(
            min_length=settings.password_min_length,
            history=settings.password_history,
            bank_words=(settings.bank_name, settings.bank_phone_line_name),
        ),
        hasher=Hasher(),
    )
    return Services(settings, SqlStore(connect(settings.database_url)), rules)


def install(app: Flask, services: Services) -> None:
    """Make the services reachable from the application."""
    app.extensions[_NAME] = services


def services() -> Services:
    """The services of the application that is being asked."""
    found: Services = current_app.extensions[_NAME]
    return found
