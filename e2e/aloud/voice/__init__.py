"""The folder that Orca finds before the system's own voice."""
