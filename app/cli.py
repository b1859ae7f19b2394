"""The operator's commands: `flask --app app customers|questions|demo …`. One clear line for whatever goes wrong."""

from flask import Flask
from flask.cli import AppGroup

customers = AppGroup("customers", help="The bank's customers.")


def install(app: Flask) -> None:
    """Add the commands to the application."""
    for group in (customers,):
        app.cli.add_command(group)
