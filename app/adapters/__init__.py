"""The world outside, behind the ports of `app.domain.ports`: SQL, mail, SMS, and memory for tests."""
