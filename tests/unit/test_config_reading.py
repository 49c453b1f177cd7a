"""config.yaml is read whole, and every mistake in it is named at once with its line and key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import config
from mailer.campaigns.refreshing import REMINDERS
from mailer.campaigns.thanking import THANK
from mailer.config.marked import parse
from mailer.errors import ConfigError
from mailer.model import Period

GOOD = """\
firm:
  name: Harbour & Vale LLP
  timezone: Africa/Lagos
  country: ng
accounts:
  ada:
    from: Ada Obi <ada@harbourvale.example>
    owners: Ada
    server: smtp.harbourvale.example:465
    per_day: 100
  rehearsal:
    outbox: outbox/
contacts:
  clients:
    file: contacts/clients.xlsx
    sheet: 2026
    keep_in_touch: 90 days
campaigns:
  thank-you:
    contacts: clients
    template: thank-you
    from: {field: owner, otherwise: rehearsal}
"""
FILE = "path of the workbook or text file, from the workspace"
FROM = "campaigns.thank-you.from.otherwise"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mistakes(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        config.read(write(folder, text))
    assert raised.value.cure
    lines = str(raised.value).splitlines()
    return lines[1:] if len(lines) > 1 else lines


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_right_file_becomes_a_config(tmp_path):
    read = config.read(write(tmp_path, GOOD))
    assert read.firm.country == "NG"
    assert read.accounts["ada"].owners == ("Ada",)
    assert read.accounts["ada"].per_day == 100
    assert read.contacts["clients"].sheet == "2026"
    assert read.contacts["clients"].keep_in_touch == Period(90, "day")
    assert read.campaigns["thank-you"].contacts == ("clients",)
    assert read.campaigns["thank-you"].from_ == config.FromField(field="owner", otherwise="rehearsal")


def test_a_file_saved_by_notepad_with_a_byte_order_mark_and_windows_lines_is_read(tmp_path):
    assert config.read(write(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())).firm.name


def test_a_key_with_nothing_behind_it_counts_as_not_given(tmp_path):
    read = config.read(write(tmp_path, "firm:\n  name: Vale\n  country:\naccounts:\n"))
    assert read.firm.country == ""
    assert read.accounts == {}


def test_a_misspelt_key_is_named_with_the_nearest_known_one(tmp_path):
    assert mistakes(tmp_path, changed("    server:", "    serv:"))[0] == (
        "config.yaml:9: accounts.ada.serv: is not a key here; did you mean `server`?"
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path):
    text = changed("per_day: 100", "per_day: many").replace("otherwise: rehearsal", "otherwise: offise")
    assert mistakes(tmp_path, text.replace("file:", "fiel:")) == [
        "config.yaml:10: accounts.ada.per_day: must be a whole number, not `many`",
        f"config.yaml:14: contacts.clients.file: is missing: {FILE}",
        "config.yaml:15: contacts.clients.fiel: is not a key here; did you mean `file`?",
        f"config.yaml:22: {FROM}: no account is called `offise`; there is `ada`, `rehearsal`",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "timezone: Africa/Lagos",
            "timezone: Lagos",
            "“Lagos” is not a time zone; did you mean `Africa/Lagos`?",
        ),
        ("country: ng", "country: Nigeria", "“Nigeria” is not a country code of two letters, such as `NG`"),
        ("Ada Obi <ada@harbourvale.example>", "Ada Obi", "“Ada Obi” has no address"),
        ("example:465", "example", "needs a host and a port, such as `smtp.gmail.com:465`"),
        ("example:465", "example:smtp", "needs a host and a port, such as `smtp.gmail.com:465`"),
        ("  thank-you:", "  thank/you:", "campaigns.thank/you: a name with a slash would lead to other files"),
        ("  rehearsal:\n", "  'office\\\\':\n    outbox: outbox/\n  rehearsal:\n", "a name with a slash would lead to"),
        ("per_day: 100", "per_day: 0", "per_day: should be greater than or equal to 1, not `0`"),
        ("per_day: 100", "security: ssl", "must be one of `tls`, `starttls`, `none`, not `ssl`"),
        (
            "template: thank-you",
            "template: thank-you\n    when: {neglected: 6 months}",
            "write `when: neglected`; how long is too long, `keep_in_touch` says",
        ),
        ("template: thank-you", "template: thank-you\n    when: {neglected: [yes]}", "write `when: neglected`"),
        ("template: thank-you", "template: thank-you\n    when: {new: people}", "must be `rows`, not `people`"),
        ("90 days", "now and then", "“now and then” is not a period"),
        ("90 days", "90", "“90” is not a period, such as `90 days`; it may be in minutes, hours, days"),
        (
            "template: thank-you",
            "template: thank-you\n    when: {at: 01.12.2026}",
            "when.at: must be a date and time such as `2026-12-01 09:30`, not `01.12.2026`",
        ),
        (
            "template: thank-you",
            "template: thank-you\n    when: {at: 2026-02-30}",
            "when.at: must be a date and time such as `2026-12-01 09:30`, not `2026-02-30 09:30`",
        ),
        ("90 days", "-90 days", "keep_in_touch: “-90 days” goes back in time"),
        ("90 days", "1000 years", "“1000 years” is longer than a hundred years"),
        ("contacts: clients", "contacts: {}", "campaigns.thank-you.contacts: must be a list"),
        ("contacts: clients", "contacts: client", "no contacts are called `client`; did you mean `clients`?"),
        (
            "template: thank-you",
            "template: thank-you.md",
            "a template goes by its name alone; write `thank-you`",
        ),
        ("{field: owner, otherwise: rehearsal}", "adda", "no account is called `adda`; did you mean `ada`?"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(tmp_path, old, new, said):
    [mistake] = mistakes(tmp_path, changed(old, new))
    assert said in mistake


def test_a_password_in_the_file_is_refused_and_never_repeated(tmp_path):
    [mistake] = mistakes(tmp_path, changed("per_day: 100", "password: hunter2"))
    assert "never the password" in mistake
    assert "hunter2" not in mistake


def test_a_client_secret_in_the_file_is_refused_and_never_repeated(tmp_path):
    sign_in = "sign_in: {provider: google, client_id: ours, client_secret: hunter2}"
    [mistake] = mistakes(tmp_path, changed("per_day: 100", sign_in))
    assert "never the secret" in mistake
    assert "hunter2" not in mistake


@pytest.mark.parametrize("domain", ["harbour..example", "." * 3, "a" * 70 + ".example"])
def test_a_from_whose_domain_cannot_be_is_refused_when_the_file_is_read(tmp_path, domain):
    [mistake] = mistakes(tmp_path, changed("ada@harbourvale.example", f"ada@{domain}"))
    assert "has no address" in mistake


@pytest.mark.parametrize("host", ["127.0.0.1:2525", "localhost:2525", "[::1]:2525"])
def test_an_unsecured_server_is_allowed_on_this_machine(tmp_path, host):
    text = changed("smtp.harbourvale.example:465", f"'{host}'\n    security: none")
    assert config.read(write(tmp_path, text)).accounts["ada"].security == "none"


def test_an_unsecured_server_elsewhere_is_refused(tmp_path):
    [mistake] = mistakes(tmp_path, changed("per_day: 100", "security: none"))
    assert mistake.startswith("config.yaml:10: accounts.ada.security: `none` would send the password in clear")


def test_an_account_is_either_a_server_or_an_outbox(tmp_path):
    both = mistakes(tmp_path, changed("per_day: 100", "outbox: outbox/"))
    neither = mistakes(tmp_path, changed("outbox: outbox/", "per_day: 3"))
    assert "not both" in both[0]
    assert "neither a `server` to send by nor an `outbox`" in neither[0]


def test_a_campaign_needs_an_account_to_send_from(tmp_path):
    text = "firm: {name: A firm}\ncontacts:\n  clients: {file: a.csv}\ncampaigns:\n"
    text += "  thanks: {contacts: clients, template: thanks, from: {field: owner}}\n"
    assert mistakes(tmp_path, text) == [
        "config.yaml:5: campaigns.thanks.from: there is no account to send from; add one under `accounts:`"
    ]


def test_an_account_with_a_server_needs_a_from(tmp_path):
    text = changed("    from: Ada Obi <ada@harbourvale.example>\n", "")
    assert "accounts.ada.from: is missing: mail needs a From" in mistakes(tmp_path, text)[0]


@pytest.mark.parametrize("name", [THANK, REMINDERS])
def test_a_name_that_the_ledger_uses_itself_is_refused_at_its_line(tmp_path, name):
    (said,) = mistakes(tmp_path, changed("  thank-you:\n", f"  {name}:\n"))
    assert said.startswith(f"config.yaml:19: campaigns.{name}: `{name}` is what the ledger calls ")
    assert said.endswith("; choose another name")


AUDIENCES = "audiences:\n  client: {keep_in_touch: 60 days}\ncampaigns:"


@pytest.mark.parametrize(("source", "days"), [("    keep_in_touch: 90 days\n", 90), ("", 60)])
def test_a_promise_to_an_audience_counts_where_the_source_makes_none(tmp_path, source, days):
    text = changed("campaigns:", AUDIENCES).replace("    keep_in_touch: 90 days\n", source)
    read = config.read(write(tmp_path, text))
    assert read.promised_to(read.contacts["clients"]) == Period(days, "day")


def test_an_audience_that_nobody_belongs_to_is_a_mistake(tmp_path):
    text = changed("campaigns:", AUDIENCES.replace("client", "clients"))
    assert mistakes(tmp_path, text) == [
        "config.yaml:19: audiences.clients: no contacts have the audience `clients`; did you mean `client`?"
    ]


def test_an_owner_belongs_to_one_account(tmp_path):
    text = changed("outbox: outbox/", "outbox: outbox/\n    owners: [Ben, ADA]")
    assert mistakes(tmp_path, text) == [
        "config.yaml:13: accounts.rehearsal.owners.1: “ADA” already belongs to account `ada`"
    ]


def test_a_doubled_key_is_named_with_its_first_line(tmp_path):
    text = changed("per_day: 100", "owners: Ben")
    assert mistakes(tmp_path, text) == ["config.yaml:10: accounts.ada.owners: written twice; the first is in line 8"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("firm:\n\tname: x\n", "config.yaml:2: this is not YAML: a tab; indent with spaces"),
        ("firm: a: b\n", "config.yaml:1: this is not YAML: a `:` where none can be"),
        ("firm: {name: x\n", "config.yaml:2: this is not YAML: a `[` or `{` that is never closed"),
        ("firm: [", "config.yaml:1: this is not YAML: a `[` or `{` that is never closed, or a comma too many"),
        ("firm: 'x\n", "config.yaml:2: this is not YAML: a quote that is never closed"),
        ("a: 1\n---\nb: 1\n", "a second `---`; keep one document"),
        ("", "config.yaml is empty."),
        ("# nothing yet\n", "config.yaml is empty."),
        ("- a\n", "must be a group of `key: value` lines"),
        ("firm: &f {name: x}\naccounts: *f\n", "aliases (`*name`) are not read; write it out"),
        ("{[1]: 2}", "a key must be a plain word"),
        ("[" * 3000, "this is not YAML"),
        (b"firm:\n  name: Caf\xe9\n", "config.yaml:2: this is not UTF-8 text."),
    ],
)
def test_what_is_not_yaml_is_told_in_plain_words(tmp_path, text, said):
    assert said in mistakes(tmp_path, text)[0]


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be read: No such file or directory\.$"):
        config.read(tmp_path / "config.yaml")


def test_the_file_is_found_from_a_folder_below(tmp_path):
    path = write(tmp_path, GOOD)
    below = tmp_path / "contacts" / "2026"
    below.mkdir(parents=True)
    assert config.find(below) == path


def test_where_there_is_no_file_the_way_to_make_one_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"There is no config\.yaml") as raised:
        config.find(tmp_path)
    assert "mailer init" in raised.value.cure


@given(st.text())
def test_any_text_is_a_document_or_a_mistake(text):
    document = parse(text)
    assert all(mistake.line >= 1 and mistake.what for mistake in document.mistakes)
