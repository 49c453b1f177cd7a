"""Each shipped template for awkward contacts, composed to the bytes that would leave, as kept in `mails/`."""

import dataclasses
import email
import email.policy
import textwrap
from datetime import date, datetime
from pathlib import Path

import pytest

from mailer.checks import check
from mailer.compose import compose
from mailer.config.models import Account, Firm
from mailer.model import Delivery, Source, Status
from mailer.templates import load, names
from tests.factories import contact
from tests.snapshots.conftest import FOLDER
from tests.workshop import fields

ROOT = Path(__file__).parents[2]
NOW = datetime.fromisoformat("2026-12-01T09:30:00+00:00")
FIRM = Firm(name="Harbour & Vale LLP", postal_address="12 Quay Street, Lagos", timezone="Africa/Lagos", country="NG")
ADA = Account.model_validate(
    {
        "from": "Ada Obi <ada@harbourvale.example>",
        "server": "smtp.example:465",
        "signature": "templates/signatures/ada.md",
    }
)
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley"
USUAL = {
    "client_since": date(2019, 12, 3),
    "joined": date(2015, 12, 1),
    "years_with_us": 7,
    "last_project": "the lease of the warehouse",
    "company": "Stone & Sons",
    "role": "Clerk",
    "personal_line": None,
}


def person(key: str, first_name: str | None, name: str, **changes):
    """A contact with every column the shipped templates know."""
    language = changes.pop("language", "")
    members = changes.pop("members", ())
    columns = fields(**{"first_name": first_name, **USUAL, **changes})
    return contact(
        f"{key}@client.example",
        name=name,
        fields=columns,
        language=language,
        members=members,
        source=Source("a.csv", "", 2),
    )


AWKWARD = {
    "usual": person("usual", "Ngozi", "Ngozi Adeyemi", personal_line="The jollof is still talked about."),
    "nobody": person("nobody", None, ""),
    "o-brien": person("o-brien", "Siobhán", "Siobhán O'Brien", company="O'Brien & Söhne", years_with_us=1),
    "arabic": person("arabic", "أمينة", "أمينة بن يوسف", personal_line="شكراً جزيلاً."),
    "long": person("long", LONG, f"Adolph Blaine {LONG}", years_with_us=17, last_project="x" * 200),
    "two": person("two", "Ann and Bob", "Ann & Bob Stone", last_project=None, client_since=None, joined=None),
    "bare": person("bare", "Li", "Li", **dict.fromkeys(USUAL)),
    "french": person("french", "Hélène", "Hélène Kouassi", language="fr", personal_line="Merci pour le cacao."),
}


def made(template, key: str) -> str:
    """One mail as it would leave, its text decoded; with what was found in it."""
    rendered = template.render(
        AWKWARD[key], account_name="ada", account=ADA, campaign=template.name, round="1", now=NOW
    )
    found = [*rendered.problems, *check(rendered.draft, AWKWARD[key], firm=FIRM)]
    delivery = Delivery(1, rendered.draft, Status.SENDING, "<0123456789abcdef@harbourvale.example>", NOW)
    content = compose(delivery, attachments=rendered.attachments, date=NOW).content
    message = email.message_from_bytes(content, policy=email.policy.default)
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == rendered.draft.text
    assert message["Subject"] == rendered.draft.subject
    headers = content.partition(b"\r\n\r\n")[0].decode("utf-8").replace("\r\n", "\n")
    problems = [f"{each.severity} {each.kind}: {each.what}" for each in found]
    branches = [f"branch: {branch}" for branch in rendered.draft.branches]
    return "\n".join([f"===== {key}", *problems, *branches, headers, "", textwrap.indent(text.strip(), "  "), ""])


@pytest.mark.parametrize("name", names(ROOT))
def test_a_shipped_template_says_what_it_said(name, snapshot):
    template = load(name, ROOT, firm=FIRM)

    snapshot(f"{name}.txt", "\n".join(made(template, key) for key in AWKWARD))


def test_the_letter_layout_frames_the_words_as_it_did(snapshot):
    template = load("thank-you", ROOT, firm=FIRM)
    rendered = template.render(AWKWARD["usual"], account_name="ada", account=ADA, campaign="c", round="1", now=NOW)

    snapshot("thank-you.html", rendered.draft.html)


def test_marketing_in_the_letter_layout_has_an_address_and_a_way_out():
    template = load("thank-you", ROOT, firm=FIRM)
    source = template.sources[0]
    front = source.parted.front.model_copy(update={"kind": "marketing"})
    marketing = dataclasses.replace(source, parted=dataclasses.replace(source.parted, front=front))
    template = type(template)("thank-you", ROOT, FIRM, {"": marketing})

    draft = template.render(AWKWARD["usual"], account_name="a", account=ADA, campaign="c", round="1", now=NOW).draft

    assert check(draft, AWKWARD["usual"], firm=FIRM) == []


def test_no_snapshot_is_left_over():
    assert {path.stem for path in FOLDER.iterdir()} == {*names(ROOT), "thank-you"}
