"""A template file and a contact become a Draft: finished words, sealed by a digest, with the problems found."""

from mailer.templates.filters import filter_texts
from mailer.templates.loading import load, names
from mailer.templates.sealing import sealed
from mailer.templates.template import Rendered, Template

__all__ = ["Rendered", "Template", "filter_texts", "load", "names", "sealed"]
