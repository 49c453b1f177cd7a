"""Drafts to look at: grouped by the branches they took, the odd ones first, and one page that shows them all."""

from mailer.preview.grouping import Group, Odd, Shown, grouped, odd_ones
from mailer.preview.page import page, with_pictures, write_page

__all__ = ["Group", "Odd", "Shown", "grouped", "odd_ones", "page", "with_pictures", "write_page"]
