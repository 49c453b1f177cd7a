"""Drafts → problems, before anybody is asked to approve: is it whole, and does it sound like a person. Pure."""

from mailer.checks.files import check_files_together
from mailer.checks.sincerity import check_sincerity, few_own_words, routine_phrases
from mailer.checks.soundness import check, web_links

__all__ = ["check", "check_files_together", "check_sincerity", "few_own_words", "routine_phrases", "web_links"]
