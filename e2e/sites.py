"""Small web servers of a test's own, on this machine only: what passes on to the bank, and what is another site."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final

import httpx
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from e2e.waiting import NOT_KEPT

ANSWER_SECONDS: Final = 30
HOP_BY_HOP: Final = {"connection", "keep-alive", "proxy-connection", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived."""

    method: str
    url: str
    headers: Mapping[str, str]


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The site remembers it."""

    def log_error(self, format: str, *args: object) -> None:  # a browser may hang up
        logging.getLogger(__name__).debug(format, *args)


class Site:
    """Answers at `url` and remembers what it was `asked`; `name` is what browsers know it by."""

    def __init__(
        self,
        answer: Callable[[Request], Response],
        *,
        name: str = "127.0.0.1",
        tls: SSLContext | None = None,
    ) -> None:
        self.asked: list[Asked] = []
        self._answer = answer
        self._server = make_server(
            "127.0.0.1",
            0,
            Request.application(self._remember),
            threaded=True,
            request_handler=_Silent,
            ssl_context=tls,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"{'https' if tls else 'http'}://{name}:{self._server.server_port}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _remember(self, request: Request) -> Response:
        self.asked.append(Asked(request.method, request.url, dict(request.headers)))
        return self._answer(request)


class PassingOn:
    """Passes requests on, with headers of its own."""

    def __init__(self) -> None:
        self._client = httpx.Client(trust_env=False, timeout=ANSWER_SECONDS, limits=NOT_KEPT)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def pass_on(self, request: Request, url: str, **own: str) -> Response:
        """The answer of whoever is at `url`; `own` are headers to add, with `_` for `-`."""
        headers = {name: value for name, value in request.headers if name.lower() not in HOP_BY_HOP}
        headers |= {name.replace("_", "-"): value for name, value in own.items()}
        with self._client.stream(request.method, url, headers=headers, content=request.get_data()) as answer:
            kept = [pair for pair in answer.headers.multi_items() if pair[0].lower() not in HOP_BY_HOP]
            return Response(b"".join(answer.iter_raw()), answer.status_code, kept)


class Front(Site):
    """Stands before the bank as its proxy does; what is in `markup` it smuggles into every page.

    `inside` is where the bank's own server listens; `script` answers at `/probe.js`.
    """

    def __init__(self, inside: str = "", tls: SSLContext | None = None) -> None:
        self.inside = inside
        self.markup = ""
        self.script = ""
        self._passing = PassingOn()
        self._told = {"X_Forwarded_Proto": "https"} if tls else {}
        super().__init__(self._page, tls=tls)

    def close(self) -> None:
        """End it."""
        super().close()
        self._passing.close()

    def _page(self, request: Request) -> Response:
        if request.path == "/probe.js":
            return Response(self.script, mimetype="text/javascript")
        if not self.markup:
            return self._passing.pass_on(request, self.inside + request.full_path, **self._told)
        page = self._passing.pass_on(request, self.inside + request.full_path, Accept_Encoding="identity", **self._told)
        page.data = page.data.replace(b"</main>", self.markup.encode() + b"</main>")
        return page
