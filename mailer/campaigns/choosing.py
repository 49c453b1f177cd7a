"""Which round a preparation is about: its caller says so, and no round opens because something was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from mailer.commands import command
from mailer.config.models import Campaign
from mailer.errors import UsageError
from mailer.ledger import listing, rounds
from mailer.ledger.drafts import Due
from mailer.ledger.moves import PROGRAM, move
from mailer.ledger.opening import Transaction
from mailer.ledger.rounds import Round
from mailer.model import Status

_NOBODY: Mapping[int, Due] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ByHand:
    """The round that a person sends to everybody the campaign means: the latest there is, or with `again` the next."""

    again: bool = False
    step: ClassVar[int] = 0
    due: ClassVar[Mapping[int, Due]] = _NOBODY


@dataclass(frozen=True, slots=True)
class WhenDue:
    """A round, or the follow-ups of a step in it, that takes in the people of `due`, each at a time of their own."""

    name: str
    #: 0 for the first mail, 1… for follow-ups.
    step: int
    #: Person → when their mail is due.
    due: Mapping[int, Due]


@dataclass(frozen=True, slots=True)
class AsItStands:
    """A step of a round that is there: who is in it is rendered again; a round by hand takes in new rows, too."""

    name: str
    step: int
    due: ClassVar[Mapping[int, Due]] = _NOBODY


@dataclass(frozen=True, slots=True)
class Trial:
    """Everybody the campaign means, whosever turn it is: for a ledger that is thrown away."""

    step: ClassVar[int] = 0
    due: ClassVar[Mapping[int, Due]] = _NOBODY


#: What a caller asks to be prepared.
Choice = ByHand | WhenDue | AsItStands | Trial


def open_chosen(tx: Transaction, name: str, campaign: Campaign, choice: Choice, *, now: datetime) -> Round:
    """The round, made if the choice may make one. Raises UsageError for one that may not be opened."""
    match choice:
        case AsItStands():
            return _there(tx, name, choice.name)
        case WhenDue():
            first = min((each.now_at for each in choice.due.values()), default=now)
            return _open(
                rounds.open_round(tx, name, choice.name, now=now, due_at=first), "See what comes: mailer schedule"
            )
        case ByHand():
            _refuse_turns(name, campaign)
            if choice.again:
                _refuse_unsent(tx, name)
                _call_back_held(tx, name, now=now)
            wanted = _by_hand(rounds.rounds_of(tx, name), again=choice.again)
            again = f"Start the next one: {command('campaigns', 'prepare', name, '--again')}"
            return _open(rounds.open_round(tx, name, wanted, now=now), again)
        case Trial():
            return rounds.open_round(tx, name, "1", now=now)


def template_of(name: str, campaign: Campaign, step: int) -> str:
    """The template of a step. Raises UsageError for a follow-up that was taken out of config.yaml."""
    if step > len(campaign.follow_up):
        raise UsageError(
            f"Follow-up {step} of {name} is no longer in config.yaml.",
            cure=f"Put it back, or call back what waits of it: {command('campaigns', 'cancel', name)}",
        )
    return campaign.follow_up[step - 1].template if step else campaign.template


def _there(tx: Transaction, campaign: str, name: str) -> Round:
    found = rounds.find_round(tx, campaign, name)
    if found is None:
        raise UsageError(
            f"{campaign} has no round {name}.", cure=f"See them with: {command('campaigns', 'status', campaign)}"
        )
    return found


def _refuse_turns(name: str, campaign: Campaign) -> None:
    if campaign.in_turn:
        raise UsageError(f"Whose turn it is in {name}, its schedule decides.", cure="Keep the schedule: mailer run")


def _refuse_unsent(tx: Transaction, name: str) -> None:
    """What can still go of an earlier round and what comes with a new one would be two mails to the same person."""
    unsent = listing.entries(tx, campaign=name, statuses=[Status.DRAFT, Status.QUEUED], held=False)
    first = [entry for entry in unsent if not entry.step]
    if first:
        many = (
            f"{len(first)} mails of round {first[0].round} of {name} have"
            if len(first) > 1
            else f"1 mail of {name} has"
        )
        raise UsageError(
            f"{many} not gone yet; a new round would write to the same people twice.",
            cure=f"Send what waits, or call it off: {command('campaigns', 'cancel', name)}",
        )


def _call_back_held(tx: Transaction, name: str, *, now: datetime) -> None:
    """What is held in an earlier round and mended later would be a second mail, too: the new round writes to them."""
    held = listing.entries(tx, campaign=name, statuses=[Status.DRAFT], held=True)
    first = [entry.id for entry in held if not entry.step]
    move(tx, first, Status.CANCELLED, at=now, who=PROGRAM, note="a newer round took its place")


def _by_hand(known: list[Round], *, again: bool) -> str:
    numbered = [int(each.name) for each in known if each.due_at is None and each.name.isdigit()]
    return str(max(numbered, default=1) + (again and bool(numbered)))


def _open(current: Round, cure: str) -> Round:
    if current.cancelled_at:
        raise UsageError(f"Round {current.name} of {current.campaign} was cancelled.", cure=cure)
    return current
