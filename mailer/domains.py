"""A sending domain's records in the DNS → what stands in the way of being believed, with the record to add.

SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489) and whether they speak for the address in From.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from mailer.model import Problem, Severity

_TIMEOUT = 5.0
#: RFC 7208 §4.6.4: an SPF record may cause ten look-ups; then it counts as broken.
_SPF_LOOKUPS = 10
_LOOKUP_TERM = re.compile(r"(?i)[+?~-]?(?:(?:a|mx|ptr)(?:[:/].*)?|include:.+|exists:.+)|redirect=.+")
#: The shortest RSA key that receivers still believe, as bytes of its public part; Google asks for 1024 bits.
_SHORTEST_KEY = 128


@dataclass(frozen=True, slots=True)
class _Provider:
    """What a provider's customers write into their DNS."""

    hosts: tuple[str, ...]
    spf: str
    selectors: tuple[str, ...]
    #: Where its DKIM is switched on.
    dkim: str


_PROVIDERS = (
    _Provider(
        ("gmail.com", "googlemail.com", "google.com"),
        "include:_spf.google.com",
        ("google",),
        "Google Admin console, Apps, Gmail, Authenticate email",
    ),
    _Provider(
        ("office365.com", "outlook.com"),
        "include:spf.protection.outlook.com",
        ("selector1", "selector2"),
        "https://security.microsoft.com, Email authentication settings, DKIM",
    ),
    _Provider(
        ("fastmail.com", "messagingengine.com"),
        "include:spf.messagingengine.com",
        ("fm1", "fm2", "fm3", "mesmtp"),
        "Fastmail, Settings, Domains",
    ),
    _Provider(("zoho.com", "zoho.eu"), "include:zohomail.com", ("zoho", "zmail", "1522905413783"), "Zoho Mail admin"),
    _Provider(("mail.ovh.net", "ovh.net"), "include:mx.ovh.com", ("ovhmo-selector-1",), "the OVH manager"),
    _Provider(("ionos.com", "ionos.de", "1und1.de"), "include:_spf.perfora.net", ("s1-ionos", "s2-ionos"), "IONOS"),
)
_OWN = _Provider((), "mx", ("default", "mail", "dkim", "s1", "s2", "k1", "20230601"), "your mail server")


class Records:
    """Looks records up; an answer that does not come is not the same as one that says no."""

    def __init__(self, *, nameserver: str = "", port: int = 53) -> None:
        self._resolver = dns.resolver.Resolver(configure=not nameserver)
        self._resolver.lifetime = _TIMEOUT
        if nameserver:
            self._resolver.nameservers = [nameserver]
            self._resolver.port = port

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name, each joined; [] for none. Raises dns.exception.DNSException without an answer."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._found(name, "TXT")]

    def has_mail_server(self, domain: str) -> bool:
        """Whether answers can arrive: an MX that is not null (RFC 7505), or an address."""
        servers = self._found(domain, "MX")
        return any(str(each.exchange) != "." for each in servers) or (not servers and bool(self._found(domain, "A")))

    def _found(self, name: str, kind: str) -> Sequence[dns.resolver.Answer]:
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.EmptyLabel, dns.name.LabelTooLong):
            return []


def check_domain(domain: str, server: str, records: Records, *, selector: str = "") -> list[Problem]:
    """What a person should know about the domain in From of mail that leaves through `server` (host or host:port).

    `selector` is that of the firm's own DKIM key, where it has one. A DNS that does not answer is one problem.
    """
    provider = _provider_of(server)
    try:
        return [
            *_spf(domain, provider, records),
            *_dkim(domain, provider, records, selector),
            *_dmarc(domain, records),
            *_answers(domain, records),
        ]
    except dns.exception.DNSException as error:
        what = f"The DNS does not answer about {domain} ({type(error).__name__})."
        return [Problem(domain, what, "Try again later; nothing was decided.", Severity.WARN, "dns-silent")]


def _provider_of(server: str) -> _Provider:
    host = server.rpartition(":")[0] or server
    return next((each for each in _PROVIDERS if any(_is_under(host, known) for known in each.hosts)), _OWN)


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _problem(domain: str, what: str, cure: str, kind: str) -> Problem:
    return Problem(domain, what, cure, Severity.WARN, kind)


