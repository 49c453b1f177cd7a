"""A mail → whether its sender asks for no more mail, by a button in his mail program or in his own words."""

from __future__ import annotations

import re

from mailer.mailbox.mime import Mail
from mailer.mailbox.replies import first_words

_WISH = (
    r"(?:please )?(?:unsubscribe|un-subscribe|opt[ -]?out|remove me|take me off|stop (?:e-?mailing"
    r"|writing|sending)|"
    r"(?:do not|don'?t) (?:e-?mail|write|contact|send)|no more (?:e-?)?mails?)|"
    r"(?:bitte )?(?:abmelden|abbestellen|austragen|keine (?:weiteren )?(?:e-?)?mails?)|"
    r"(?:merci de )?(?:(?:se |me )?d[ée]sabonner|d[ée]sinscri\w+|d[ée]sinscrire|ne plus (?:m'"
    r"|me )?(?:[ée]crire|envoyer|contacter))|"
    r"(?:por favor )?(?:dar(?:me)? de baja|darse de baja|cancelar (?:la )?suscripci[oó]n"
    r"|no (?:me )?env[ií]en? m[aá]s)|"
    r"(?:annulla l'iscrizione|cancellami|disiscriv\w+|non (?:mi )?(?:scriv|invi)\w+ pi[uù])|"
    r"(?:cancelar (?:a )?(?:inscri[cç][aã]o|subscri[cç][aã]o)|descadastr\w+|remover(?:-me)?"
    r"|n[aã]o (?:me )?envi\w+ mais)|"
    r"(?:uitschrijven|afmelden|geen (?:e-?)?mails? meer)|"
    r"(?:отписаться|отпишите|отписка|не (?:пишите|присылайте))|(?:配信停止|登録解除|退订|取消订阅)|(?:wypisz"
    r"|avregistrera|afmeld)\w*"
)
#: A subject that is nothing but the wish, perhaps with our token behind it.
_SUBJECT = re.compile(rf"(?i)\s*(?:{_WISH})(?: me)?[\s.!:]*(?:[\w.=-]{{0,200}})\s*")
#: A first line that is the wish and little more.
_LINE = re.compile(rf"(?i)\W*(?:{_WISH})\b")
_LINE_LIMIT = 120
_TOKEN = re.compile(r"(?i)unsubscribe[\s:]+([\w.=-]{16,300})")


def is_exact(mail: Mail) -> bool:
    """Whether a mail program wrote the wish for its user: the subject is the wish and nothing else."""
    return "x-apple-unsubscribe" in mail.headers or bool(_SUBJECT.fullmatch(mail.headers.readable("subject")))


def is_wish(mail: Mail) -> bool:
    """Whether a person's own words are the wish and little more; thanks with a remark about lists are not."""
    words = first_words(mail.text)
    return len(words) <= _LINE_LIMIT and bool(_LINE.match(words))


def token_in(mail: Mail) -> str:
    """Find the token that our List-Unsubscribe address put into the subject, "" if there is none."""
    match = _TOKEN.search(mail.headers.readable("subject"))
    return match[1] if match else ""
