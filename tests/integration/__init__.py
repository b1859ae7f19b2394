"""Tests over real databases, a real SMTP server, HTTP and processes."""
