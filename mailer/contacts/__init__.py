"""Spreadsheets → contacts and the problems in them."""
