"""The rules of password recovery. Knows no Flask, no SQL, no clock of its own (`make lint` checks it)."""
