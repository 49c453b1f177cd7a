"""What config.yaml may say, as pydantic models; their descriptions are `docs/reference/config.md`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag

from mailer.config.kinds import Country, FromText, Language, Names, PasswordPlace, Server, Span, Zone
from mailer.config.mailboxes import Dkim, Mailbox
from mailer.config.parts import Model
from mailer.config.sign_in import SignIn
from mailer.config.when import Calendar, OnDate, Scheduled
from mailer.errors import UsageError
from mailer.model import Period


class Firm(Calendar):
    """Who we are."""

    name: str = Field(description="The firm's name, as clients know it.")
    unsubscribe_at: str = Field(
        "",
        pattern=r"^(https://\S+)?$",
        description="The https address where `mailer unsubscribe-server` is reached: one click to leave (RFC 8058).",
    )
    keep_words_days: int | None = Field(
        None, ge=30, description="After so many days the words of mails that are done are purged; outcomes stay."
    )
    postal_address: str = Field("", description="Required in the footer of marketing mail.")
    timezone: Zone = Field("UTC", description="IANA zone of the office, such as Africa/Lagos.")
    language: Language = Field("en", description="Language of the firm: with the country it decides dates and money.")
    same_address: Literal["exact", "plus-and-dots"] = Field(
        "exact",
        description="Which addresses are told to be one mailbox: those alike but for letter case, or also those that "
        "differ by a plus tag (`ada+news@`) or by dots at Gmail.",
    )
    country: Country = Field("", description="ISO country code: decides the locale and the public holidays.")

    def local(self, at: datetime) -> datetime:
        """That instant by the office's clock; its `date()` is the firm's day."""
        return at.astimezone(ZoneInfo(self.timezone))


class Account(Model):
    """A mailbox of the firm that mail leaves from, or the rehearsal outbox."""

    from_: FromText = Field("", alias="from", description="The From header: `Ada Obi <ada@harbourvale.example>`.")
    owners: Names = Field((), description="What the sheet's owner column calls this account's person.")
    server: Server = Field("", description="SMTP server and port, `smtp.gmail.com:465`.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="`tls` from the first byte, `starttls`, or `none` (loopback only)."
    )
    username: str = Field("", description="Login name; empty where the server asks for none.")
    password: PasswordPlace = Field(
        "keyring",
        description="Where the password is found: `keyring`, `env:NAME` or `prompt`. Never the password.",
    )
    ca_file: Path | None = Field(None, description="A certificate authority of your own, in PEM, beside the system's.")
    signature: str = Field("", description="A Markdown file that closes every mail of this account.")
    per_minute: int = Field(20, ge=1, description="Pace: mails a minute.")
    per_day: int = Field(450, ge=1, description="Quota: mails in any 24 hours.")
    connections: int = Field(1, ge=1, le=50, description="How many connections at once.")
    outbox: str = Field("", description="A folder: mails are written there as .eml files; a rehearsal.")
    sign_in: SignIn | None = Field(None, description="Sign-in at the provider's own page, in place of a password.")
    dkim: Dkim | None = Field(None, description="The firm's own DKIM key, where the server does not sign.")
    mailbox: Mailbox | None = Field(None, description="Where what comes back is read: `{server: imap.gmail.com:993}`.")


class ContactSource(Model):
    """A spreadsheet and how to read it."""

    file: str = Field(description="Path of the workbook or text file, from the workspace.")
    sheet: str = Field(
        "", description="Sheet by name or number, `*` for all; the first one with an address column otherwise."
    )
    table: str = Field("", description="A named table or range of the workbook, instead of a sheet.")
    key: str = Field("", description="The column that names a person for good (client number); else the address.")
    rows: Literal["visible", "all"] = Field("visible", description="`all` also takes hidden and filtered rows.")
    several: Literal["hold", "first", "each", "together"] = Field(
        "hold", description="A cell with several addresses: held, the first one, a mail to each, or one mail to all."
    )
    together: Literal["", "household"] = Field(
        "", description="`household`: rows that share an address or the household column get one mail."
    )
    group_by: str = Field("", description="Rows with the same address (`address`), or text in a column, get one mail.")
    audience: str = Field("client", description="Whom these are: client, staff, partner …")
    keep_in_touch: Span | None = Field(None, description="How often each should hear from us: `90 days`.")
    columns: dict[str, str] = Field(
        default_factory=dict, description="What we call it → what the sheet calls it: `{address: E-mail}`."
    )


class FromField(Model):
    """The sending account chosen per contact."""

    field: str = Field(description="The column whose value names the account (by name or `owners`).")
    otherwise: str = Field("", description="The account where that cell is empty.")


def _is_named(value: object) -> str:
    return "account" if isinstance(value, str) else "field"


#: An account's name, or the field that tells it.
From = Annotated[Annotated[str, Tag("account")] | Annotated[FromField, Tag("field")], Discriminator(_is_named)]


class Campaign(Scheduled):
    """A template, contacts, and when."""

    contacts: Names = Field(description="A contact source, or a list of them.")
    where: str = Field("", description="An expression over fields; only contacts for whom it is true.")
    template: str = Field(description="A template's name.")
    from_: From = Field(alias="from", description="An account, or `{field: owner, otherwise: office}`.")
    review: Literal["each", "sample", "none"] = Field("each", description="How much a person must look at.")
    in_turn: bool = Field(
        default=False,
        description="`true`: in each round only one of the people each owner knows gets it, who has waited longest; "
        "needs a `when:`.",
    )
    doubled: Literal["hold", "allow"] = Field(
        "hold",
        description="The same address twice in a round (with `when: {date: …}`, twice for one day): held, or allowed.",
    )
    sincerity: Literal["warn", "hold", "off"] = Field(
        "warn", description="What smells of routine in a draft: said beside it, holding it, or not looked for."
    )
    unsubscribe: bool = Field(
        default=False,
        description="`true`: its personal mails, too, say how to leave, in a header and at their foot; marketing "
        "always does.",
    )
    quiet: Names = Field((), description="Kinds of sincerity finding that are not looked for: `[filler, hides]`.")

    @property
    def own_day(self) -> str:
        """The column of a `date:` rule, "" for any other: of a household each is written to on a day of their own."""
        return self.when.date if isinstance(self.when, OnDate) else ""


class Audience(Model):
    """What is promised to everybody of one audience, whichever sheet they stand in."""

    keep_in_touch: Span | None = Field(
        None, description="How often each should hear from us: `90 days`; a source's own counts more, a row's most."
    )


class ReasonRule(Model):
    """A milestone: when it is true of somebody, it is a reason to write."""

    where: str = Field(
        description="An expression over the sheet's columns and `our_mails`, `their_replies`, `last_written`, "
        "`last_reply`: `years_with_us == 10`."
    )
    template: str = Field("", description="The template that fits; any where nothing is said.")
    contacts: Names = Field((), description="For whom: a contact source, or a list; everybody where nothing is said.")


class Config(Model):
    """All of config.yaml."""

    firm: Firm = Field(description="The name of the house, its place and its language.")
    accounts: dict[str, Account] = Field(default_factory=dict, description="The mailboxes that mail leaves from.")
    contacts: dict[str, ContactSource] = Field(default_factory=dict, description="The spreadsheets.")
    audiences: dict[str, Audience] = Field(
        default_factory=dict,
        description="Promises to a whole audience, by its name: `{client: {keep_in_touch: 90 days}}`.",
    )
    campaigns: dict[str, Campaign] = Field(default_factory=dict, description="What is sent to whom, and when.")
    reasons: dict[str, ReasonRule] = Field(
        default_factory=dict,
        description="Milestones: reasons to write, shown by `mailer contacts neglected` and `mailer schedule`.",
    )

    def campaign(self, name: str) -> Campaign:
        """The campaign of that name; UsageError with what there is."""
        if name not in self.campaigns:
            known = ", ".join(sorted(self.campaigns)) or "none yet"
            raise UsageError(f"There is no campaign “{name}” in config.yaml.", cure=f"Campaigns: {known}.")
        return self.campaigns[name]

    def accounts_of(self, campaign: Campaign) -> tuple[str, ...]:
        """Every account that a campaign may send from."""
        if isinstance(campaign.from_, str):
            return (campaign.from_,)
        owned = [name for name, account in self.accounts.items() if account.owners]
        # Where no account has an owner, cells can only hold their names.
        return tuple(dict.fromkeys([*(owned or self.accounts), *filter(None, [campaign.from_.otherwise])]))

    def only_rehearses(self, campaign: Campaign) -> bool:
        """Whether every account that a campaign may send from writes into an outbox."""
        return all(self.accounts[name].outbox for name in self.accounts_of(campaign))

    def promised_to(self, source: ContactSource) -> Period | None:
        """How often the people of a source should hear from us: as it says itself, else as its audience says."""
        audience = self.audiences.get(source.audience)
        return source.keep_in_touch or (audience.keep_in_touch if audience else None)
