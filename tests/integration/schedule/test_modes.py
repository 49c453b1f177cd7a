"""Where two modes meet: by hand and by a rule, real and rehearsed, first mail and follow-up, command and desk.

A few weeks are lived once as they come, and once more with somebody who looks at everything, changes their mind, or
rehearses in between. Whatever is done, the same people get the same mails on the same days, and nobody gets one twice.
"""

from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner

from mailer.cli import cli
from mailer.desk import make_app
from mailer.model import Status
from tests.desks import HOME, PORT, AskedDesk
from tests.scheduled import MONTHLY, Life, at
from tests.servers import ScriptedServer
from tests.workspaces import Firm, smtp_account

FOLLOWED = "follow_up: [{after: 2 working days, template: again}]"
MODES = {
    "by hand, followed up": FOLLOWED,
    "by a rule, followed up": f"{MONTHLY};{FOLLOWED}",
    "in turn": f"{MONTHLY};in_turn: true",
    "neglected": "when: neglected",
}
#: Those in which everybody gets each round; in turn, who got nothing keeps their turn.
ALL = sorted(MODES.keys() - {"in turn"})
#: Nothing waits; drafts wait; their hour has come; they left; a follow-up is due; the next round's hour has come.
DAYS = (
    "2026-11-24 10:00",
    "2026-12-05 10:00",
    "2026-12-07 09:35",
    "2026-12-08 10:30",
    "2026-12-09 10:30",
    "2027-01-04 09:35",
)
CLIENTS = [{"Owner": owner, "Last contact": "2026-01-10"} for owner in ("Ada", "Ada", "Ben")]

MOMENT = timedelta(minutes=1)
LOOKS = ("preview thanks", "test thanks --to ada@harbourvale.example", "send thanks --dry-run")
PAGES = ("/", "/review/thanks")
REHEARSAL = ("campaigns prepare thanks", "drafts approve thanks --all --yes", "send thanks --yes", "preview thanks")


def say(life, *words, fine=(0, 1, 2, 75)):
    """Run a command at that time; the program may refuse, and never break."""
    with time_machine.travel(life.now, tick=True):
        ran = CliRunner().invoke(cli, ["--config", str(life.folder / "config.yaml"), *map(str, words)])
    assert ran.exit_code in fine, (words, ran.output)
    return ran.output


@contextmanager
def desk_of(life):
    firm = Firm(life.folder)
    app, door = make_app(lambda: firm.open(life.now), life.folder / "config.yaml", PORT)
    desk = AskedDesk(app, door, app.test_client())
    desk.get(door.link.removeprefix(HOME))
    yield desk
    app.extensions["desk"].close()


def press(desk, path, **form):
    """Press a button of the desk."""
    answer = desk.post(path, form)
    assert answer.status_code == 303, (path, answer.text)


def look(life):
    """Look at everything there is to look at, in the terminal and on the desk."""
    for words in LOOKS:
        say(life, *words.split())
    with desk_of(life) as desk:
        for path in PAGES:
            assert desk.get(path).status_code == 200, path
        desk.post("/campaigns/thanks/test", {"address": "ada@harbourvale.example"})


def rehearse(life):
    """Do it all as a rehearsal first."""
    for words in REHEARSAL:
        say(life, "--rehearse", *words.split())


def first(life):
    """The number of a first mail that waits for a yes, 0 where none does."""
    return next((entry.id for entry in life.entries(Status.DRAFT) if not entry.step), 0)


def is_neglected(life):
    """Whether what waits is late as soon as it is there."""
    return "neglected" in (life.folder / "config.yaml").read_text(encoding="utf-8")


def waver(life):
    """Prepare, change one's mind, and take it back, again and again."""
    with desk_of(life) as desk:
        say(life, "campaigns", "prepare", "thanks")
        press(desk, "/campaigns/thanks/prepare")
        if mail := first(life):
            say(life, "drafts", "approve", mail, "--yes", fine=(0,))
            say(life, "drafts", "discard", "--undo", mail, fine=(0,))
            press(desk, f"/review/thanks/{mail}/hold")
            press(desk, f"/review/thanks/{mail}/back")
        life.now += MOMENT
        for words in () if is_neglected(life) else ("catch-up", "let-go"):
            say(life, "campaigns", words, "thanks", fine=(0,))
        press(desk, "/campaigns/thanks/pause")
        press(desk, "/campaigns/thanks/resume")


