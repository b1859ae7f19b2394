"""Checks of the project itself that no library does in one command: its dependencies, and secrets in its files."""
