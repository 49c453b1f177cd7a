"""Review: one draft at a time with everything beside it; yes, not now, and a person's own words.

A yes carries the digest of the words that stood on the screen: a stale page approves nothing, and shows the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from mailer import campaigns
from mailer.campaigns import Decision
from mailer.desk.alike import Alike
from mailer.desk.counting import LARGE
from mailer.desk.desk import Desk
from mailer.desk.kept import PATIENCE, Counted
from mailer.desk.marks import Marker
from mailer.desk.one import NUMBER, edit_from, look_up, one
from mailer.desk.words import KINDS, STATUSES, emails
from mailer.ledger import listing, overview
from mailer.model import Status

#: How many drafts a page of the list shows.
PAGE = 50
#: Seconds that a yes to a whole group waits until the group is known as it stands now.
UNTIL_GROUPED = 60.0
#: How the mail may be looked at: what → the choices, the first unless chosen.
VIEWS = {
    "width": ("desktop", "phone"),
    "light": ("light", "dark"),
    "words": ("html", "text"),
    "findings": ("marked", "unmarked"),
}


def add_pages(app: Flask, desk: Desk) -> None:
    """The list of a campaign's drafts, and one of them."""
    actions = Actions(desk)

    @app.get("/review/<campaign>")
    def review(campaign: str) -> str:
        stopped = desk.refresh(desk.known(campaign)).stopped.get(campaign, "")
        text, page = request.args.get("find", "").strip(), max(1, request.args.get("page", 1, int))
        with desk.workspace.ledger_of(campaign).read() as tx:
            digests = {} if text else overview.digests(tx, campaign)
            ids = overview.draft_ids(tx, campaign, text) if text else list(digests)
            listed = listing.entries(tx, ids=ids[(page - 1) * PAGE : page * PAGE])
        groups = Counted([], None) if text or page > 1 else _alike(desk, campaign, digests)
        return render_template(
            "review.html", campaign=campaign, listed=listed, count=len(ids), page=page, pages=-(-len(ids) // PAGE),
            text=text, groups=groups.value if groups else None, is_old=bool(groups and groups.is_old),
            looked_at=desk.looked_at, stopped=stopped,
        )  # fmt: skip

    @app.get(f"/review/<campaign>/<{NUMBER}:draft_id>")
    def draft(campaign: str, draft_id: int) -> str:
        stopped = desk.refresh(desk.known(campaign)).stopped.get(campaign, "")
        shown = one(desk, campaign, draft_id, was=request.args.get("was", ""))
        desk.looked_at.add(shown.words)
        view = _view()
        marker = Marker(shown.findings if view["findings"] == "marked" else ())
        return render_template(
            "draft.html", campaign=campaign, one=shown, view=view, views=VIEWS, marker=marker, stopped=stopped,
            kinds=KINDS,
        )  # fmt: skip

    app.add_url_rule("/review/<campaign>/alike", "approve_alike", actions.approve_alike, methods=["POST"])
    for name in ("approve", "hold", "back", "edit", "undo"):
        rule = f"/review/<campaign>/<{NUMBER}:draft_id>/{name}"
        app.add_url_rule(rule, name, getattr(actions, name), methods=["POST"])


def _alike(desk: Desk, campaign: str, digests: Mapping[int, str]) -> Counted[list[Alike]] | None:
    """The groups of alike drafts; of many drafts as they stand, while newer ones are made behind the page."""
    patience = 0 if len(digests) > LARGE else PATIENCE
    return desk.grouping.of(desk.workspace, campaign, digests, patience=patience)


def _view() -> dict[str, str]:
    """How this person wants to see mail: as asked now, else as before."""
    for name, choices in VIEWS.items():
        if request.args.get(name) in choices:
            session[name] = request.args[name]
    return {name: session.get(name, choices[0]) for name, choices in VIEWS.items()}


@dataclass(frozen=True, slots=True)
class Actions:
    """What a person decides; every answer leads to the page to look at next."""

    desk: Desk

    def approve(self, campaign: str, draft_id: int) -> Response:
        """Yes to the words of the digest that the form carries."""
        seen = request.form.get("digest", "")
        self.desk.refresh(self.desk.known(campaign))
        entry, words = look_up(self.desk, campaign, draft_id)
        if words.digest != seen:
            flash("This email changed since the page was shown. Nothing was approved: please look again.")
            return redirect(url_for("draft", campaign=campaign, draft_id=draft_id, was=seen), 303)
        if entry.status is not Status.DRAFT:
            flash(f"This email needs no yes: it is {STATUSES[entry.status]}.")
            return self._next(campaign, draft_id)
        decision = self._approve(campaign, {draft_id: seen})
        if decision.refused:
            flash(f"Not approved: {decision.refused[draft_id].rstrip('.')}.")
            return redirect(url_for("draft", campaign=campaign, draft_id=draft_id), 303)
        flash(f"Approved: {entry.name or entry.address}. It waits to be sent.")
        return self._next(campaign, draft_id)

    def approve_alike(self, campaign: str) -> Response:
        """Yes to a group of alike drafts, after its odd ones were looked at; the form carries the group's mark."""
        self.desk.refresh(self.desk.known(campaign))
        mark = request.form.get("mark", "")
        with self.desk.workspace.ledger_of(campaign).read() as tx:
            digests = overview.digests(tx, campaign)
        groups = self.desk.grouping.of(self.desk.workspace, campaign, digests, patience=UNTIL_GROUPED)
        group = next((each for each in groups.value if each.mark == mark), None) if groups else None
        if group is None:
            flash("These emails changed since the page was shown. Nothing was approved: please look again.")
        elif unseen := group.to_look_at(self.desk.looked_at):
            flash(f"Nothing was approved. Please look at {unseen[0].name} first.")
        else:
            decision = self._approve(campaign, group.ready)
            waits = "It waits" if len(decision.done) == 1 else "They wait"
            flash(f"Approved: {emails(len(decision.done))}. {waits} to be sent.")
            for why in sorted(set(decision.refused.values())):
                flash(f"Not all were approved: {why.rstrip('.')}.")
        return redirect(url_for("review", campaign=campaign), 303)

    def _approve(self, campaign: str, seen: dict[int, str]) -> Decision:
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(campaign)
        return campaigns.approve(ledger, seen, who=workspace.who, now=workspace.now, seen=seen)

    def hold(self, campaign: str, draft_id: int) -> Response:
        """Not in this round."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        decision = campaigns.discard(ledger, [draft_id], who=workspace.who, now=workspace.now, note="held back")
        flash("Held back: it is not sent." if decision.done else "It can no longer be held back.")
        return self._next(campaign, draft_id)

    def back(self, campaign: str, draft_id: int) -> Response:
        """Make a draft of it again: the yes, or the no, is taken back."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        decision = campaigns.reconsider(ledger, [draft_id], who=workspace.who, now=workspace.now)
        flash("It waits for your yes again." if decision.done else "It has left, or was called off.")
        return redirect(url_for("draft", campaign=campaign, draft_id=draft_id), 303)

    def edit(self, campaign: str, draft_id: int) -> Response:
        """Keep a person's own words in one draft."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        if said := edit_from(request.form):
            campaigns.edit(ledger, workspace.config, workspace.folder, draft_id, said, now=workspace.now)
        return redirect(url_for("draft", campaign=campaign, draft_id=draft_id), 303)

    def undo(self, campaign: str, draft_id: int) -> Response:
        """Take every change of one draft back."""
        workspace = self.desk.workspace
        ledger = workspace.ledger_of(self.desk.known(campaign))
        campaigns.edit(ledger, workspace.config, workspace.folder, draft_id, None, now=workspace.now)
        flash("Your changes are taken back.")
        return redirect(url_for("draft", campaign=campaign, draft_id=draft_id), 303)

    def _next(self, campaign: str, draft_id: int) -> Response:
        """The next draft after this one, else the first that is left, else the list."""
        with self.desk.workspace.ledger_of(campaign).read() as tx:
            ids = overview.draft_ids(tx, campaign)
        following = next((each for each in ids if each > draft_id), ids[0] if ids else None)
        if following is None or following == draft_id:
            return redirect(url_for("review", campaign=campaign), 303)
        return redirect(url_for("draft", campaign=campaign, draft_id=following), 303)
