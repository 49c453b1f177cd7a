"""Mails that come back, made here in every class, form and language; each says how it must be understood."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.mailbox import Kind, Known

OURS = "<0123456789abcdef0123456789abcdef@harbourvale.example>"
US = "ada@harbourvale.example"
BOB = "bob@client.example"
#: More of them, form by form.
_NOTICES = Path(__file__).with_name("notices.toml")
#: And more answers.
_ANSWERS = Path(__file__).with_name("answers.toml")
KNOWN = Known(message_ids=frozenset({OURS}), written_to=frozenset({BOB}), own=frozenset({US}))


@dataclass(frozen=True)
class Made:
    """One mail and what it is."""

    name: str
    kind: Kind
    content: bytes
    #: For a notice: whether Bob's address is dead.
    is_hard: bool = False
    #: Whether it is about us at all.
    is_ours: bool = True


def mail(text: str, *, sender: str = BOB, subject: str = "Re: Thank you", **headers: str) -> bytes:
    """A plain mail; a header's name is written with underscores, and "" leaves a default out."""
    fields = {"From": sender, "To": US, "Subject": subject, "Message-ID": "<reply@client.example>"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    fields.setdefault("Content-Type", "text/plain; charset=utf-8")
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"{head}\n{text}\n".encode()


ORIGINAL = f"Message-ID: {OURS}\nFrom: Ada Obi <{US}>\nTo: {BOB}\nSubject: Thank you\n\nThank you, Bob.\n"


def report(text: str, fields: str, *, sender: str = "MAILER-DAEMON@mx.example", returned: str = ORIGINAL) -> bytes:
    """A notice in the standard form (RFC 3464)."""
    body = (
        f"--b1\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{fields}\n"
        f"--b1\nContent-Type: message/rfc822\n\n{returned}\n--b1--\n"
    )
    return mail(
        body,
        sender=sender,
        subject="Undelivered Mail Returned to Sender",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b1"',
    )


def failed(status: str, diagnostic: str = "", *, action: str = "failed", recipient: str = BOB) -> bytes:
    """A standard notice about one recipient."""
    fields = f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
    return report(
        "This is the mail system at mx.example.",
        fields + (f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""),
    )


def words(text: str, *, mark: str = "--- Below this line is a copy of the message.", **headers: str) -> bytes:
    """A notice without any standard form: words, a mark, the returned mail."""
    defaults = {"sender": "MAILER-DAEMON@mx.example", "subject": "failure notice", "Message_ID": "<n@mx.example>"}
    return mail(f"{text}\n\n{mark}\n\n{ORIGINAL}", **defaults | headers)


_STANDARD = (
    ("no such person", "5.1.1", "550 5.1.1 <bob@client.example>: Recipient address rejected: User unknown", True),
    ("bad destination address", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
    ("host not found", "5.4.4", "Host or domain name not found. Name service error: Host not found", True),
    ("no mail exchanger", "5.1.2", "550 5.1.2 no MX for client.example", True),
    ("mailbox disabled", "5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", True),
    ("moved", "5.1.6", "551 5.1.6 User has moved", True),
    ("generic status, told at RCPT", "5.0.0", "550 no such user here (in reply to RCPT TO command)", True),
    ("mailbox full", "5.2.2", "552 5.2.2 <bob@client.example>: mailbox full", False),
    ("full, with the wrong status", "5.1.1", "550 5.1.1 user is over quota", False),
    ("time ran out", "4.4.1", "connect to mx.client.example: Connection timed out", False),
    ("temporary though final", "4.1.1", "450 4.1.1 user unknown, try later", False),
    ("spam filter", "5.7.1", "550 5.7.1 Message rejected as spam", False),
    ("block list", "5.1.3", "553 5.1.3 192.0.2.1 blocked, see https://www.spamhaus.org/query", False),
    ("DMARC", "5.7.26", "550 5.7.26 Unauthenticated email from harbourvale.example is not accepted", False),
    ("SPF", "5.7.23", "550 5.7.23 SPF check failed", False),
    ("sender's domain", "5.1.8", "553 5.1.8 Domain of sender address does not exist", False),
    ("too large", "5.3.4", "552 5.3.4 message size exceeds fixed limit", False),
    ("virus", "5.6.0", "554 5.6.0 virus found", False),
    ("server fault", "5.3.0", "554 5.3.0 local configuration error", False),
    ("no reason", "5.0.0", "", False),
    ("mailbox unavailable", "5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", True),
    ("refused at the edge", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", True),
    ("domain unknown to Microsoft", "5.4.310", "DNS domain client.example does not exist", True),
    ("takes no mail at all", "5.1.10", "556 5.1.10 Recipient address has null MX", True),
    ("group without outsiders", "5.7.133", "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", False),
    (
        "too much mail at once",
        "5.2.1",
        "550-5.2.1 The user you are trying to contact is receiving mail at a rate",
        False,
    ),
    ("our own daily limit", "5.1.90", "You've reached your daily limit for message recipients", False),
    ("loop", "5.4.14", "Hop count exceeded - possible mail loop", False),
    ("no such user after DATA", "5.0.0", "554 rejected: user unknown (in reply to end of DATA)", False),
)


def standard_notices() -> Iterator[Made]:
    """RFC 3464 with the statuses that matter."""
    for name, status, diagnostic, hard in _STANDARD:
        yield Made(f"standard: {name}", Kind.NOTICE, failed(status, diagnostic), hard)
    yield Made("standard: delayed", Kind.NOTICE, failed("4.4.1", "timed out", action="delayed"))
    yield Made("standard: arrived", Kind.NOTICE, failed("2.0.0", "250 ok", action="delivered"))


def _worded(one: dict[str, Any]) -> bytes:
    sender = one.get("from", "MAILER-DAEMON@mx.example")
    mark = one.get("mark", "--- Below this line is a copy of the message.")
    return words(
        one["text"], mark=mark, sender=sender, subject=one.get("subject", "Undelivered Mail"), Return_Path="<>"
    )


def worded_notices() -> Iterator[Made]:
    """The forms without any standard, of many mail systems and in many languages."""
    for one in tomllib.loads(_NOTICES.read_text(encoding="utf-8"))["notice"]:
        yield Made(f"words: {one['name']}", Kind.NOTICE, _worded(one), one["hard"])
    yield Made(
        "words: failed recipients in a header",
        Kind.NOTICE,
        words("It failed permanently. 550 5.1.1 no such user", X_Failed_Recipients=BOB),
        is_hard=True,
    )


_ABSENT = (
    ("English", "Automatic reply: Thank you", "I am out of the office until 5 May 2027."),
    ("English, by its subject", "Out of Office: back soon", "Back in a while."),
    ("German", "Automatische Antwort: Danke", "Ich bin bis zum 5. Mai 2027 nicht im Büro."),
    ("German, another", "Abwesenheitsnotiz", "Ab dem 05.05.2027 bin ich wieder da."),
    ("French", "Réponse automatique : Merci", "Je suis absente jusqu'au 5 mai 2027."),
    ("Spanish", "Respuesta automática", "Estaré fuera de la oficina hasta el 5 de mayo de 2027."),
    ("Italian", "Risposta automatica", "Sono in ferie fino al 5 maggio 2027."),
    ("Portuguese", "Resposta automática", "Estou de férias até 5 de maio de 2027."),
    ("Dutch", "Automatisch antwoord", "Ik ben afwezig tot 5 mei 2027."),
    ("Russian", "Автоматический ответ", "Я в отпуске до 5 мая 2027."),
    ("Japanese", "自動応答", "2027年5月5日まで不在にしております。"),
)


def automatic_mails() -> Iterator[Made]:
    """Absence notes: by header, by subject, by their words alone."""
    for name, subject, text in _ABSENT:
        yield Made(f"absent: {name}", Kind.AUTOMATIC, mail(text, subject=subject, In_Reply_To=OURS))
    for header, value in (
        ("Auto_Submitted", "auto-replied"),
        ("X_Autoreply", "yes"),
        ("Precedence", "auto_reply"),
        ("X_Apple_Action", "vacation"),
        ("X_POST_MessageClass", "9; Autoresponder"),
    ):
        yield Made(f"absent: by {header}", Kind.AUTOMATIC, mail("Back on 5 May 2027.", **{header: value}))
    for text in ("I am currently out of the office.", "Ich bin im Urlaub.", "Je suis actuellement en congé."):
        yield Made(f"absent: {text}", Kind.AUTOMATIC, mail(text, subject="Thank you", Return_Path="<>"))


_REPLIES = (
    ("English", f"Thank you, Ada!\n\nOn Mon, 2 Nov 2026 at 10:00, Ada Obi <{US}> wrote:\n> Thank you, Bob."),
    ("German", f"Vielen Dank!\n\nAm 02.11.2026 um 10:00 schrieb Ada Obi <{US}>:\n> Thank you, Bob."),
    ("French", f"Merci !\n\nLe lun. 2 nov. 2026 à 10:00, Ada Obi <{US}> a écrit :\n> Thank you, Bob."),
    ("Spanish", f"¡Gracias!\n\nEl lun, 2 nov 2026 a las 10:00, Ada Obi (<{US}>) escribió:\n> Thank you, Bob."),
    ("Italian", f"Grazie!\n\nIl giorno lun 2 nov 2026 alle ore 10:00 Ada Obi <{US}> ha scritto:\n> Thank you."),
    ("Portuguese", f"Obrigado!\n\nEm seg., 2 de nov. de 2026 às 10:00, Ada Obi <{US}> escreveu:\n> Thank you."),
    ("Dutch", f"Dank je!\n\nOp ma 2 nov 2026 om 10:00 schreef Ada Obi <{US}>:\n> Thank you, Bob."),
    ("Russian", f"Спасибо!\n\nпн, 2 нояб. 2026 г. в 10:00, Ada Obi <{US}>:\n> Thank you, Bob."),
    (
        "Outlook",
        f"Thanks!\n\n________________________________\nFrom: Ada Obi <{US}>\nSent: Monday\nTo: Bob\nSubject: x\n\nHi",
    ),
)


def replies() -> Iterator[Made]:
    """People answering, also those who talk about bounces, absences and lists."""
    for name, text in _REPLIES:
        yield Made(f"reply: {name}", Kind.REPLY, mail(text, In_Reply_To=OURS))
    yield Made(
        "reply: quotes a bounce",
        Kind.REPLY,
        mail(
            "Ada, your mail to Carol came back to me, here it is:\n\n> <carol@other.example>: 550 5.1.1 User unknown\n"
            "> Final-Recipient: rfc822; carol@other.example\n> Action: failed\n> Status: 5.1.1",
            subject="Re: Undelivered Mail Returned to Sender",
        ),
    )
    yield Made(
        "reply: forwards a bounce as it is",
        Kind.REPLY,
        mail(
            "--o1\nContent-Type: text/plain\n\nLook what I got.\n--o1\nContent-Type: message/rfc822\n\n"
            + failed("5.1.1", "550 user unknown", recipient="carol@other.example").decode()
            + "\n--o1--\n",
            Content_Type="multipart/mixed; boundary=o1",
        ),
    )
    yield Made(
        "reply: speaks of an absence",
        Kind.REPLY,
        mail(
            f"Lovely. I am out of the office until Monday, let us talk then.\n\nOn Monday, Ada <{US}> wrote:\n> Hi",
            In_Reply_To=OURS,
        ),
    )
    yield Made(
        "reply: speaks of a list",
        Kind.REPLY,
        mail("Thank you so much! By the way, please do not unsubscribe me from anything, I enjoy your letters."),
    )
    yield Made(
        "reply: from postmaster", Kind.REPLY, mail("Thanks!", sender="postmaster@client.example", In_Reply_To=OURS)
    )
    html = f'<p>So kind of you.</p><blockquote type="cite"><p>{US} wrote</p></blockquote>'
    yield Made("reply: HTML only", Kind.REPLY, mail(html, Content_Type="text/html; charset=utf-8"))
    encoded = base64.b64encode("Merci à vous".encode("cp1252")).decode()
    yield Made(
        "reply: base64 and an old charset",
        Kind.REPLY,
        mail(encoded, Content_Type="text/plain; charset=windows-1252", Content_Transfer_Encoding="base64"),
    )


def wishes() -> Iterator[Made]:
    """People who want no more mail: by a button, or in their own words."""
    yield Made("leaving: by a button", Kind.UNSUBSCRIBE, mail("", subject="unsubscribe", Auto_Submitted="auto-replied"))
    yield Made("leaving: with a token", Kind.UNSUBSCRIBE, mail("", subject="Unsubscribe eyJhbGciOi.abc-DEF_012345"))
    for wish in (
        "Please remove me from your list.",
        "Bitte keine weiteren Mails.",
        "Merci de ne plus m'écrire.",
        "Por favor darme de baja",
        "Non scrivetemi più, grazie",
        "Remover",
        "Uitschrijven a.u.b.",
        "Отпишите меня",
    ):
        yield Made(f"leaving: {wish}", Kind.UNSUBSCRIBE, mail(wish, In_Reply_To=OURS))


def feedback(kind: str, *, part: str = ORIGINAL) -> bytes:
    """A report in the standard form (RFC 5965)."""
    body = (
        "--f1\nContent-Type: text/plain\n\nThis is an email abuse report.\n"
        "--f1\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: <{BOB}>\n\n"
        f"--f1\nContent-Type: message/rfc822\n\n{part}\n--f1--\n"
    )
    return mail(
        body,
        sender="fbl@provider.example",
        subject="FW: Thank you",
        Content_Type='multipart/report; report-type=feedback-report; boundary="f1"',
    )


def complaints() -> Iterator[Made]:
    """Complaints, and the machine reports that look like them."""
    yield Made("complaint: abuse", Kind.COMPLAINT, feedback("abuse"))
    yield Made("complaint: opt-out", Kind.COMPLAINT, feedback("opt-out"))
    yield Made("report: DMARC", Kind.REPORT, feedback("auth-failure"))
    yield Made("report: not spam", Kind.REPORT, feedback("not-spam"))
    digest = "Report Domain: harbourvale.example Submitter: provider.example Report-ID: <2026.11.21>"
    yield Made(
        "report: of a day",
        Kind.REPORT,
        mail("See the file.", sender="dmarc@provider.example", subject=digest),
        is_ours=False,
    )
    inner = f"X-HmXmrOriginalRecipient: {BOB}\n{ORIGINAL}"
    yield Made(
        "complaint: Microsoft's older form",
        Kind.COMPLAINT,
        mail(
            f"--m1\nContent-Type: message/rfc822\n\n{inner}\n--m1--\n",
            sender="staff@hotmail.com",
            subject="complaint about message from 192.0.2.1",
            Content_Type="multipart/mixed; boundary=m1",
        ),
    )


def strangers() -> Iterator[Made]:
    """Mails that are not about us, or only pretend to be."""
    stranger = "eve@elsewhere.example"
    yield Made("other: a newsletter", Kind.OTHER, mail("Offers!", sender=stranger, subject="News"), is_ours=False)
    yield Made("other: names Bob", Kind.OTHER, mail(f"{BOB}: user unknown", sender=stranger), is_ours=False)
    theirs = ORIGINAL.replace(OURS, "<not-ours@elsewhere.example>")
    fields = f"Final-Recipient: rfc822; {BOB}\nAction: failed\nStatus: 5.1.1\n"
    yield Made("notice: of somebody else's mail", Kind.NOTICE, report("x", fields, returned=theirs), True, False)
    yield Made("notice: forged, without our id", Kind.NOTICE, report("x", fields, returned=""), True, False)


def answers() -> Iterator[Made]:
    """Absences in many languages, filters, desks and lists; and people whose words merely sound like them."""
    for one in tomllib.loads(_ANSWERS.read_text(encoding="utf-8"))["answer"]:
        kind = Kind(one["kind"])
        content = mail(one["text"], subject=one["subject"], **one.get("headers", {}))
        yield Made(f"{kind}: {one['name']}", kind, content)
    yield Made("opened: a receipt", Kind.OPENED, receipt())
    yield Made("reply: an invitation accepted", Kind.REPLY, acceptance())


def receipt() -> bytes:
    """What a mail program writes when it shows a mail (RFC 8098)."""
    body = (
        "--r1\nContent-Type: text/plain\n\nYour message was displayed.\n"
        "--r1\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822;{BOB}\nOriginal-Message-ID: {OURS}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--r1--\n"
    )
    form = "multipart/report; report-type=disposition-notification; boundary=r1"
    return mail(body, subject="Read: Thank you", Content_Type=form, In_Reply_To=OURS)


def acceptance() -> bytes:
    """What a calendar sends when its owner accepts; marked as automatic, though a person pressed the button."""
    body = (
        "--c1\nContent-Type: text/plain\n\nBob has accepted this invitation.\n"
        "--c1\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n--c1--\n"
    )
    form = "multipart/alternative; boundary=c1"
    return mail(body, subject="Accepted: Lunch", Content_Type=form, Auto_Submitted="auto-generated")


def every_mail() -> Iterator[Made]:
    """All of them."""
    for maker in (standard_notices, worded_notices, automatic_mails, replies, answers, wishes, complaints, strangers):
        yield from maker()
