"""The people of the sheets together with what the ledger remembers of them: who is neglected, and each one's story."""

from mailer.relations.memos import memos_beside, memos_of
from mailer.relations.noting import instant_of, keep_memo, log_contact
from mailer.relations.reading import Milestones, Relation, Relations, read_relations, relation_of
from mailer.relations.story import Story, find_contact, story_of, tell

__all__ = [
    "Milestones",
    "Relation",
    "Relations",
    "Story",
    "find_contact",
    "instant_of",
    "keep_memo",
    "log_contact",
    "memos_beside",
    "memos_of",
    "read_relations",
    "relation_of",
    "story_of",
    "tell",
]
