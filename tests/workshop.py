"""A workspace with one template, and that template rendered for one contact."""

from datetime import datetime
from pathlib import Path

from mailer.config.models import Account, Firm
from mailer.model import Contact, Field
from mailer.templates import Rendered, load
from tests.factories import contact

FIRM = Firm(name="Harbour & Vale LLP", postal_address="12 Quay Street, Lagos", timezone="Africa/Lagos", country="GB")
ADA = Account.model_validate({"from": "Ada Obi <ada@harbourvale.example>", "server": "smtp.example:465"})
NOW = datetime.fromisoformat("2026-11-24T23:30:00+00:00")


def fields(**values) -> dict[str, Field]:
    """Fields whose shown text is their value's, unless given as (shown, value)."""
    return {
        name: Field(*value) if isinstance(value, tuple) else Field("" if value is None else str(value), value)
        for name, value in values.items()
    }


def bob(**values) -> Contact:
    """Bob with these columns beside his first name."""
    return contact(fields=fields(**{"first_name": "Bob", **values}))


def write(folder: Path, body: str, *, name: str = "note.md", front: str = 'subject: "Hello"') -> Path:
    """One template file in the workspace `folder`."""
    path = folder / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}\n---\n{body}", encoding="utf-8")
    return path


def render(folder: Path, person: Contact | None = None, *, name: str = "note", **changes) -> Rendered:
    """The template `name` rendered from Ada for one contact."""
    template = load(name, folder, firm=changes.pop("firm", FIRM))
    given = {"account_name": "ada", "account": ADA, "campaign": "c", "round": "1", "now": NOW, **changes}
    return template.render(person or bob(), **given)


def rendered(folder: Path, body: str, person: Contact | None = None, **changes) -> Rendered:
    """`body` as the template, rendered."""
    write(folder, body, **{key: changes.pop(key) for key in ("front",) if key in changes})
    return render(folder, person, **changes)


def kinds(made: Rendered) -> list[str]:
    """The kinds of the problems that a rendered mail has."""
    return [problem.kind for problem in made.problems]