def _spf(domain: str, provider: _Provider, records: Records) -> Iterator[Problem]:
    found = [text for text in records.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    wanted = f"v=spf1 {provider.spf} ~all"
    if not found:
        what = "There is no SPF record: anybody may send in this domain's name, and receivers doubt us."
        yield _problem(domain, what, f"Add a TXT record for {domain}: {wanted}", "no-spf")
    elif len(found) > 1:
        what = f"There are {len(found)} SPF records; receivers then believe none of them."
        yield _problem(domain, what, "Join them into one TXT record.", "many-spf")
    else:
        yield from _spf_terms(domain, found[0], provider, records)


def _spf_terms(domain: str, record: str, provider: _Provider, records: Records) -> Iterator[Problem]:
    terms = record.lower().split()[1:]
    if provider is not _OWN and provider.spf not in _all_terms(record, records):
        what = f"The SPF record does not name our mail server: {record}"
        yield _problem(domain, what, f"Put {provider.spf} into it, before its “all”.", "spf-without-us")
    if "+all" in terms or "all" in terms:
        cure = "Write ~all at its end."
        yield _problem(domain, "The SPF record lets the whole world send in our name.", cure, "spf-open")
    if len(_lookups(record, records)) > _SPF_LOOKUPS:
        what = f"The SPF record asks for more than {_SPF_LOOKUPS} look-ups; receivers give up."
        yield _problem(domain, what, "Take out what is no longer used.", "spf-too-long")


def _all_terms(record: str, records: Records) -> set[str]:
    return {term.lower().lstrip("+?~-") for term in _walk(record, records)}


def _lookups(record: str, records: Records) -> list[str]:
    return [term for term in _walk(record, records) if _LOOKUP_TERM.fullmatch(term)]


def _walk(record: str, records: Records, depth: int = 0) -> Iterator[str]:
    """Every term of a record and of those it includes; a record that includes itself ends."""
    for term in record.split()[1:]:
        yield term
        name = term.lower().lstrip("+?~-")
        inner = name.removeprefix("include:").removeprefix("redirect=")
        if inner != name and depth < _SPF_LOOKUPS:
            for text in records.texts(inner):
                if text.lower().startswith("v=spf1"):
                    yield from _walk(text, records, depth + 1)


def _dkim(domain: str, provider: _Provider, records: Records, own: str) -> Iterator[Problem]:
    keys = {selector: _key(selector, domain, records) for selector in ([own] if own else provider.selectors)}
    present = {selector: key for selector, key in keys.items() if key is not None}
    if not present:
        tried = ", ".join(f"{selector}._domainkey" for selector in keys)
        what = f"No DKIM key was found (tried {tried}): receivers cannot tell that our mail is ours."
        cure = f"Switch DKIM on ({provider.dkim}) and add the record that it shows."
        yield _problem(domain, what, cure, "no-dkim")
    for selector, key in present.items():
        if key == "" and len(present) == 1:
            yield _problem(domain, f"The DKIM key {selector} was withdrawn.", "Publish a new one.", "dkim-withdrawn")
        elif key and _size(key) < _SHORTEST_KEY:
            what = f"The DKIM key {selector} is too short to be believed."
            yield _problem(domain, what, "Make one of 2048 bits.", "dkim-short")


def _key(selector: str, domain: str, records: Records) -> str | None:
    """The public key, "" for a withdrawn one, None where there is no record."""
    for text in records.texts(f"{selector}._domainkey.{domain}"):
        tags = _tags(text)
        if "p" in tags:
            return "ed25519" if tags.get("k") == "ed25519" and tags["p"] else tags["p"]
    return None


def _size(key: str) -> int:
    if key == "ed25519":
        return _SHORTEST_KEY
    try:
        return len(base64.b64decode("".join(key.split())))
    except (binascii.Error, ValueError):
        return 0


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _dmarc(domain: str, records: Records) -> Iterator[Problem]:
    found = [text for name in _above(domain) for text in records.texts(f"_dmarc.{name}") if "v=DMARC1" in text]
    if not found:
        what = "There is no DMARC record; Gmail, Yahoo and Microsoft ask for one."
        cure = f"Add a TXT record for _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
        yield _problem(domain, what, cure, "no-dmarc")
    elif _tags(found[0]).get("p", "").lower() not in {"none", "quarantine", "reject"}:
        what = f"The DMARC record has no policy that receivers know: {found[0]}"
        yield _problem(domain, what, "Write p=none, p=quarantine or p=reject.", "bad-dmarc")


def _above(domain: str) -> Iterator[str]:
    """The domain and those above it that a firm can own, as DMARC looks for them."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))


def _answers(domain: str, records: Records) -> Iterator[Problem]:
    if not records.has_mail_server(domain):
        what = "This domain takes no mail: nobody can answer us, and some receivers refuse such senders."
        yield _problem(domain, what, f"Add an MX record for {domain}.", "no-mx")


def alignment(from_domain: str, username: str) -> list[Problem]:
    """Whether the login and From belong to one domain, as DMARC wants them to."""
    login_domain = username.rpartition("@")[2].lower()
    if "@" not in username or _is_under(login_domain, from_domain) or _is_under(from_domain, login_domain):
        return []
    what = f"Mail says that it comes from {from_domain}, but leaves through a mailbox of {login_domain}."
    cure = f"Send from an address of {login_domain}, or log in to one of {from_domain}."
    return [_problem(from_domain, what, cure, "not-aligned")]
