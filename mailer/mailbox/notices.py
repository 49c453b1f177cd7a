"""A mail → what a server says in it about each recipient, in the standard form (RFC 3464) or in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mailer.mailbox.incoming import Action, Notice, Reason
from mailer.mailbox.mime import ADDRESS, Mail, address_in
from mailer.mailbox.phrases import pattern
from mailer.mailbox.reasons import code_in, is_hard, reason_of, status_in

#: The parts that speak to machines, of RFC 3464 and of RFC 6533.
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_LINES_LIMIT = 400
_RECIPIENTS_LIMIT = 100
_FIELDS = (
    "final-recipient",
    "original-recipient",
    "action",
    "status",
    "diagnostic-code",
    "x-actual-recipient",
    "x-powermta-bouncecategory",
)
#: A letter beyond ASCII, but for halves of one.
_LETTER = re.compile(r"\\x\{(?!D[89A-F]..\})([0-9A-F]{2,5}|10[0-9A-F]{4})\}", re.IGNORECASE)
_STATUS_FIELD = re.compile(rf"(?i)^[ \t]*({'|'.join(_FIELDS)})[ \t]*:[ \t]*(.*)$")

_MACHINES = re.compile(
    r"(?i)^(?:.{0,60}-bounces|mailer-daemon|mailerdaemon|mail-daemon|post-?master|poostmaster|mail\.delivery\.system"
    r"|mdaemon|mail-?system|noreply-?dsn|"
    r"bounces?|mail_?delivery|double-bounce|mmsc|majordomo|listserv)(?:[@+\-].*)?$"
)
_MACHINE_NAMES = re.compile(
    r"(?i)mail(?:er)?[ -]?daemon|mail deliver|delivery (?:sub)?system|postmaster|mail administrator"
    r"|content-filter|system administrator|"
    r"ndr admin|mail system|mailsystem|delivery service"
)
#: Headers that programs write.
_MACHINE_HEADERS = frozenset({"auto-submitted", "x-mlserver", "x-list-administrivia"})
#: Where the returned mail begins inside a text.
_RETURNED = re.compile(
    r"(?im)^[ \t>*]*(?:-{2,}.{0,20}(?:original message|copy of (?:the|your) message|returned message"
    r"|header of the original|message header|below this line|undelivered message|unsent message|"
    r"original mail|forwarded message|enclosed).{0,80}"
    r"|(?:below is a copy of the )?(?:original message|returned message"
    r"|message headers?)(?: headers?)?(?: follows?| is)?[ .:]*|"
    r"(?:the )?(?:original |first lines of the |headers? of the )(?:message"
    r"|original message).{0,30}(?:follow|below).{0,20}|included is a copy of .{0,40}|"
    r"message headers follow.{0,10}|received: (?:from|by) .*|return-path: ?<.*"
    r"|=+ ?original message.{0,20}|message text follows.{0,10}|"
    r"here is (?:a copy of |the )(?:first part of )?(?:your|the) message.{0,20}|-{3,} ?(?:begin"
    r"|start) of.{0,30})$"
)
_LEADING = re.compile(
    r"^[\s>*·\-]{0,12}(?:(?:unable to deliver message to"
    r"|could not (?:be )?deliver(?:ed)?(?: (?:message|mail|the message))? to|recipient(?: address)?"
    r"|(?:sent <<< |>>> )?rcpt to:?|addressed to|sent to|"
    r"failed recipient|your message to|delivery to|error delivering your mail to|e-?mail address"
    r"|user|address|empf.nger|destinataire|destinatario"
    r"|получатель|收件人(?:邮件地址)?|宛先|받는 사람)s?(?:[:：（]|[ \t])[ \t]*)?"
    rf"[\"'(\[（]?<?({ADDRESS})>?[\"')\]）]?(?=$|[\s:;,.(<]|[^\W\d_a-z])",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    rf"(?i)(?:to|for|address|recipient|mailbox|user|message|size:?|reason:?)[ \t]*:?[ \t]*[\"'(\[]?<?({ADDRESS})"
)


def is_notice(mail: Mail) -> bool:
    """Whether a mail speaks for a server: by its form, else by who sends it and how."""
    stated = mail.parameters.get("report-type", "").lower()
    if stated in {"delivery-status", "disposition-notification"}:
        return stated == "delivery-status"
    if mail.leaf(*_REPORTS) or "x-failed-recipients" in mail.headers:
        return True
    if _is_answer(mail):
        return False
    said = f"{mail.headers.readable('subject')}\n{own_text(mail)}"
    return speaks_as_machine(mail) and bool(pattern("notices", "trouble").search(said))


def _is_answer(mail: Mail) -> bool:
    """Whether a person answers, even from postmaster@: it says so, and does not come from nobody."""
    subject = mail.headers.readable("subject")
    answers = re.match(r"(?i)(?:re|aw|sv|antw|odp|rv|res|vs|fwd?|wg|tr)\s*:", subject)
    return bool(answers) and mail.headers["return-path"] != "<>"


def speaks_as_machine(mail: Mail) -> bool:
    """Whether a mail system sends it, or nobody with a status, or its subject and the rest are those of a notice."""
    sender = mail.headers.readable("from")
    if _MACHINES.match(address_in(sender)) or _MACHINE_NAMES.search(sender):
        return True
    if mail.headers["return-path"].strip() == "<>" and status_in(own_text(mail)):
        return True
    return bool(pattern("notices", "subjects").match(mail.headers.readable("subject"))) and _looks_like_one(mail)


def _looks_like_one(mail: Mail) -> bool:
    """Whether it comes from nobody, returns a mail or gives a code: people, too, write about deliveries."""
    if mail.headers["return-path"].strip() == "<>" or mail.carried or _MACHINE_HEADERS & mail.headers.names:
        return True
    return bool(_RETURNED.search(mail.text) or status_in(mail.text) or code_in(mail.text))


def own_text(mail: Mail) -> str:
    """Return what the notice says, without the mail that it returns."""
    text = mail.text
    marked = _RETURNED.search(text)
    return text[: marked.start()] if marked else text


def notices_in(mail: Mail) -> tuple[Notice, ...]:
    """Read everything a notice says, one value for each recipient; empty if it cannot be understood."""
    found = _by_fields(mail) or _by_words(mail)
    if not found and speaks_as_machine(mail):
        inner = next((one for one in mail.walk() if one.leaf(*_REPORTS)), None)
        found = _by_fields(inner) if inner else _by_transcript(mail)
    return tuple(found[:_RECIPIENTS_LIMIT])


def _by_fields(mail: Mail) -> list[Notice]:
    machine = mail.leaf(*_REPORTS)
    spoken = own_text(mail)
    blocks = list(_blocks(machine or spoken)) or list(_blocks(spoken))
    said = {_recipient(block): block for block in reversed(blocks) if _recipient(block)}
    return [_from_block(block, spoken, len(said)) for block in reversed(said.values())]


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Yield the groups of fields about one recipient each; a field that comes again begins the next group."""
    block: dict[str, str] = {}
    field = ""
    for line in text.split("\n"):
        if match := _STATUS_FIELD.match(line[:2000]):
            field = match[1].lower()
            if field in block:
                yield block
                block = {}
            block[field] = match[2].strip()
        elif line[:1] in {" ", "\t"} and line.strip() and field:
            block[field] = (block[field] + " " + line.strip())[:2000]
        else:
            field = ""
            if not line.strip() and _recipient(block):
                yield block
                block = {}
    if _recipient(block):
        yield block


