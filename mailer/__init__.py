"""Mailer: the appreciation desk of a small firm, from a spreadsheet to sent mail."""
