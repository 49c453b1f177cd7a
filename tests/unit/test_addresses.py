"""Addresses as people type them."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from mailer.addresses import addresses_or_domain, identity, on_the_wire, parse_address, split_addresses
from mailer.model import Severity


@pytest.mark.parametrize(
    "typed",
    [
        "bob@firm.example",
        " bob@firm.example ",
        "bob@Firm.Example",
        "mailto:bob@firm.example?subject=Hi",
        "Bob Lee <bob@firm.example>",
        '"Lee, Bob" <bob@firm.example>;',
        "bob@firm.example.",
        "bob@firm.example;",
        "<bob@firm.example>",
        "bob\u200b@firm.example",
        "\u00a0bob@firm.example\u202f",
        "bob＠firm.example",
        "\u202abob@firm.example\u202c",
    ],
)
def test_what_programs_wrap_around_an_address_is_taken_off(typed):
    assert parse_address(typed)[0] == "bob@firm.example"


@pytest.mark.parametrize(
    "typed", ["bob", "bob@", "@firm.example", "bob@firm", "b ob@firm.example", "bob@firm..example"]
)
def test_what_is_no_address_is_a_problem_that_holds(typed):
    address, (problem,) = parse_address(typed, "C14")
    assert (address, problem.where, problem.severity, problem.kind) == (None, "C14", Severity.HOLD, "bad-address")


def test_an_empty_cell_is_a_problem_that_holds():
    assert [problem.kind for problem in parse_address(" \u00a0")[1]] == ["no-address"]


def test_the_letter_case_of_the_mailbox_is_kept_and_makes_no_second_identity():
    assert parse_address("Bob@Firm.Example")[0] == "Bob@firm.example"
    assert identity("Bob@firm.example") == identity("bob@firm.example")


def test_plus_tags_and_gmail_dots_are_one_mailbox_on_request():
    assert identity("b.o.b+x@gmail.com", plus_tags=True, gmail_dots=True) == "bob@gmail.com"
    assert identity("b.o.b+x@gmail.com") == "b.o.b+x@gmail.com"


def test_an_international_domain_travels_in_punycode():
    assert parse_address("info@bücher.example")[0] == "info@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Jörg@Bücher.example ", "Jörg@xn--bcher-kva.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("@bücher.example", "@xn--bcher-kva.example"),
        ("Bob@Client.example", "Bob@Client.example"),
        ("C0012", "C0012"),
        ("hash:12", "hash:12"),
        ("no ädress", "no ädress"),
        ("ü@", "ü@"),
    ],
)
def test_what_names_somebody_gets_the_domain_that_is_kept_of_them(typed, kept):
    assert on_the_wire(typed) == kept


def test_an_international_mailbox_is_noted():
    address, problems = parse_address("jörg@firm.example")
    assert address == "jörg@firm.example"
    assert [problem.kind for problem in problems] == ["smtputf8"]


@pytest.mark.parametrize("typed", ["аda@firm.example", "ada@аpple.example", "ada@рауре.example"])
def test_letters_that_only_look_latin_are_named(typed):
    _, problems = parse_address(typed)
    found = [problem for problem in problems if problem.kind == "look-alike-address"]
    assert "cyrillic" in found[0].what


def test_an_honest_foreign_script_is_no_look_alike():
    _, problems = parse_address("info@日本語.example")
    assert [problem.kind for problem in problems if problem.kind == "look-alike-address"] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("gmial.com", "gmail.com"), ("gmail.con", "gmail.com"), ("hotmial.com", "hotmail.com"), ("firm.cmo", "firm.com")],
)
def test_a_misspelt_domain_is_said_and_kept(typed, meant):
    address, (problem,) = parse_address(f"bob@{typed}")
    assert address == f"bob@{typed}"
    assert f"bob@{meant}" in problem.what


@pytest.mark.parametrize("domain", ["mail.com", "gmail.com", "ymail.com", "gmx.de", "firm.example"])
def test_a_real_domain_is_not_suspected(domain):
    assert parse_address(f"bob@{domain}")[1] == ()


def test_a_shared_box_is_noted():
    assert [problem.kind for problem in parse_address("info@firm.example")[1]] == ["role-address"]


@pytest.mark.parametrize(
    "cell",
    [
        "a@x.example; b@x.example",
        "a@x.example,b@x.example",
        "a@x.example and b@x.example",
        "a@x.example\nb@x.example",
        "A <a@x.example> / B <b@x.example>",
        "a@x.example b@x.example",
    ],
)
def test_several_addresses_in_a_cell_are_never_cut_to_one(cell):
    assert split_addresses(cell) == ("a@x.example", "b@x.example")
    address, (problem,) = parse_address(cell)
    assert (address, problem.kind) == (None, "several-addresses")


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("a@x.example\u200b", "a@x.example[U+200B]"),
        ("Ada Obi\u00a0<a@x.example>", "Ada Obi[U+00A0]<a@x.example>"),
        ("mailto:a@x.example", "mailto:a@x.example"),
    ],
)
def test_what_was_left_out_around_an_address_is_shown_even_where_nobody_sees_it(cell, seen):
    address, (problem,) = parse_address(cell)
    assert (address, problem.kind, problem.severity) == ("a@x.example", "cleaned-address", Severity.NOTE)
    assert problem.what == f"“{seen}” was read as a@x.example."


def test_a_comma_in_a_display_name_is_no_second_address():
    assert split_addresses('"Lee, Bob" <bob@firm.example>') == ("bob@firm.example",)


PLAIN = st.from_regex(r"[a-zA-Z0-9_.%+-]{1,12}@[a-zA-Z0-9.-]{1,12}\.(com|example|uk)", fullmatch=True)


@given(PLAIN)
def test_the_quick_way_says_what_the_validator_says(typed):
    try:
        found = validate_email(typed, check_deliverability=False)
        expected = f"{found.local_part}@{found.ascii_domain}"
    except EmailNotValidError:
        expected = None
    address, problems = parse_address(typed)
    if not any(problem.kind == "cleaned-address" for problem in problems):
        assert address == expected


@given(st.text(max_size=60))
def test_any_text_gives_an_address_or_one_reason(typed):
    address, problems = parse_address(typed)
    holds = [problem for problem in problems if problem.severity is Severity.HOLD]
    assert len(holds) == (address is None)
    assert address is None or (address.count("@") >= 1 and address.isprintable())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Bob@Client.example", ("Bob@client.example",)),
        ("mailto:bob@client.example", ("bob@client.example",)),
        ("Bob Stone <bob@client.example>", ("bob@client.example",)),
        (" bob@client.example; ", ("bob@client.example",)),
        ("bob@client.example, eve@client.example", ("bob@client.example", "eve@client.example")),
        ("@client.example", ("client.example",)),
        ("CLIENT.example.", ("client.example",)),
        ("bücher.example", ("xn--bcher-kva.example",)),
        *((neither, ()) for neither in ("", "@", "bob@", "com", "*.client.example", "http://client.example", "to Bob")),
    ],
)
def test_who_must_not_be_written_to_is_named_by_address_or_domain(text, named):
    assert addresses_or_domain(text) == named
