"""`mailer check --dns-server` asks a real DNS server whether the firm's mail is believed, and says what to add."""

import pytest

from tests.nameserver import FIRM, GOOD, serving

ACCOUNT = "server: smtp.gmail.com:465\n    username: ada@harbourvale.example"


@pytest.fixture
def checked(firm):
    firm.write_config(account=ACCOUNT)

    def run(zone):
        with serving(zone) as port:
            found = firm.run("check", "--offline", "--dns-server", f"127.0.0.1:{port}", "--json").json["problems"]
        return {problem["kind"]: problem for problem in found if problem["where"] == FIRM}

    return run


def test_a_domain_in_order_has_nothing_to_add(checked):
    assert checked(GOOD) == {}


def test_each_missing_record_is_named_with_the_one_to_add(checked):
    found = checked({(FIRM, "MX"): GOOD[FIRM, "MX"]})
    assert set(found) == {"no-spf", "no-dkim", "no-dmarc"}
    assert f"Add a TXT record for {FIRM}: v=spf1 include:_spf.google.com ~all" in found["no-spf"]["cure"]
    assert f"_dmarc.{FIRM}: v=DMARC1; p=none" in found["no-dmarc"]["cure"]


@pytest.mark.parametrize("server", ["ns.example", "127.0.0.1:domain", "::1"])
def test_a_dns_server_that_is_no_address_is_refused_in_one_sentence(firm, server):
    refused = firm.run("check", "--offline", "--dns-server", server, code=2)
    assert f"Error: “{server}” is no address of a DNS server." in refused.err
