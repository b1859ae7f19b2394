"""The commands that keep the service running: the delivery worker, and the database's shape."""

import signal
import threading
from datetime import timedelta

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo, pass_script_info, with_appcontext

from app.adapters.sql import schema
from app.delivery import LEASE, Worker
from app.services import services

database = AppGroup("db", help="The database's shape.")


@click.command("worker")
@click.option("--senders", default=4, show_default=True, help="Messages under way at once.")
@click.option("--lease-seconds", default=LEASE.total_seconds(), show_default=True, help="When a claim lapses.")
@pass_script_info
@with_appcontext
def worker(info: ScriptInfo, senders: int, lease_seconds: float) -> None:
    """Send what stands in the outbox until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Worker(info.load_app(), services(), timedelta(seconds=lease_seconds)).run(stop, senders)


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database up to date."""
    schema.upgrade(services().store.engine)


@database.command("check")
def check() -> None:
    """Fail when tables and migrations differ."""
    if found := schema.differences(services().store.engine):
        raise click.ClickException(f"The database is not what the code expects: {found}")


@database.command("revision")
@click.argument("summary")
def revision(summary: str) -> None:
    """Write a migration for what changed in the tables since the last one."""
    schema.write_migration(services().store.engine, summary)


def install(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(worker)
    app.cli.add_command(database)
