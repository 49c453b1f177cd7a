"""What an account may say about signing in with a provider's own page instead of a password."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from mailer.config.kinds import SecretPlace
from mailer.config.parts import Model


class SignIn(Model):
    """Sign-in by OAuth: the firm's own client id, made at the provider (see docs/how-to)."""

    provider: Literal["google", "microsoft", "other"] = Field(description="Whose sign-in page is used.")
    client_id: str = Field(description="The id of the firm's own program, as the provider shows it.")
    client_secret: SecretPlace = Field(
        "",
        description="`env:NAME`, where the provider gave a secret with the id (Google does). Never the secret itself.",
    )
    tenant: str = Field("common", description="Microsoft: the organisation's tenant id, where `common` is not enough.")
    authorize_url: str = Field("", description="Provider `other`: its authorization page.")
    token_url: str = Field("", description="Provider `other`: where tokens are given.")
    device_url: str = Field("", description="Provider `other`: where device codes are given, if it has them.")
    scope: str = Field("", description="Provider `other`: the permissions to ask for.")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.provider == "other" and not (self.authorize_url and self.token_url and self.scope):
            raise ValueError("provider `other` needs authorize_url, token_url and scope")
        return self
