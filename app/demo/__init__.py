"""The demo: its people, its mailbox, and the one command that starts all of it. Production imports none of this."""
