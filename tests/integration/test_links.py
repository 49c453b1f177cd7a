"""Web addresses are asked on loopback: what leads nowhere is said, and nothing private is touched unasked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mailer.links import broken
from tests.servers import certificates
from tests.workspaces import TEMPLATE


class Site(BaseHTTPRequestHandler):
    """A few pages, each with its own way of answering."""

    def do_HEAD(self):
        self.server.asked.append(f"{self.command} {self.path}")
        status, where = {
            "/there": (200, ""),
            "/without-head": (405, ""),
            "/gone": (404, ""),
            "/members": (403, ""),
            "/moved": (301, "/there"),
            "/moved-away": (302, "/gone"),
            "/round": (302, "/round"),
            "/out": (302, "file:///etc/passwd"),
        }.get(self.path, (500, ""))
        if self.command == "GET" and self.path == "/without-head":
            status = 200
        self.send_response(status)
        if where:
            self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.do_HEAD()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def at(site, path):
    return f"http://127.0.0.1:{site.server_port}{path}"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/there", ""),
        ("/without-head", ""),
        ("/members", ""),
        ("/moved", ""),
        ("/gone", "its server answers 404 Not Found"),
        ("/moved-away", "its server answers 404 Not Found"),
        ("/oops", "its server answers 500 Internal Server Error"),
        ("/round", "it leads from one address to the next without end"),
        ("/out", "it leads to file:///etc/passwd, which is no web address"),
    ],
)
def test_an_address_is_followed_to_its_end(site, path, why):
    assert broken([at(site, path)], private=True) == ({at(site, path): why} if why else {})


def test_a_page_is_asked_for_whole_only_where_its_head_is_refused(site):
    broken([at(site, "/there"), at(site, "/there"), at(site, "/without-head")], private=True)
    assert sorted(site.asked) == ["GET /without-head", "HEAD /there", "HEAD /without-head"]


def test_nothing_in_a_private_network_is_asked(site):
    link = at(site, "/there")
    assert broken([link]) == {link: "it lies in a private network, where readers elsewhere cannot go"}
    assert site.asked == []


def test_a_port_where_nobody_listens_is_said(site):
    site.server_close()
    assert broken([at(site, "/there")], private=True)[at(site, "/there")].startswith("nothing answers there")


def test_a_certificate_that_nobody_trusts_is_said(tmp_path, site):
    site.socket = certificates(tmp_path).context.wrap_socket(site.socket, server_side=True)
    link = at(site, "/there").replace("http:", "https:")
    assert broken([link], private=True)[link].startswith("its certificate cannot be trusted")


def test_the_check_before_sending_names_the_links_of_a_campaign_that_lead_nowhere(firm, site):
    firm.write_template(f"{TEMPLATE}\n[one]({at(site, '/there')}) [two]({at(site, '/gone')})\n")
    asked = firm.run("check", "thanks", "--links", "--private-links", "--json").json["problems"]
    assert [(one["kind"], one["what"]) for one in asked if one["kind"] == "broken-link"] == [
        ("broken-link", f"The link {at(site, '/gone')} leads nowhere: its server answers 404 Not Found.")
    ]
    site.asked.clear()
    assert "broken-link" not in firm.run("check", "thanks", "--json").out
    assert site.asked == []
