"""The desk: a local page where a person reads the drafts, adds a sentence, says yes, and sees that they went.

It asks the same use cases as the command line, and keeps nothing of its own: the ledger is the only truth.
"""

from mailer.desk.app import make_app
from mailer.desk.keeping import Keeper, runner_of
from mailer.desk.serving import listen, serve

__all__ = ["Keeper", "listen", "make_app", "runner_of", "serve"]
