"""The journey by ear: Orca, a real screen reader, reads it, and what it says is written down (`make speech`)."""
