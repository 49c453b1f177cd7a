"""What takes long to count is kept while it holds, and counted behind the page when it does not."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailer.desk.kept import KEPT, Kept


@pytest.fixture
def kept():
    with ThreadPoolExecutor(2) as pool:
        yield Kept[int](pool)


def test_what_has_not_changed_is_not_counted_again(kept):
    assert kept.of("clients", "as it was", lambda: 1).value == 1
    assert kept.of("clients", "as it was", lambda: 2).value == 1
    assert kept.of("team", "as it was", lambda: 3).value == 3


def test_what_has_changed_is_counted_anew(kept):
    kept.of("clients", "as it was", lambda: 1)
    again = kept.of("clients", "as it is", lambda: 2)
    assert (again.value, again.is_old) == (2, False)


def test_a_page_that_does_not_wait_shows_nothing_the_first_time_and_then_what_it_last_knew(kept):
    may_end = threading.Event()
    assert kept.of("clients", 1, lambda: may_end.wait(10) and 1, patience=0) is None
    may_end.set()
    assert kept.of("clients", 1, lambda: 1).value == 1
    may_end.clear()
    old = kept.of("clients", 2, lambda: may_end.wait(10) and 2, patience=0)
    assert (old.value, old.is_old) == (1, True)
    may_end.set()
    assert kept.of("clients", 2, lambda: 2).value == 2


def test_while_one_count_runs_no_second_is_begun(kept):
    may_end, begun = threading.Event(), []

    def count():
        begun.append(1)
        may_end.wait(10)
        return 1

    for stamp in (1, 2, 3):
        kept.of("clients", stamp, count, patience=0)
    may_end.set()
    assert kept.of("clients", 1, count).value == 1
    assert len(begun) == 1


def test_what_cannot_be_counted_is_said_to_the_page_and_tried_again(kept):
    with pytest.raises(ZeroDivisionError):
        kept.of("clients", 1, lambda: 1 // 0)
    assert kept.of("clients", 1, lambda: 1).value == 1


def test_the_oldest_counts_are_forgotten(kept):
    for name in range(KEPT + 1):
        kept.of(str(name), 1, lambda: 1)
    assert kept.of(str(KEPT), 1, lambda: 2).value == 1
    assert kept.of("0", 1, lambda: 2).value == 2