def live(life, mode, *, before=None, on=DAYS):
    """Live these days, and on some of them do that before anything else; everything that waits gets its yes."""
    life.write_template(name="again.md")
    life.write_clients(CLIENTS)
    life.write_config(thanks=MODES[mode])
    for day in DAYS:
        life.now = at(day)
        if before and day in on:
            before(life)
        life.turn()
        if mode.startswith("by hand") and day == DAYS[1]:
            say(life, "campaigns", "prepare", "thanks")
        if day != DAYS[0]:
            life.approve()
        if mode.startswith("by hand") and day != DAYS[0]:
            say(life, "send", "thanks", "--yes", fine=(0, 75))
        life.turn()
    return got(life)


def words_of(mail):
    return mail.get_body(("plain",)).get_content()


def is_test(mail):
    return mail["To"] == "ada@harbourvale.example"


def got(life):
    """Who got what when: (address, round, step, day) of each mail that left."""
    return Counter(
        (entry.address, entry.round, entry.step, f"{entry.sent_at:%Y-%m-%d}") for entry in life.entries(Status.SENT)
    )


@pytest.fixture(params=MODES)
def mode(request):
    return request.param


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """Mode → what everybody gets where nobody does anything in between."""
    known = {}

    def of(mode):
        if mode not in known:
            lived = Life(tmp_path_factory.mktemp("usual"), at(DAYS[0]))
            known[mode] = live(lived, mode)
            lived.restart()
            assert known[mode]
            assert set(Counter(each[:3] for each in known[mode].elements()).values()) == {1}
        return known[mode]

    return of


def test_who_looks_at_everything_and_changes_their_mind_changes_nothing(life, mode, usual):
    def fidget(life):
        look(life)
        waver(life)

    assert live(life, mode, before=fidget, on=DAYS[:2]) == usual(mode)


@pytest.mark.parametrize("mode", ["by a rule, followed up"])
def test_a_rehearsal_changes_nothing_of_what_is_real(life, mode, usual):
    with ScriptedServer() as server:
        life.account = smtp_account(server.port)
        assert live(life, mode, before=rehearse, on=DAYS[1:2]) == usual(mode)


PERSONAL = "---\nsubject: Hi\n---\nDear {{ first_name }}, thank you. {{ personal_line | default('') }}\n"


@pytest.mark.parametrize("mode", ALL)
def test_a_personal_line_stays_and_a_no_keeps_one_mail_back_and_no_other(life, mode, usual):
    life.write_template(PERSONAL)

    def decide(life):
        say(life, "campaigns", "prepare", "thanks")
        say(life, "drafts", "discard", first(life), fine=(0,))
        say(life, "drafts", "edit", first(life), "--personal-line", "The roof holds.", fine=(0,))
        say(life, "preview", "thanks")

    left = live(life, mode, before=decide, on=DAYS[1:2])
    (no,) = life.entries(Status.DISCARDED)
    assert left == Counter(each for each in usual(mode) if each[:2] != (no.address, no.round))
    sent = [mail for mail in life.outbox if not is_test(mail)]
    assert sum("The roof holds." in words_of(mail) for mail in sent) == 1


@pytest.mark.parametrize("mode", ALL)
def test_what_is_called_off_stays_so_and_the_next_round_comes(life, mode, usual):
    def cancel(life):
        say(life, "campaigns", "prepare", "thanks")
        say(life, "campaigns", "cancel", "thanks", "--yes", fine=(0,))
        say(life, "preview", "thanks")

    left = live(life, mode, before=cancel, on=DAYS[1:2])
    closed = {entry.round for entry in life.entries(Status.CANCELLED)}
    assert closed
    assert left == Counter(each for each in usual(mode) if each[1] not in closed)


def test_in_turn_who_was_held_back_has_the_next_turn(life, usual):
    def discard(life):
        say(life, "campaigns", "prepare", "thanks")
        say(life, "drafts", "discard", first(life), fine=(0,))

    left = live(life, "in turn", before=discard, on=DAYS[1:2])
    (no,) = life.entries(Status.DISCARDED)
    assert [name for address, name, *_ in left if address == no.address] == ["2027-01"]
    assert sum(left.values()) == sum(usual("in turn").values()) - 1