def _recipient(block: dict[str, str]) -> str:
    found = (_address_of(block, field) for field in ("final-recipient", "x-actual-recipient", "original-recipient"))
    return next(filter(None, found), "")


def _address_of(block: dict[str, str], field: str) -> str:
    """The address in "rfc822; bob@x.example", or in "utf-8; …" with letters as RFC 6533 section 3 writes them."""
    kind, _, written = block.get(field, "").rpartition(";")
    if kind.strip().lower() == "utf-8":
        written = _LETTER.sub(lambda found: chr(int(found[1], 16)), written)
    return address_in(written)


def _from_block(block: dict[str, str], spoken: str, count: int) -> Notice:
    recipient = _recipient(block)
    diagnostic = block.get("diagnostic-code", "").partition(";")[2].strip() or block.get("diagnostic-code", "")
    beside = spoken if count == 1 else _paragraph_about(recipient, spoken)
    words = diagnostic or block.get("status", "").partition(" ")[2] + "\n" + beside
    status = status_in(block.get("status", ""))
    inner = status_in(diagnostic)
    if inner and (not status or status.endswith((".0", ".0.0")) or status[2:] == "5.0"):
        status = inner
    context = beside + block.get("x-powermta-bouncecategory", "")
    notice = _notice(recipient, status, words, _action(block, status), context)
    if notice.reason is Reason.UNSAID and beside:
        notice = _notice(recipient, status, words + "\n" + beside, notice.action, context)
    original = _address_of(block, "original-recipient")
    return replace(notice, original_recipient=original if original != recipient else "")


