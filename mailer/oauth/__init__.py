"""Signing in at a provider's own page: a person's consent becomes tokens, tokens become fresh ones."""

from mailer.oauth.granting import sign_in_by_code, sign_in_with_browser
from mailer.oauth.tokens import Token, renew

__all__ = ["Token", "renew", "sign_in_by_code", "sign_in_with_browser"]
