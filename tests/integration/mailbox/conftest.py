"""A real IMAP server, and a mailbox on it that is empty at first."""

import pytest

from tests.dovecot import Dovecot


@pytest.fixture(scope="module")
def dovecot():
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture
def inbox(dovecot):
    dovecot.empty()
    return dovecot
