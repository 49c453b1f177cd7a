"""Where each provider's sign-in stands, and which permissions reading and sending mail need there."""

from __future__ import annotations

from dataclasses import dataclass

from mailer.config import SignIn


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of one provider."""

    authorize: str
    token: str
    #: "" where there is no sign-in by code: Google allows none for mail.
    device: str
    scope: str


def endpoints_of(sign_in: SignIn) -> Endpoints:
    """Take the provider's addresses, or those that the config names."""
    if sign_in.provider == "google":
        return Endpoints(
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "",
            "https://mail.google.com/",
        )
    if sign_in.provider == "microsoft":
        base = f"https://login.microsoftonline.com/{sign_in.tenant}/oauth2/v2.0"
        office = "https://outlook.office.com"
        scope = f"{office}/IMAP.AccessAsUser.All {office}/SMTP.Send offline_access"
        return Endpoints(f"{base}/authorize", f"{base}/token", f"{base}/devicecode", scope)
    return Endpoints(sign_in.authorize_url, sign_in.token_url, sign_in.device_url, sign_in.scope)
