"""How gunicorn serves this application when it is started in this folder; its command line wins."""

from typing import Any

from gunicorn.glogging import Logger

from app import events

events.configure()


class Events(Logger):
    """What gunicorn has to say, as events like all others: it would quote the requests that it refuses."""

    def setup(self, cfg: Any) -> None:
        """Put our handler in the place of gunicorn's own."""
        super().setup(cfg)
        self.error_log.handlers = [events.Records()]


logger_class = Events
worker_class = "gthread"
threads = 8
access_log_format = '{"event": "access", "method": "%(m)s", "status": "%(s)s", "milliseconds": %(M)s}'
control_socket_disable = True
