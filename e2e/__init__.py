"""The service as its customers meet it: the real processes, real browsers, everything found by role and name."""
