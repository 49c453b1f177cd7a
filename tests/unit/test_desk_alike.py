"""What is looked at before one yes is said to many drafts."""

from mailer.desk.alike import Alike
from mailer.desk.looked_at import LookedAt
from mailer.preview import Odd, Shown
from tests.factories import draft


def test_one_yes_to_all_wants_every_odd_one_looked_at_and_one_that_is_like_most():
    usual, other, odd = (Shown(draft(), id=number) for number in (1, 2, 3))
    group = Alike((), (usual, other, odd), (Odd(odd, ("the longest",)),))
    looked_at = LookedAt()
    assert group.to_look_at(looked_at) == [odd, usual]
    looked_at.add(other.draft)
    assert group.to_look_at(looked_at) == [odd]
    looked_at.add(odd.draft)
    assert group.to_look_at(looked_at) == []
