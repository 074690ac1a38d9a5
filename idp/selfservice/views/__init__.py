"""The pages of `/akun`, one module a page or a few that belong together. Importing them registers their routes."""

from idp.selfservice.views import (
    contacts,
    corrections,
    devices,
    language,
    organisations,
    overview,
    passkeys,
    password,
    privacy,
    records,
    two_step,
)

__all__ = [
    "contacts",
    "corrections",
    "devices",
    "language",
    "organisations",
    "overview",
    "passkeys",
    "password",
    "privacy",
    "records",
    "two_step",
]
