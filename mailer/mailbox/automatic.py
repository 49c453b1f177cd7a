"""A mail → whether a program answered for an absent owner (RFC 3834, and its relatives without a header)."""

from __future__ import annotations

import re

from mailer.mailbox.mime import Mail
from mailer.mailbox.replies import own_lines, quotes

#: Header → what its value says if the mail is automatic.
_HEADERS = {
    "auto-submitted": re.compile(r"(?i)\s*auto"),
    "precedence": re.compile(r"(?i)\s*auto"),
    "x-precedence": re.compile(r"(?i)\s*auto"),
    "x-apple-action": re.compile(r"(?i)vacation"),
    "x-post-messageclass": re.compile(r"\s*9"),
    "x-autoreply": re.compile(r"(?i)(?!no\b|false)"),
    "x-autorespond": re.compile(r"(?i)(?!no\b|false)"),
    "x-autoresponder": re.compile(r"(?i)(?!no\b|false)"),
    "x-autoreply-from": re.compile(""),
    "x-mail-autoreply": re.compile(""),
    "x-vacation": re.compile(""),
    "x-auto-reply-from": re.compile(""),
    "x-facebook-notify": re.compile(""),
}
_SUBJECT = re.compile(
    r"(?i)^\s*(?:(?:re|aw|sv|antw|ant|tr|rv|res|odp|automatic|auto)\s*:\s*)?[\[(]?(?:"
    r"auto(?:matic|mated|mated)?[\s_-]?(?:re(?:ply|sponse)|answer)|auto ?:|auto(?:svar|répondeur"
    r"|responder)|automatiskt svar|automatisch|automaattinen|"
    r"out[ -]of[ -](?:the[ -])?office|ooo\b|away from (?:the |my )?(?:office|desk|mail)"
    r"|on (?:vacation|holiday|leave)|vacation|holiday (?:message|notice)|"
    r"i am (?:away|out|on)|currently (?:away|out)|away until|absence|abwesen|nicht im (?:büro|haus)|urlaub|"
    r"r[ée]ponse automatique|absen[ct]|(?:je suis )?en cong[ée]s?|hors du bureau|"
    r"respuesta autom|fuera de (?:la )?oficina|ausen(?:te|cia)|de vacaciones|"
    r"risposta automatic|fuori (?:sede|ufficio)|assente|assenza|in ferie|"
    r"resposta autom|fora do escrit|ausência|de férias|"
    r"afwezig|niet op kantoor|"
    r"автоматический ответ|автоответ|в отпуске|нет на месте|вне офиса|"
    r"自動(?:応答|返信|回答)|不在|自动(?:回复|答复)|automatyczna odpowied|poza biurem|frånvar|fravær|poissa)"
)
_TEXT = re.compile(
    r"(?i)\b(?:(?:i am|i'm|i will be|i'll be|we are|is) (?:currently |now |presently )?(?:(?:out of"
    r"|away from|not in|absent from) (?:the |my )?(?:office|desk)|on (?:annual |maternity |parental "
    r"|paternity |sick |business )?(?:leave|vacation|holidays?)|away (?:until|from|returning))"
    r"|(?:thank you|thanks) for your (?:e-?mail|message)\W+ ?(?:i am|i'm|i will be"
    r"|we are) (?:currently )?(?:out|away|on|not)"
    r"|this is an auto(?:matic|mated)[ -](?:reply|response|message)|auto(?:matic|mated) (?:reply"
    r"|response) (?:from|message)"
    r"|(?:ich bin|bin ich|ich befinde mich).{0,60}(?:nicht (?:im (?:büro|haus)|erreichbar|am platz)"
    r"|außer haus|abwesend|im urlaub|in elternzeit)|dies ist eine automatische"
    r"|(?:je suis|je serai|suis) (?:actuellement )?(?:absente?|en (?:cong[ée]s?|vacances"
    r"|d[ée]placement)|hors du bureau)|ceci est une r[ée]ponse automatique"
    r"|(?:estoy|estar[ée]|me encuentro) (?:actualmente )?(?:fuera de (?:la )?oficina|de vacaciones"
    r"|ausente)|este es un mensaje autom"
    r"|(?:sono|sar[òo]) (?:attualmente )?(?:fuori (?:sede|ufficio)|assente|in ferie)"
    r"|questa è una risposta automatica"
    r"|(?:estou|estarei) (?:atualmente )?(?:fora do escrit[óo]rio|de f[ée]rias|ausente)"
    r"|esta é uma (?:resposta|mensagem) autom"
    r"|ik ben (?:momenteel |op dit moment )?(?:afwezig|niet (?:op kantoor|aanwezig)|met (?:vakantie"
    r"|verlof))|dit is een automatisch"
    r"|(?:я )?(?:нахожусь|буду|сейчас) (?:в отпуске|вне офиса|отсутств)|меня нет (?:на месте"
    r"|в офисе)|это автоматическ"
    r")|(?:不在にして|休暇中|自動(?:返信|応答)|自动回复)"
)


def is_automatic(mail: Mail) -> bool:
    """Whether the headers or the subject say that no person wrote this mail."""
    headers = mail.headers
    if any(name in headers and pattern.match(headers[name]) for name, pattern in _HEADERS.items()):
        return True
    if headers["auto-submitted"].strip().lower() == "no":
        return False
    return bool(_SUBJECT.match(headers.readable("subject")))


def reads_as_absence(mail: Mail) -> bool:
    """Whether it comes from nobody, or quotes nothing, and begins with the usual sentence."""
    words = " ".join(" ".join(own_lines(mail.text)[:12]).split())[:600]
    if not _TEXT.search(words):
        return False
    return (
        mail.headers["return-path"].strip() == "<>"
        or "x-auto-response-suppress" in mail.headers
        or not quotes(mail.text)
    )
