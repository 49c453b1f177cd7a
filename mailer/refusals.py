"""What a server's refusal means when it speaks to the account rather than to one mail: a reply → what to do.

The table is data with sources; a refusal that is not in it concerns its own mail only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mailer.model import Phase


class Kind(StrEnum):
    """Why an account must rest."""

    RATE = "rate"  #: too fast; slower and later
    QUOTA = "quota"  #: the day's allowance is spent
    LOGIN = "login"  #: the server does not take the login
    POLICY = "policy"  #: the server does not let this account or domain send


#: How long an account rests by itself; zero waits for a person, who must change something first.
REST = {
    Kind.RATE: timedelta(hours=1),
    Kind.QUOTA: timedelta(hours=24),
    Kind.LOGIN: timedelta(0),
    Kind.POLICY: timedelta(0),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of the table: which replies it covers, and what to tell the user."""

    kind: Kind
    #: The reply code, 0 for any.
    code: int
    #: The enhanced code (RFC 3463); one that ends in a dot covers all that begin so; "" for any.
    enhanced: str
    advice: str
    #: Where this meaning is written.
    source: str
    #: In which phases it holds; empty for all.
    phases: frozenset[Phase] = frozenset()

    def covers(self, phase: Phase, code: int, enhanced: str) -> bool:
        """Whether a reply in this phase is meant by this row."""
        begins = enhanced.startswith(self.enhanced) if self.enhanced.endswith(".") else False
        return (
            self.code in (0, code)
            and (not self.enhanced or begins or enhanced == self.enhanced)
            and (not self.phases or phase in self.phases)
        )


_GMAIL = "support.google.com/a/answer/3726730"
_EXCHANGE = "learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online"
_SLOWER = "The server asks us to slow down: lower `per_minute` or `connections` of this account."
_SPENT = "The day's quota is spent; sending goes on in 24 hours."
_LOGIN = "Check the username and the password with `mailer accounts login`; many providers want an app password."
_OAUTH = "This provider no longer takes passwords here: sign in with `mailer accounts login`."
_AUTHENTICATE = "The receiving side wants proof that the domain is yours: set up SPF, DKIM and DMARC for it."
_SENDER = "The server does not let this account send with this From address; check `from` and `username`."
_BLOCKED = "The provider has blocked this account from sending; its administrator can lift that."
_ENVELOPE = frozenset({Phase.MAIL})

#: The most particular rows first; the first that covers a reply tells its meaning.
TABLE = (
    Refusal(Kind.RATE, 421, "4.7.", _SLOWER, _GMAIL),
    Refusal(Kind.RATE, 450, "4.2.1", _SLOWER, _GMAIL),
    Refusal(Kind.RATE, 452, "4.5.3", _SLOWER, _GMAIL),
    Refusal(Kind.RATE, 432, "4.3.2", _SLOWER, "Exchange Online: STOREDRV.ClientSubmit, sender thread limit"),
    Refusal(Kind.RATE, 454, "4.7.0", "The server cannot check the login just now; try again later.", _GMAIL),
    Refusal(Kind.QUOTA, 550, "5.4.5", _SPENT, _GMAIL),
    Refusal(Kind.QUOTA, 0, "5.1.90", _SPENT, _EXCHANGE),
    Refusal(Kind.QUOTA, 0, "5.7.232", _SPENT, _EXCHANGE),
    Refusal(Kind.QUOTA, 0, "5.7.233", _SPENT, _EXCHANGE),
    Refusal(Kind.LOGIN, 0, "5.7.30", _OAUTH, "techcommunity.microsoft.com, Exchange team blog 4489835"),
    Refusal(Kind.LOGIN, 0, "5.7.139", _OAUTH, _EXCHANGE),
    Refusal(Kind.LOGIN, 535, "", _LOGIN, "RFC 4954 section 6"),
    Refusal(Kind.LOGIN, 534, "", _LOGIN, "RFC 4954 section 6; " + _GMAIL),
    Refusal(
        Kind.LOGIN,
        530,
        "",
        "The server wants a login: set `username` for this account.",
        "RFC 4954 section 6",
    ),
    Refusal(Kind.POLICY, 0, "5.7.26", _AUTHENTICATE, _GMAIL),
    Refusal(Kind.POLICY, 0, "5.7.515", _AUTHENTICATE, "support.microsoft.com, sender requirements of May 2025"),
    Refusal(Kind.POLICY, 0, "5.7.60", _SENDER, _EXCHANGE),
    Refusal(Kind.POLICY, 0, "5.2.252", _SENDER, _EXCHANGE),
    Refusal(Kind.POLICY, 0, "5.1.8", _BLOCKED, _EXCHANGE),
    Refusal(Kind.POLICY, 0, "5.7.705", _BLOCKED, _EXCHANGE),
    Refusal(Kind.POLICY, 0, "5.7.708", _BLOCKED, _EXCHANGE),
    Refusal(Kind.POLICY, 0, "5.7.750", _BLOCKED, _EXCHANGE),
    Refusal(Kind.POLICY, 0, "5.7.", _SENDER, "RFC 3463 section 3.8", _ENVELOPE),
    Refusal(Kind.POLICY, 0, "5.", _SENDER, "RFC 5321 section 4.2.3", _ENVELOPE),
)

#: Too big, said at MAIL in answer to SIZE (RFC 1870 section 6.1): about this mail, not about the account.
_TOO_BIG_CODE, _TOO_BIG = 552, "5.3.4"


def account_refusal(phase: Phase, code: int, enhanced: str) -> Refusal | None:
    """The row that says this reply stops the whole account, or None: it is about one mail only.

    A 5xx without an enhanced code is read as "5." so that a plain `550` at MAIL is understood too.
    """
    if code == _TOO_BIG_CODE or enhanced == _TOO_BIG:
        return None
    enhanced = enhanced or ("5." if code >= 500 else "")
    return next((row for row in TABLE if row.covers(phase, code, enhanced)), None)
