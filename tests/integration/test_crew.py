"""Work shared among processes: each script here runs in a process of its own, of one thread, as a command does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEGIN = """
import json, os, signal, socket, sys, threading
from mailer.crew import Crew

HERE = os.getpid()
MANY = [[number] for number in range(20)]

def who(batch):
    return os.getpid(), batch
"""


pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1, reason="nothing is shared here"
)


def told_by(script: str):
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


def test_the_answers_come_in_order_from_several_processes():
    here, told = told_by("with Crew(who) as crew: print(json.dumps([HERE, list(crew.answers(MANY))]))")
    assert [batch for _, batch in told] == [[number] for number in range(20)]
    assert told[0][0] == here  # so that what has to be loaded is loaded once
    members = {pid for pid, _ in told[1:]}
    assert here not in members
    assert len(members) == len(os.sched_getaffinity(0))


def test_a_process_is_asked_of_one_batch_ahead_and_no_more():
    told = told_by("""
taken = []
with Crew(who, most=1) as crew:
    answers = crew.answers(batch for batch in MANY if not taken.append(batch))
    next(answers)
    next(answers)
    print(json.dumps(len(taken)))
""")
    assert told == 4  # one done here, one answered, two asked


def test_they_stand_back_for_the_one_that_asks():
    here, there = told_by("""
def niceness(batch):
    return os.getpriority(os.PRIO_PROCESS, 0)

with Crew(niceness) as crew:
    here, *there = crew.answers(MANY)
    print(json.dumps([here, there]))
""")
    assert min(there) > here


def test_batches_and_answers_larger_than_a_pipe_wait_for_nobody():
    told = told_by("""
large = [bytes(3 << 20) for _ in range(8)]
with Crew(lambda batch: batch) as crew: print(json.dumps([len(answer) for answer in crew.answers(large)]))
""")
    assert told == [3 << 20] * 8


def test_a_few_batches_or_a_second_thread_keep_the_work_here():
    here, few, threaded = told_by("""
with Crew(who) as crew:
    few = [pid for pid, _ in crew.answers(MANY[:2])]
ends = threading.Event()
threading.Thread(target=ends.wait).start()
with Crew(who) as crew:
    threaded = [pid for pid, _ in crew.answers(MANY)]
ends.set()
print(json.dumps([HERE, few, threaded]))
""")
    assert set(few) == set(threaded) == {here}


def test_where_the_system_gives_no_pipe_the_work_is_done_here():
    here, told = told_by("""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
with Crew(who) as crew: print(json.dumps([HERE, list(crew.answers(MANY))]))
""")
    assert told == [[here, [number]] for number in range(20)]


def test_the_same_processes_answer_again():
    first, second = told_by("""
with Crew(who) as crew:
    print(json.dumps([sorted({pid for pid, _ in list(crew.answers(MANY))[1:]}) for _ in range(2)]))
""")
    assert first == second


def test_the_batches_of_a_process_that_ended_are_worked_on_here():
    here, told = told_by("""
def work(batch):
    if os.getpid() != HERE and batch[0] > 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return who(batch)

with Crew(work) as crew: print(json.dumps([HERE, list(crew.answers(MANY))]))
""")
    assert [batch for _, batch in told] == [[number] for number in range(20)]
    assert {pid for pid, (number,) in told if number > 5} == {here}
    assert here not in {pid for pid, (number,) in told if 0 < number <= 5}


def test_asked_to_end_they_end_and_leave_the_answer_to_the_other():
    here, told = told_by("""
signal.signal(signal.SIGTERM, lambda *_: print("Stopping.", file=sys.stderr))

def work(batch):
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGTERM)
    return who(batch)

with Crew(work) as crew: print(json.dumps([HERE, list(crew.answers(MANY))]))
""")
    assert {pid for pid, _ in told} == {here}


def test_an_error_of_the_work_is_raised_here():
    told = told_by("""
from mailer.errors import TemplateError

def work(batch):
    if batch == [7]:
        raise TemplateError("There is no layout.", cure="Make one.")
    return batch

answers = []
with Crew(work) as crew:
    try:
        answers += crew.answers(MANY)
    except TemplateError as error:
        print(json.dumps([str(error), error.cure]))
""")
    assert told == ["There is no layout.", "Make one."]


def test_they_hold_no_file_of_the_one_they_were_forked_from():
    told = told_by("""
ours, theirs = socket.socketpair()
with Crew(who) as crew:
    members = [pid for pid, _ in crew.answers(MANY)]
    open_files = [len(os.listdir(f"/proc/{pid}/fd")) for pid in set(members) - {HERE}]
    ours.close()
    theirs.settimeout(20)
    print(json.dumps([theirs.recv(1).decode(), open_files]))
""")
    assert told[0] == ""
    assert set(told[1]) == {5}  # the three of every process, and two pipes


def test_they_end_with_the_one_they_were_forked_from_however_it_ends():
    script = """
def tell(batch):
    print(os.getpid(), flush=True)

with Crew(tell) as crew:
    for answer in crew.answers(MANY):
        os.kill(HERE, signal.SIGKILL)
"""
    with subprocess.Popen([sys.executable, "-c", BEGIN + script], cwd=ROOT, stdout=subprocess.PIPE) as killed:
        assert killed.stdout.read()  # to its end: nobody holds it any more


@pytest.mark.parametrize("given", ["os.fork", "os.pipe"])
def test_what_a_process_that_could_not_be_begun_needed_is_closed_again(given):
    before, after = told_by(f"""
given, calls = {given}, []

def refusing():
    calls.append(1)
    if len(calls) > 1:
        raise OSError(11, "no more")
    return given()

def opened():
    return len(os.listdir("/proc/self/fd"))

{given} = refusing
before = opened()
with Crew(who) as crew:
    for _ in crew.answers(MANY):
        pass
print(json.dumps([before, opened()]))
""")
    assert after == before
