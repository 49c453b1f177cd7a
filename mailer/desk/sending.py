"""Campaigns: how far each is, preparing it, a test to oneself, sending it, pausing it, calling it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailer import campaigns
from mailer.addresses import parse_address
from mailer.campaigns import ByHand, Prepared
from mailer.desk.desk import Desk
from mailer.desk.words import emails
from mailer.errors import MailerError
from mailer.ledger import listing, rounds
from mailer.model import Outcome, Problem, Status
from mailer.scheduling.preparing import prepare_next, prepare_to_look
from mailer.sending import Order
from mailer.when import describe
from mailer.workspace.passes import plan, send_test, words_for_test
from mailer.workspace.statuses import bring_home

#: How many emails a test sends to oneself.
TESTED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a campaign is."""

    name: str
    #: When it goes, as words.
    rule: str
    #: Status → how many, over all its rounds.
    counts: Mapping[Status, int]
    paused: bool


def add_pages(app: Flask, desk: Desk) -> None:
    """The list, and one campaign."""
    actions = Actions(desk, {})

    @app.get("/campaigns")
    def campaigns_list() -> str:
        standing = [_standing(desk, name) for name in desk.workspace.config.campaigns]
        return render_template("campaigns.html", standing=standing, goings=desk.goings)

    @app.get("/campaigns/<campaign>")
    def campaign(campaign: str) -> str:
        workspace = desk.workspace
        ledger = workspace.ledger_of(desk.known(campaign))
        standing = _standing(desk, campaign)
        return render_template(
            "campaign.html",
            campaign=campaign,
            settings=workspace.config.campaigns[campaign],
            standing=standing,
            shares=plan(workspace, ledger, Order(campaigns=[campaign])),
            going=desk.goings.of(campaign),
            found=actions.found.get(campaign, []),
        )

    for name in ("prepare", "test", "send", "stop", "pause", "resume", "cancel"):
        app.add_url_rule(f"/campaigns/<campaign>/{name}", name, getattr(actions, name), methods=["POST"])


def _standing(desk: Desk, name: str) -> Standing:
    with desk.workspace.ledger_of(name).read() as tx:
        by_round = listing.counts(tx, name)
        paused = name in rounds.paused(tx)
    counts = {status: sum(each.get(status, 0) for each in by_round.values()) for status in Status}
    config = desk.workspace.config
    return Standing(name, describe(config.campaigns[name].when, config.firm.timezone), counts, paused)


@dataclass(frozen=True, slots=True)
class Actions:
    """What a person does with a campaign; every answer leads back to its page."""

    desk: Desk
    #: Campaign → what the last preparation found in the sheet.
    found: dict[str, list[Problem]]

    def prepare(self, campaign: str) -> Response:
        """Make its emails, or bring them up to date; `again` opens the next round."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        again = bool(request.form.get("again"))
        if workspace.config.campaigns[campaign].when and not again:
            done = prepare_next(workspace, campaign)
        else:
            settings, folder = workspace.config, workspace.folder
            done = campaigns.prepare(ledger, settings, folder, campaign, ByHand(again), now=workspace.now)
        self.found[campaign] = done.problems if done else []
        said = _prepared(done) if done else "Nobody is due within a year: look at its day, and at the sheet."
        flash(" ".join([said, *bring_home(workspace, [campaign])]))
        return _back(campaign)

    def test(self, campaign: str) -> Response:
        """Send the first few to oneself."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        address, _ = parse_address(request.form.get("address", ""))
        if address is None:
            flash("This is not an address; write it as you@example.com.")
            return _back(campaign)
        try:
            done = prepare_to_look(workspace, campaign)
            words = words_for_test(ledger, campaign, address, round_name=done.round if done else None, limit=TESTED)
            receipts = send_test(workspace, ledger, words)
        except MailerError as error:
            flash(f"No test was sent. {error}")
            return _back(campaign)
        taken = sum(receipt.outcome is Outcome.ACCEPTED for receipt in receipts)
        flash(f"{taken} of {emails(len(words))} sent to {address}, as a test. Nobody else gets it.")
        return _back(campaign)

    def send(self, campaign: str) -> Response:
        """Begin to send what is approved and due; `anyway` from the accounts that can log in."""
        anyway = bool(request.form.get("anyway"))
        self.desk.goings.start(self.desk.known(campaign), at=self.desk.workspace.now, anyway=anyway)
        return _back(campaign)

    def stop(self, campaign: str) -> Response:
        """Stop after the emails in hand."""
        going = self.desk.goings.of(campaign)
        if going:
            going.stop()
        return _back(campaign)

    def pause(self, campaign: str) -> Response:
        """Nothing of it is prepared or sent."""
        return self._pause(campaign, paused=True)

    def resume(self, campaign: str) -> Response:
        """It goes on."""
        return self._pause(campaign, paused=False)

    def _pause(self, campaign: str, *, paused: bool) -> Response:
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        campaigns.pause(ledger, campaign, now=workspace.now, paused=paused)
        flash("It is paused: nothing of it is sent." if paused else "It goes on.")
        return _back(campaign)

    def cancel(self, campaign: str) -> Response:
        """Call back everything that has not gone."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        if not request.form.get("sure"):
            flash("Nothing was called off: tick the box first.")
            return _back(campaign)
        done = campaigns.cancel(ledger, who=workspace.who, now=workspace.now, campaign=campaign)
        flash(f"Called off: {emails(len(done.done))}.")
        return _back(campaign)


def _back(campaign: str) -> Response:
    return redirect(url_for("campaign", campaign=campaign), 303)


def _passed_over(why: str, count: int) -> str:
    """How many rows a preparation left out: "2 rows passed over (not meant by this campaign)"."""
    said = {"excluded": "not meant by this campaign", "met": "of people who have an earlier row"}.get(why, why)
    return f"{count} row{'' if count == 1 else 's'} passed over ({said})"


def _prepared(done: Prepared) -> str:
    said = [f"{emails(done.made)} newly written"] if done.made else []
    said += [f"{emails(done.changed)} written again"] if done.changed else []
    said += [f"{done.unchanged} as before"] if done.unchanged else []
    said += [f"{len(done.voided)} need your yes again"] if done.voided else []
    said += [_passed_over(why, count) for why, count in done.skipped.items() if count]
    return f"Prepared: {', '.join(said) or 'nobody in the sheet is meant'}."
