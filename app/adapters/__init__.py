"""The world outside, behind the ports of `app.domain.ports`: SQL, mail and SMS."""
