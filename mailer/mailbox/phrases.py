"""The words by which servers say why a mail did not arrive: a pattern for each reason, in the order of trying.

First what speaks about us or about room, then rules and switched-off mailboxes, then "no such person", since
notices of the first kinds often name the person as well. Addresses and host names are taken out before.
"""

from __future__ import annotations

import re

from mailer.mailbox.incoming import Reason


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


PERSON = r"(?:user|recipient|mailbox|address|account|destinat\w+|inbox|alias|local.?part|addressee|e-?mail)"
_BOX = r"(?:mail ?box|inbox|account|user|recipient)"
_OFF = r"(?:disabled|suspended|inactive|deactivated|locked|not active|closed|frozen|terminated)"

PHRASES: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.NO_HOST,
        _any(
            r"account or domain may not exist",
            r"all relevant mx records",
            r"null ?mx",
            r"unrouteable (?:mail )?domain",
        ),
    ),
    (
        Reason.AUTHENTICATION,
        _any(
            r"\bdmarc\b",
            r"\bdkim\b",
            r"\bspf\b",
            r"sender policy framework",
            r"\bunauthenticated",
            r"not pass(?:ing|ed)? (?:domain |sender |the )?(?:authentication|verification)",
            r"spoof",
            r"sender ?id\b",
            r"purported responsible",
            r"sender authentication",
        ),
    ),
    (
        Reason.FULL,
        _any(
            _BOX + r".{0,40}\bfull\b",
            _BOX + r".{0,60}(?:exceed|over (?:its|the|quota|limit)|out of|beyond)",
            r"(?:over|exceed\w*|out of|beyond|above|reached|no).{0,30}\b(?:quota|storage|disk ?space)\b",
            r"\bquota\b.{0,40}(?:exceed|over|reached|full|violation)",
            r"\bover.?quota\b",
            r"(?:not enough|insufficient).{0,30}(?:space|storage|quota|room)",
            r"mailbox size limit",
            r"no space left",
            r"exceeds? allowed size",
            r"user has exhausted",
            r"\btoo full\b",
            r"postfach.{0,40}\bvoll",
            r"bo[iî]te.{0,40}pleine",
            r"buz[oó]n.{0,40}llen",
            r"casella.{0,40}piena",
            r"caixa.{0,40}cheia",
            r"postvak.{0,30}\bvol\b",
            r"ящик.{0,40}переполнен",
            r"ディスク容量",
            r"容量.{0,12}(?:超|不足|オーバ)",
            r"邮箱.{0,10}满",
        ),
    ),
    (
        Reason.SENDER,
        _any(
            r"sender(?:'s)? (?:e-?mail )?(?:address|domain)\b.{0,90}(?:reject|denied|refus|exist"
            r"|invalid|unknown"
            r"|not found|could not|does ?n[o']t|block|verif|malformed)",
            r"(?:unknown|invalid|bad) sender",
            r"sender (?:was |is |has been )?(?:rejected|denied|refused|blocked|not allowed|unknown"
            r"|invalid)",
            r"domain of sender",
            r"sender verif",
            r"from address.{0,40}(?:reject|invalid|not allowed|does)",
            r"\bnot (?:a )?member",
            r"only members? (?:can|may)",
            r"not (?:have )?permission to (?:post|send)",
            r"invalid (?:mail )?from\b",
        ),
    ),
    (
        Reason.RATE,
        _any(
            r"too many (?:connection|message|mail|recipient|session|concurrent|error|invalid|smtp)",
            r"rate.?limit",
            r"throttl",
            r"too (?:quickly|fast)\b",
            r"connection (?:rate|frequency|limit)",
            r"frequency limit",
            r"(?:daily|hourly|sending).{0,20}(?:quota|limit)",
            r"(?:rate|count|quantity|number of (?:messages|connections)).{0,30}(?:exceed|limit)",
            r"unusual rate",
            r"excessive (?:volume|rate)",
        ),
    ),
    (
        Reason.POLICY,
        _any(
            r"spam",
            r"(?:block|black|deny)[ -]?list",
            r"\b(?:dns)?[rdp]?bl\b",
            r"barracuda",
            r"abuseat|spamcop|spamhaus",
            r"reputation",
            r"\bblocked (?:using|by|due|for|because|see|-)",
            r"(?:ip|host|message|mail|connection|e-?mail|was|been|temporarily)(?: \S{0,40})? blocked",
            r"\bblocked\b.{0,3}$",
            r"\bbanned\b",
            r"client host",
            r"access (?:was )?denied",
            r"reverse (?:dns|hostname|lookup)",
            r"\bptr\b",
            r"\brdns\b",
            r"client ip",
            r"\bpolic(?:y|ies)\b",
            r"\bbulk\b",
            r"\bjunk\b",
            r"unsolicited",
            r"not (?:been )?(?:authori[sz]ed|allowed to send)",
            r"notauthorized",
            r"only accept\w* mail from",
            r"relay(?:ing)?\b.{0,20}(?:permitted|denied|allowed|prohibit|attempt|restrict)",
            r"(?:unable|not permitted|not allowed|refus\w+|not|cannot|can't) (?:to )?relay",
            r"rejected by (?:the )?(?:filter|user|content)",
            r"user reject",
            r"\bfiltered\b",
            r"gr[ea]y.?list",
            r"permission denied",
            r"suspicious",
            r"restricted",
            r"administrative(?:ly)?.{0,12}prohibit",
            r"not accept\w* (?:mail|e-?mail|messages?) from",
            r"mail rejet",
            r"refused by .{0,30}filter",
            r"\b(?:helo|ehlo)\b.{0,40}(?:reject|invalid|not|bad|required)",
            r"your (?:ip|host|server).{0,60}(?:reject|refus|denied|block)",
        ),
    ),
    (
        Reason.DISABLED,
        _any(
            r"(?:user|recipient|mailbox|account|address|inbox)(?:\(s\))?\b.{0,60}\b(?:currently )?" + _OFF,
            r"\b(?:disabled|suspended|inactive|deactivated|expired|locked|closed)\s+(?:e-?mail )?" + PERSON,
            r"extended inactivity",
            r"account.{0,20}expired",
            r"not been activated",
            r"out of service",
            r"user is not accepting mail",
            r"deaktiviert",
            r"gesperrt",
            r"заблокирован",
        ),
    ),
    (
        Reason.MOVED,
        _any(
            r"(?:user|recipient|person|mailbox|account)\b.{0,30}\bmoved\b",
            r"has been (?:replaced|changed) (?:by|to)",
            r"no longer (?:at|with|employed|works)",
        ),
    ),
    (
        Reason.NO_PERSON,
        _any(
            PERSON + r"(?:\(s\)|s|'s)?\b.{0,90}(?:unknown|not (?:be )?(?:found|exist|valid|known|listed|recogni"
            r"[sz]ed|registered|available|a (?:valid|known|local|registered))|does ?n[o']t exist"
            r"|do not exist"
            r"|invalid|unroute?able|no longer (?:valid|available|exist|in use|active)|wasn.t found"
            r"|couldn.t be found|non.?exist|is not local|not (?:on|in) (?:this|our|the)|illegal"
            r"|lookup failed)",
            r"(?:unknown|no such|invalid|non-?exist\w*|unroute?able|illegal|bad|not a valid|no valid"
            r"|not a known"
            r"|incorrect|not our|undefined|unrecogni[sz]ed|wrong)\s+(?:(?:or|local|virtual"
            r"|destination|mail|e-?mail"
            r"|illegal|recipient|destination's|smtp)\s+){0,3}" + PERSON,
            r"(?:unknown|no such|not our) (?:customer|person|one|name|local)",
            r"recip(?:ient)?notfound",
            r"nobody (?:here|by that name)",
            r"no (?:mailbox|account|user)s? (?:here|by that|found|with|for|named)",
            r"this user doesn.t",
            r"does ?n[o'’]t have an? .{0,80}account",
            r"unable to (?:find|look ?up) (?:user|recipient)",
            r"address(?:es)? (?:rejected|refused|unknown)",
            r"recipient (?:address )?(?:rejected|refused)",
            r"mailbox (?:unavailable|name not allowed)",
            r"not listed in",
            r"\bno account\b",
            r"bad-mailbox",
            r"unbekannt",
            r"existiert nicht",
            r"inconnu",
            r"n.existe pas",
            r"no existe",
            r"desconocid",
            r"non esiste",
            r"sconosciut",
            r"n[aã]o existe",
            r"inexistente",
            r"desconhecid",
            r"onbekend",
            r"bestaat niet",
            r"не (?:существует|найден|зарегистр)",
            r"нет такого",
            r"宛先.{0,12}不明",
            r"存在し(?:ない|ません)",
            r"見つかりません",
            r"不存在",
            r"nie istnieje",
            r"nieznany",
        ),
    ),
    (
        Reason.NO_HOST,
        _any(
            r"(?:host|domain)(?: name)?\b.{0,60}\b(?:unknown|not (?:found|exist|be found|resolve"
            r"|valid|hosted)"
            r"|does ?n[o']t exist|no such|nonexist|couldn.t be found|cannot be found)",
            r"(?:unknown|no such|unroute?able|nonexistent|invalid|illegal|bad) (?:mail )?(?:host|domain)",
            r"nxdomain",
            r"no (?:mx|mail exchanger|mail server|dns entr)",
            r"\bmx record",
            r"(?:accepts?|receives?) no (?:e-?)?mail",
            r"does not accept (?:e-?)?mail",
            r"\bno gateway",
        ),
    ),
    (
        Reason.CONTENT,
        _any(
            r"virus",
            r"malware",
            r"phish",
            r"infected",
            r"too (?:big|large)\b",
            r"exceeds? (?:the )?(?:maximum|size|fixed|limit)",
            r"(?:message|mail|size)\b.{0,60}(?:exceed\w*|larger than)",
            r"attachment.{0,40}(?:reject|not allowed|forbid|prohibit|block)",
            r"(?:8.?bit|mime|header|syntax|format|line)\b.{0,40}(?:error|invalid|not (?:support"
            r"|allow|compl)"
            r"|malformed|too long)",
            r"rfc ?[25]\d22",
        ),
    ),
    (
        Reason.UNREACHABLE,
        _any(
            r"time[sd]?[ -]?out",
            r"delivery (?:time )?expired",
            r"retry time",
            r"could not connect",
            r"connection (?:refused|reset|dropped|lost|closed|failed|was|to)",
            r"unreachable",
            r"no route to host",
            r"(?:unable|failed|cannot) to (?:connect|reach|contact)",
            r"delayed",
            r"will (?:continue|keep|be retried|retry)",
            r"not yet been delivered",
            r"in the queue",
            r"was aborted after",
            r"network (?:error|is)",
            r"no answer",
            r"not responding",
            r"name (?:service|server) (?:error|reply)",
            r"lookup failure",
            r"dns (?:error|fail|lookup)",
            r"could ?n[o']t (?:be )?(?:contact|reach|connect)",
            r"temporary.{0,30}(?:lookup|dns)",
            r"(?:too|been) (?:long|queued)",
        ),
    ),
    (
        Reason.SERVER,
        _any(
            r"(?:service|server|system|resources?)\b.{0,40}(?:unavailable|error|not available|busy"
            r"|problem|failure)",
            r"local (?:error|problem)",
            r"internal (?:error|server)",
            r"mail(?:er)? loop",
            r"too many hops",
            r"loops? back",
            r"routing loop",
            r"configuration",
            r"out of memory",
            r"i/o error",
            r"can(?:not|'t) (?:create|write|open|append)",
            r"transaction failed",
            r"try again",
        ),
    ),
)
