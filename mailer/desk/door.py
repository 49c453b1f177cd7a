"""Who may talk to the desk: the browser that was let in by its link, from the desk's own pages, and nobody else.

Every request passes here before any page is found, so that no spelling of a path leads around it.
"""

from __future__ import annotations

import hmac
import secrets

from flask import Flask, Response, abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

MEGABYTE = 1024 * 1024
#: The largest request, in bytes: an edited mail is far smaller.
BODY_LIMIT = MEGABYTE
#: The largest workbook that may be dropped.
BOOK_LIMIT = 30 * MEGABYTE
#: Methods that change nothing.
READS = frozenset({"GET", "HEAD"})
#: What may be asked for before the link was used: the link itself, the stylesheet and the script.
OPEN = frozenset({"open", "static"})
#: What a browser may say of where a request comes from: our own page, or the address bar.
OURS = frozenset({"same-origin", "none"})

#: The frames that show mail inherit this: nothing is fetched, no script runs. A mail's own styles may show.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Door:
    """The link that lets one browser in, once, and what every later request must show."""

    def __init__(self, port: int) -> None:
        self._token: str | None = secrets.token_urlsafe(32)
        #: The only names the desk answers to: a foreign name that points here is a rebinding.
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self.origins = frozenset(f"http://{host}" for host in self.hosts)
        self.link = f"http://127.0.0.1:{port}/open/{self._token}"

    def guard(self, app: Flask) -> None:
        """Stand before and behind every request of the app."""
        app.before_request(self._check)
        app.after_request(_seal)
        app.add_url_rule("/open/<token>", "open", self._open)
        app.context_processor(lambda: {"nonce": g.nonce, "form_token": session.get("form_token", "")})

    def _check(self) -> None:
        g.nonce = secrets.token_urlsafe(16)
        if request.headers.get("Host", "") not in self.hosts:
            abort(403, "The desk answers only on its own address.")
        if request.headers.get("Origin", next(iter(self.origins))) not in self.origins:
            abort(403, "Another page may not use the desk.")
        if request.headers.get("Sec-Fetch-Site", "none") not in OURS:
            abort(403, "Another page may not use the desk.")
        if request.endpoint in OPEN:
            return
        if request.endpoint == "drop":
            request.max_content_length = BOOK_LIMIT
        if "form_token" not in session:
            abort(401, "The desk opens with the link that was printed when it was started.")
        if request.method not in READS and not _is_same(request.form.get("form_token", ""), session["form_token"]):
            abort(403, "This page is too old to be used. Load it again.")

    def _open(self, token: str) -> AnyResponse:
        """Let the first browser in that shows the token; the address then no longer carries it."""
        if "form_token" not in session:
            if self._token is None or not _is_same(token, self._token):
                abort(401, "This link was used already, or is not the desk's. Start the desk again for a new one.")
            self._token = None
            session["form_token"] = secrets.token_urlsafe(32)
        return redirect(url_for("today"), 303)


def _is_same(said: str, expected: str) -> bool:
    return hmac.compare_digest(said.encode(), expected.encode())


def _seal(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=g.get("nonce", ""))
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
