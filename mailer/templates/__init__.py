"""Template files → drafts."""
