"""The people of the sheets together with what the ledger remembers of them: who is neglected, and each one's story."""

from mailer.relations.reading import Milestones, Relation, Relations, read_relations
from mailer.relations.story import Story, find_contact, story_of

__all__ = ["Milestones", "Relation", "Relations", "Story", "find_contact", "read_relations", "story_of"]
