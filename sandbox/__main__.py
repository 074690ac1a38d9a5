"""`python -m sandbox`: the outside world, until it is told to stop.

Environment: PORT_BASE (8000; HTTP on base + 10, mail on base + 25), or SANDBOX_HTTP_PORT and SANDBOX_MAIL_PORT (0: any free
one), SANDBOX_HOST (127.0.0.1), SANDBOX_STATE (folder that keeps added people; unset: memory only), SANDBOX_END_WITH_STDIN
(set: stop when standard input ends, so that no test leaves a process behind), OIDC_ISSUER (the account service, which the
front page then leads to). Prints one line of JSON once it serves.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from wsgiref.types import WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox.app import create_app
from sandbox.mail import MailServer


class QuietHandler(WSGIRequestHandler):
    """Serves without a line of log for each request: an inbox page that waits asks every second."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        """Close a connection that the application cut; werkzeug by itself would wait for another request on it."""
        self.close_connection = True


def main() -> None:
    """Serve until SIGTERM or SIGINT. Exits with status 1 and a sentence when a port is in use."""
    base = int(os.environ.get("PORT_BASE", "8000"))
    host = os.environ.get("SANDBOX_HOST", "127.0.0.1")
    http_port = int(os.environ.get("SANDBOX_HTTP_PORT", base + 10))
    mail_port = int(os.environ.get("SANDBOX_MAIL_PORT", base + 25))
    state = os.environ.get("SANDBOX_STATE")
    app = create_app(state=Path(state) if state else None, doors=_doors(base))
    here = app.extensions["world"]
    try:
        mail = MailServer(here, host, mail_port)
    except OSError as error:
        sys.exit(f"sandbox: port {mail_port} (mail) cannot be used: {error.strerror}. Move all ports with PORT_BASE.")
    web = make_server(host, http_port, app, threaded=True, request_handler=QuietHandler)
    _stop_on_signal(web, here.stopping)
    mail.start()
    print(json.dumps({"url": f"http://{host}:{web.port}", "http_port": web.port, "mail_port": mail.port}), flush=True)
    web.serve_forever(poll_interval=0.1)
    mail.stop()


def _doors(base: int) -> dict[str, str] | None:
    """Where the account service and both services answer, when all were started together."""
    account = os.environ.get("OIDC_ISSUER")
    return {"account": account, "karirhub": f"http://localhost:{base + 1}", "skillhub": f"http://localhost:{base + 2}"} if account else None


def _stop_on_signal(web: BaseWSGIServer, stopping: threading.Event) -> None:
    def stop(*_: object) -> None:
        stopping.set()  # whoever dawdles wakes up
        # shutdown() waits for serve_forever(), which this very thread runs.
        threading.Thread(target=web.shutdown, daemon=True).start()

    def until_stdin_ends() -> None:
        sys.stdin.read()
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if os.environ.get("SANDBOX_END_WITH_STDIN"):
        threading.Thread(target=until_stdin_ends, daemon=True).start()


if __name__ == "__main__":
    main()
