"""A loopback DNS server's records are read, and what stands in the way of being believed is said."""

import pytest

from mailer.domains import Records, alignment, check_domain
from tests.nameserver import FIRM, GOOD, serving


@pytest.fixture
def nameserver():
    """Serves a dictionary of records; the test fills it."""
    zone = dict(GOOD)
    with serving(zone) as port:
        yield zone, Records(nameserver="127.0.0.1", port=port)


def kinds(nameserver, changes=None, *, server="smtp.gmail.com:465", **options):
    zone, records = nameserver
    for key, value in (changes or {}).items():
        zone.pop(key) if value is None else zone.update({key: value})
    return [problem.kind for problem in check_domain(FIRM, server, records, **options)]


def test_a_domain_in_order_has_no_problem(nameserver):
    assert kinds(nameserver) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({(FIRM, "TXT"): ['"nothing"']}, "no-spf"),
        ({(FIRM, "TXT"): ['"v=spf1 include:_spf.google.com ~all"', '"v=spf1 -all"']}, "many-spf"),
        ({(FIRM, "TXT"): ['"v=spf1 include:elsewhere.example ~all"']}, "spf-without-us"),
        ({(FIRM, "TXT"): ['"v=spf1 include:_spf.google.com +all"']}, "spf-open"),
        (
            {
                (FIRM, "TXT"): [
                    '"v=spf1 include:_spf.google.com ' + " ".join(f"a:h{n}.x.example" for n in range(11)) + '"'
                ]
            },
            "spf-too-long",
        ),
        ({(f"google._domainkey.{FIRM}", "TXT"): None}, "no-dkim"),
        ({(f"google._domainkey.{FIRM}", "TXT"): ['"v=DKIM1; p="']}, "dkim-withdrawn"),
        ({(f"google._domainkey.{FIRM}", "TXT"): ['"v=DKIM1; p=AAAA"']}, "dkim-short"),
        ({(f"_dmarc.{FIRM}", "TXT"): None}, "no-dmarc"),
        ({(f"_dmarc.{FIRM}", "TXT"): ['"v=DMARC1; p=whatever"']}, "bad-dmarc"),
        ({(FIRM, "MX"): ["0 ."]}, "no-mx"),
    ],
)
def test_each_defect_of_a_domain_is_told(nameserver, changes, kind):
    assert kinds(nameserver, changes) == [kind]


def test_the_cure_is_the_record_to_add(nameserver):
    zone, records = nameserver
    zone[FIRM, "TXT"] = ['"nothing"']
    (problem,) = check_domain(FIRM, "smtp.office365.com:587", records, selector="google")
    assert problem.cure.endswith("v=spf1 include:spf.protection.outlook.com ~all")


def test_the_include_may_stand_in_an_included_record(nameserver):
    changes = {
        (FIRM, "TXT"): ['"v=spf1 include:spf.harbourvale.example ~all"'],
        (f"spf.{FIRM}", "TXT"): ['"v=spf1 include:_spf.google.com ~all"'],
    }
    assert kinds(nameserver, changes) == []


def test_a_record_that_includes_itself_ends(nameserver):
    assert "spf-too-long" in kinds(nameserver, {(FIRM, "TXT"): [f'"v=spf1 include:{FIRM} ~all"']})


def test_a_dmarc_record_of_the_domain_above_counts(nameserver):
    zone, records = nameserver
    zone["mail.harbourvale.example", "TXT"] = ['"v=spf1 include:_spf.google.com ~all"']
    found = check_domain("mail.harbourvale.example", "smtp.gmail.com:465", records)
    assert "no-dmarc" not in [problem.kind for problem in found]


def test_the_firms_own_key_is_looked_for_by_its_selector(nameserver):
    assert kinds(nameserver, selector="ours") == ["no-dkim"]


def test_a_dns_that_does_not_answer_is_not_taken_for_a_no(nameserver):
    zone, records = nameserver
    zone["silent"] = True
    records._resolver.lifetime = 0.2
    assert kinds(nameserver) == ["dns-silent"]


@pytest.mark.parametrize(
    ("username", "count"),
    [(f"ada@{FIRM}", 0), (f"ada@mail.{FIRM}", 0), ("ada", 0), ("ada@gmail.com", 1)],
)
def test_login_and_from_belong_to_one_domain(username, count):
    assert len(alignment(FIRM, username)) == count
