"""What every part of the running application reaches for: settings, store and rules."""

from dataclasses import dataclass

from flask import Flask, current_app, request

from app.adapters.sql import SqlStore, connect
from app.adapters.sql.keyring import StoredKeys
from app.domain.case import Rules
from app.domain.passwords import Hasher
from app.domain.passwords import Policy as PasswordPolicy
from app.settings import Settings

_NAME = "nueva-clave"
LIVENESS = "health.alive"


@dataclass(frozen=True, slots=True)
class Services:
    """The settings of this process and what is built from them once."""

    settings: Settings
    store: SqlStore
    rules: Rules


def build(settings: Settings) -> Services:
    """Everything from the settings; the keys are read when first one is needed."""
    engine = connect(settings.database_url)
    keys = StoredKeys(engine, settings.secret(), settings.former_secrets())
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
    return Services(settings, SqlStore(engine, prepare=keys.load), rules)


def install(app: Flask, services: Services) -> None:
    """Make the services reachable from the application, and sign forms with a key that outlives `SECRET_KEY`."""
    app.extensions[_NAME] = services

    @app.before_request
    def _sign_forms() -> None:
        if request.endpoint != LIVENESS:
            app.config["WTF_CSRF_SECRET_KEY"] = services.rules.keys.of("csrf")


def services() -> Services:
    """The services of the application that is being asked."""
    found: Services = current_app.extensions[_NAME]
    return found