def _action(block: dict[str, str], status: str) -> Action:
    said = block.get("action", "").lower()
    if said.startswith("delayed"):
        return Action.DELAYED
    if said.startswith(("delivered", "relayed", "expanded")) or (not said and status.startswith("2")):
        return Action.ARRIVED
    return Action.FAILED


def _paragraph_about(recipient: str, spoken: str) -> str:
    """Find the lines of the text part from the recipient on, to the next blank line."""
    at = spoken.lower().find(recipient)
    return re.split(r"\n\s*\n", spoken[at : at + 1200])[0] if at >= 0 else ""


def _by_words(mail: Mail) -> list[Notice]:
    text = own_text(mail)
    delayed = _is_delayed(text, mail)
    named = list(dict.fromkeys(_named_in_headers(mail)))
    found = _sections(text, frozenset(named)) or dict.fromkeys(named, text)
    if not found and speaks_as_machine(mail):
        found = dict.fromkeys(_mentioned(text), text)
    action = Action.DELAYED if delayed else Action.FAILED
    return [_notice(address, status_in(words), _best(words, text), action) for address, words in found.items()]


def _is_delayed(text: str, mail: Mail) -> bool:
    return bool(pattern("notices", "delayed").search(f"{mail.headers.readable('subject')}\n{text}"))


def _best(words: str, text: str) -> str:
    """Choose the words about one recipient; where they give no reason, all the words of the notice."""
    return words if reason_of(status_in(words), words) is not Reason.UNSAID else text


def _named_in_headers(mail: Mail) -> Iterator[str]:
    for value in mail.headers.all("x-failed-recipients"):
        yield from (address for piece in value.split(",") if (address := address_in(piece)))


def _sections(text: str, named: frozenset[str]) -> dict[str, str]:
    """Map each recipient to the words that follow it, for each line that begins with an address."""
    sections: dict[str, str] = {}
    address = ""
    for line in text.split("\n")[:_LINES_LIMIT]:
        match = _LEADING.match(line[:1000])
        leading = match[1].strip(".").lower() if match else ""
        if leading and leading != address and (not named or leading in named) and _is_recipient(leading):
            address = leading
        if address:
            sections[address] = (sections.get(address, "") + line + "\n")[:4000]
    return sections


def _is_recipient(address: str) -> bool:
    return not _MACHINES.match(address) and "." in address.rpartition("@")[2]


def _mentioned(text: str) -> list[str]:
    found = (match[1].strip(".").lower() for match in _ANYWHERE.finditer(text[:8000]))
    return [address for address in dict.fromkeys(found) if _is_recipient(address)][:3]


def _by_transcript(mail: Mail) -> list[Notice]:
    """Take the recipient of the one mail that is returned, when the notice itself names nobody."""
    spoken = own_text(mail)
    inner = next(iter(mail.carried), None)
    listed = re.search(r"(?im)^to:[ \t]*(\S+@\S+)", mail.text)
    recipient = inner.headers.address("to") if inner else address_in(listed[1]) if listed else ""
    action = Action.DELAYED if _is_delayed(spoken, mail) else Action.FAILED
    return [_notice(recipient, status_in(spoken), spoken, action)] if recipient else []


def _notice(recipient: str, status: str, words: str, action: Action, context: str = "") -> Notice:
    code = code_in(words)
    status = status or status_in(words)
    reason = reason_of(status, words)
    hard = action is Action.FAILED and is_hard(status, code, reason, words + context)
    return Notice(recipient, action, reason, hard, status, code, " ".join(words.split())[:500])
