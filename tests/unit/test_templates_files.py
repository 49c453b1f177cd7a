"""Pictures, attachments, layouts and twins: the files that a template takes with it."""

import pytest

from mailer.config.models import Account
from mailer.templates import load
from tests.workshop import ADA, FIRM, NOW, bob, kinds, render, rendered, write


def test_a_picture_becomes_an_inline_image(tmp_path):
    path = write(tmp_path, "![](logo.png)")
    (path.parent / "logo.png").write_bytes(b"PNG")

    made = render(tmp_path)

    (image,) = made.draft.attachments
    assert f'src="cid:{image.content_id}"' in made.draft.html
    assert (image.name, image.media_type, made.attachments[image.digest]) == ("logo.png", "image/png", b"PNG")


def test_a_picture_may_be_named_by_a_cell(tmp_path):
    path = write(tmp_path, '<img src="{{ picture }}">')
    (path.parent / "bob.png").write_bytes(b"PNG")

    assert render(tmp_path, bob(picture="bob.png")).draft.attachments[0].name == "bob.png"
    assert kinds(render(tmp_path, bob(picture="../../secret.png"))) == ["bad-value"]


def test_an_attachment_is_found_per_contact(tmp_path):
    write(tmp_path, "x", front='subject: "x"\nattachments: ["invoices/{{ code }}.pdf"]')
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices" / "007.pdf").write_bytes(b"%PDF")

    made = render(tmp_path, bob(code="007"))

    assert [(each.name, each.size, each.content_id) for each in made.draft.attachments] == [("007.pdf", 4, "")]
    assert kinds(render(tmp_path, bob(code="008"))) == ["missing-attachment"]


@pytest.mark.parametrize(
    "name", ["config.yaml", "ledger.db", "rehearsal.db", "ledger.db.backup", "files/../config.yaml", "Ledger.DB"]
)
def test_no_cell_puts_mailers_own_files_into_a_mail(tmp_path, name):
    (tmp_path / "files").mkdir()
    (tmp_path / name).write_text("secret")
    write(tmp_path, "See it.", front='subject: "Hello"\nattachments: ["{{ file }}"]')
    made = render(tmp_path, bob(file=name))
    assert kinds(made) == ["missing-attachment"]
    assert made.attachments == {}


def test_one_file_may_be_a_picture_in_the_mail_and_an_attachment_of_it(tmp_path):
    path = write(tmp_path, "![](logo.png)", front='subject: "x"\nattachments: [templates/logo.png]')
    (path.parent / "logo.png").write_bytes(b"PNG")

    made = render(tmp_path).draft

    shown, attached = sorted(made.attachments, key=lambda each: not each.content_id)
    assert f'src="cid:{shown.content_id}"' in made.html
    assert attached.content_id == ""


@pytest.mark.parametrize("code", ["../../../etc/passwd", "/etc/passwd", "..", "a\x00b"])
def test_an_attachment_never_comes_from_outside_the_workspace(tmp_path, code):
    made = rendered(tmp_path, "x", bob(code=code), front='subject: "x"\nattachments: "{{ code }}"')

    assert kinds(made) == ["missing-attachment"]
    assert made.attachments == {}


def test_the_signature_of_the_account_closes_the_mail(tmp_path):
    write(tmp_path, "Ada Obi\\\n{{ our.name }}", name="signatures/ada.md", front="")
    (tmp_path / "templates/signatures/ada.md").write_text("Ada Obi\\\n{{ our.name }}", encoding="utf-8")
    account = Account.model_validate({**ADA.model_dump(by_alias=True), "signature": "templates/signatures/ada.md"})

    made = rendered(tmp_path, "Thank you.", account=account)

    assert made.draft.text == "Thank you.\n\nAda Obi\nHarbour & Vale LLP\n"
    assert "Harbour &amp; Vale LLP" in made.draft.html


def test_a_layout_frames_the_body_with_its_styles_inlined(tmp_path):
    path = write(tmp_path, "Hello.", front='subject: "x"\nlayout: card')
    (path.parent / "layouts").mkdir()
    style = "<style>p{color:red}@media (max-width:9px){p{color:blue!important}}</style>"
    layout = f"<html><head>{style}</head><body>{{{{ content }}}}</body></html>"
    (path.parent / "layouts" / "card.html").write_text(layout, encoding="utf-8")

    html = render(tmp_path).draft.html

    assert '<p style="color: red;">Hello.</p>' in html
    assert "@media" in html


def test_an_html_template_has_a_derived_text_or_a_twin(tmp_path):
    body = "<p>Dear {{ first_name }},</p><table>{% for a in [1, 2] %}<tr><td>{{ a }}</td></tr>{% endfor %}</table>"
    write(tmp_path, body, name="note.html")

    made = render(tmp_path)
    assert made.draft.text == "Dear Bob,\n\n1\n2\n"
    assert made.draft.html.count("<tr>") == 2

    (tmp_path / "templates" / "note.txt").write_text("Plainly, {{ first_name }}.", encoding="utf-8")
    assert render(tmp_path).draft.text == "Plainly, Bob.\n"


def test_a_text_template_has_no_html(tmp_path):
    write(tmp_path, "Dear {{ first_name }} <3", name="note.txt")

    assert (render(tmp_path).draft.text, render(tmp_path).draft.html) == ("Dear Bob <3\n", "")


def test_the_files_a_template_depends_on_are_known(tmp_path):
    path = write(tmp_path, "![](a.png)", front='subject: "x"\nattachments: "terms.pdf"')
    write(tmp_path, "x", name="note.fr.md")
    (path.parent / "a.png").write_bytes(b"x")
    template = load("note", tmp_path, firm=FIRM)

    template.render(bob(), account_name="ada", account=ADA, campaign="c", round="1", now=NOW)

    assert {each.name for each in template.files} == {"note.md", "note.fr.md", "a.png", "terms.pdf"}
