"""The one-click way out (RFC 8058): a small web page on which POST alone acts; looking at it changes nothing.

Link scanners open every address in a mail, so GET only shows a button. A second POST is answered like the first.
It never redirects, sets no cookie, and says nothing about who the recipient is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, render_template_string, request

from mailer.hearing.effects import addressees, leave
from mailer.ledger import heard, suppressions
from mailer.ledger.opening import Ledger
from mailer.tokens import message_id_of

_PAGE = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width"><title>{{ firm }}</title>
<style>body{font:18px/1.6 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em}
button{font:inherit;padding:.6em 1.2em}</style></head>
<body><h1>{{ firm }}</h1><p>{{ words }}</p>
{% if button %}<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
<button>{{ button }}</button></form>{% endif %}</body></html>
"""

#: Language → the question, its button, the answer, and what an unknown address says.
_WORDS = {
    "en": (
        "Do you want no more mail from us?",
        "No more mail",
        "Done: you will get no more mail from us.",
        "This address is not known here. Answer any of our mails with the word “unsubscribe” instead.",
    ),
    "fr": (
        "Ne plus recevoir de messages de notre part ?",
        "Ne plus recevoir de messages",
        "C’est fait : vous ne recevrez plus de messages de notre part.",
        "Cette adresse est inconnue ici. Répondez plutôt à l’un de nos messages par le mot « désabonner ».",
    ),
    "de": (
        "Möchten Sie keine Mails mehr von uns?",
        "Keine Mails mehr",
        "Erledigt: Sie bekommen keine Mails mehr von uns.",
        "Diese Adresse ist hier nicht bekannt. Antworten Sie auf eine unserer Mails mit dem Wort „abmelden“.",
    ),
    "es": (
        "¿No quiere recibir más correos nuestros?",
        "No recibir más correos",
        "Hecho: no recibirá más correos nuestros.",
        "Esta dirección no se conoce aquí. Responda a uno de nuestros correos con la palabra «baja».",
    ),
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def way_out(ledger: Ledger, firm: str, *, now: Callable[[], datetime]) -> Flask:
    """Make the web application for a ledger; `firm` is the name on its page."""
    app = Flask("mailer.way_out")

    @app.route("/<path:path>", methods=["GET", "POST"])
    def page(path: str) -> tuple[str, int]:
        """Ask on GET, act on POST. The token is what stands behind the last slash."""
        message_id = _known(ledger, path.rpartition("/")[2])
        question, button, done, unknown = _WORDS[_language()]
        if message_id is None:
            return _rendered(firm, unknown), 404
        if request.method == "POST":
            _leave(ledger, message_id, now())
            return _rendered(firm, done), 200
        return _rendered(firm, question, button), 200

    @app.after_request
    def protected(response: Response) -> Response:
        """Keep the page out of caches, frames and other sites' reach."""
        response.headers.update(_HEADERS)
        return response

    return app


def _language() -> str:
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in wanted if language in _WORDS), "en")


def _rendered(firm: str, words: str, button: str = "") -> str:
    return render_template_string(_PAGE, language=_language(), firm=firm, words=words, button=button)


def _known(ledger: Ledger, token: str) -> str | None:
    """The mail that the token names, if it is one of ours."""
    with ledger.read() as tx:
        message_id = message_id_of(token, suppressions.salt_of(tx))
        return message_id if message_id and message_id in heard.SentIds(tx) else None


def _leave(ledger: Ledger, message_id: str, at: datetime) -> None:
    with ledger.begin() as tx:
        entry = heard.entry_of(tx, [message_id], "", at)
        if entry and entry.address:
            leave(tx, addressees(tx, entry), entry, at=at, what="one click")
