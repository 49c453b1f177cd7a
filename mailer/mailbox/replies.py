"""The text of a mail → what its sender wrote there himself: quoted mail, signature and footer cut off."""

from __future__ import annotations

import re

_WORDS_LIMIT = 600
_LINES_LIMIT = 12
#: Lines of a mail that are looked at: its writer begins at the top, or below a short quotation.
_LOOKED_AT = 150

#: A line that leads into the quoted mail, as the usual programs write it in the usual languages.
_LEADS_IN = re.compile(
    r"(?i)^[\s>]*(?:"
    r"(?:on|am|le|el|il|em|op|den|på|dne|dnia|w dniu|пн|вт|ср|чт|пт|сб|вс)\b.{4,300}"
    r"(?:wrote|writes|schrieb|a [ée]crit|escribi[oó]|ha scritto|escreveu|schreef|skrev"
    r"|napsal\(?a?\)?|napisał\(?a?\)?|пишет|написал\(?а?\)?)\b.{0,40}"
    r"|\d.{6,200}(?:wrote|schrieb|[ée]crit|пишет|написал\(?а?\)?|写道|のメール).{0,20}"
    r"|\d{4}年.{4,120}[:：]"
    r"|.{2,200}<[^<>\s]+@[^<>\s]+>.{0,40}(?:wrote|schrieb|a [ée]crit|escribi[oó]|ha scritto|escreveu"
    r"|schreef|skrev|пишет|写道)?\s*[:：]"
    r"|-{2,}\s*(?:original|ursprüngliche|message d'origine|mensaje original|messaggio originale"
    r"|mensagem original|"
    r"oorspronkelijk|forwarded|weitergeleitete|исходное|пересылаемое|original[- ]?nachricht).{0,40}-*"
    r"|_{10,}"
    r"|begin forwarded message:.*|anfang der weitergeleiteten.*"
    r")\s*$"
)
#: The first line of a quoted header block, believed only if a second header follows soon.
_FROM_LINE = re.compile(r"(?i)^[\s*>]*(?:from|von|de|da|van|от(?: кого)?|发件人|差出人|från|od)\s?\*?[:：]\*? ?\S.*$")
_HEADER_LINE = re.compile(
    r"(?i)^[\s*>]*(?:sent|date|to|subject|gesendet|datum|an|betreff|envoy[ée]|objet|à|enviado|fecha"
    r"|para|asunto|inviato|data|oggetto|"
    r"assunto|verzonden|aan|onderwerp|отправлено|дата|кому|тема|送信日時|件名|宛先|发送时间|主题)\s?\*?[:：]"
)
_SIGNATURE = re.compile(
    r"(?i)^(?:-- ?|—|sent from my .*|get outlook for .*|von meinem .{2,40}gesendet.*|gesendet von .*"
    r"|envoy[ée] de mon .*|"
    r"enviado desde mi .*|inviato da(?:l mio)? .*|enviado do meu .*|verzonden vanaf .*|отправлено с .*)$"
)


def own_lines(text: str) -> list[str]:
    """Return the lines above the quoted mail, those marked as quoted left out, to the signature."""
    lines = text.replace("\r", "").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines[:_LOOKED_AT]):
        if _SIGNATURE.match(line.strip()):
            break
        if _begins_quote(lines, number):
            if any(one.strip() for one in kept) or not _is_marked(lines, number + 1):
                break
        elif not line.lstrip().startswith(">"):
            kept.append(line.rstrip()[:2000])
    return kept


def _is_marked(lines: list[str], number: int) -> bool:
    """Whether what follows is quoted with `>`, so that an answer below it can be told apart."""
    return any(line.lstrip().startswith(">") for line in lines[number : number + 3])


def quotes(text: str) -> bool:
    """Whether the text quotes another mail."""
    lines = text.replace("\r", "").split("\n")[:_LOOKED_AT]
    return any(line.lstrip().startswith(">") or _begins_quote(lines, number) for number, line in enumerate(lines))


def _begins_quote(lines: list[str], number: int) -> bool:
    line = lines[number][:600]
    if _LEADS_IN.match(line):
        return True
    wrapped = line.rstrip() + " " + "".join(lines[number + 1 : number + 2])[:300].strip()
    if line.strip() and _LEADS_IN.match(wrapped) and not line.rstrip().endswith((".", "!", "?")):
        return True
    following = lines[number + 1 : number + 5]
    return bool(_FROM_LINE.match(line)) and sum(bool(_HEADER_LINE.match(one)) for one in following) >= 2


def first_words(text: str) -> str:
    """Join the first lines a person wrote, as one short text; "" if he wrote nothing of his own."""
    lines = [line.strip() for line in own_lines(text)]
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip())
    short = "\n".join(words.split("\n")[:_LINES_LIMIT])
    return short if len(short) <= _WORDS_LIMIT else short[:_WORDS_LIMIT].rsplit(" ", 1)[0] + " …"
