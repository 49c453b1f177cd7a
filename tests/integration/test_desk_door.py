"""The desk's door: one browser, from this machine, on the desk's own pages, and nobody else."""

import pytest

from tests.desks import HOME, closed_desk, open_desk, prepare
from tests.workspaces import row


@pytest.fixture
def desk(firm):
    return open_desk(firm)


def test_without_the_link_every_page_stays_closed(firm):
    desk = closed_desk(firm)
    for path in ("/", "/nowhere", "/open/guessed", "/%6fpen/guessed"):
        answer = desk.get(path)
        assert answer.status_code == 401
        assert "Harbour" not in answer.text


def test_the_link_lets_one_browser_in_and_no_second(firm):
    desk = closed_desk(firm)
    link = desk.door.link.removeprefix(HOME)
    first = desk.get(link)
    assert (first.status_code, first.headers["Location"]) == (303, "/")
    assert desk.get("/").status_code == 200
    assert desk.app.test_client().get(link, base_url=HOME).status_code == 401


def test_a_browser_that_is_in_may_use_the_link_again(desk):
    assert desk.get(desk.door.link.removeprefix(HOME)).status_code == 303


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(firm):
    desk = closed_desk(firm)
    cookie = desk.get(desk.door.link.removeprefix(HOME)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Domain" not in cookie


def test_a_token_that_leaked_opens_nothing_any_more(firm, desk):
    stranger = desk.app.test_client()
    assert stranger.get(desk.door.link.removeprefix(HOME), base_url=HOME).status_code == 401
    assert stranger.get("/", base_url=HOME).status_code == 401


def test_nothing_after_the_link_carries_its_token_on_to_elsewhere(desk):
    link = desk.door.link.removeprefix(HOME)
    answer = desk.get(link)
    token = link.removeprefix("/open/")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert token not in answer.headers["Location"] + answer.text + str(desk.get("/").headers) + desk.get("/").text


def test_a_name_that_was_bound_to_this_machine_is_refused_everywhere(desk):
    for host in ("evil.example", "evil.example:8025", "127.0.0.1:80", "127.0.0.1", "0.0.0.0:8025", ""):
        for path in ("/", "/%2f", "/static/desk.css", "/open/x", "/%61pi"):
            answer = desk.get(path, headers={"Host": host})
            assert answer.status_code == 403, (host, path)
            assert "Harbour" not in answer.text


def test_another_page_may_neither_read_nor_write(desk):
    for origin in ("https://evil.example", "http://127.0.0.1:80", "http://localhost", "null", "", HOME + "/"):
        for path in ("/", "/%72eview/thanks", "//"):
            for method in (desk.client.get, desk.client.post):
                answer = method(path, base_url=HOME, headers={"Origin": origin}, buffered=True)
                assert answer.status_code == 403, (origin, path)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_says_comes_from_elsewhere_is_refused(desk, site):
    assert desk.get("/", headers={"Sec-Fetch-Site": site}).status_code == 403


def test_a_write_without_the_pages_token_changes_nothing(desk):
    for form in ({}, {"form_token": "guessed"}, {"form_token": "é"}):
        assert desk.client.post("/", base_url=HOME, data=form, headers={"Origin": HOME}).status_code == 403


def test_a_request_larger_than_any_page_of_ours_is_refused(desk):
    big = {"form_token": "x" * (2 * 1024 * 1024)}
    assert desk.client.post("/", base_url=HOME, data=big).status_code == 413


def test_every_answer_forbids_scripts_frames_and_caches(desk):
    for path in ("/", "/nowhere", "/static/desk.css", "/open/x"):
        headers = desk.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'nonce-" in policy
        assert "img-src data:;" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_nonce_is_new_for_every_page(desk):
    policies = {desk.get("/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_nothing_outside_the_static_folder_is_served(desk):
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2f..%2fpyproject.toml",
    ):
        assert desk.get(path).status_code == 404


def test_a_contact_called_script_is_a_name(firm):
    firm.write_sheet([row(1, first_name="<script>alert(1)</script>")])
    prepare(firm)
    assert "<script>alert" not in open_desk(firm).get("/").text


def test_a_config_with_a_mistake_is_told_and_mending_it_is_enough(firm, desk):
    path = firm.folder / "config.yaml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right + "\nfrims: {}\n", encoding="utf-8")
    answer = desk.get("/")
    assert answer.status_code == 409
    assert "frims" in answer.text
    path.write_text(right, encoding="utf-8")
    assert desk.get("/").status_code == 200
