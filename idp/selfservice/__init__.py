"""Self-service: `/akun`, where a person stays in control of the account.

overview -> confirm that it is you -> change -> everybody concerned is told
Owns the pages, the fresh proof that they ask for, contact changes that can be undone, the history in words, the download
and the end of an account. Knows nothing of how a sign-in or a registration comes about, and of the protocol only its door."""

from idp.selfservice import views
from idp.selfservice.download import also as download_also
from idp.selfservice.routes import blueprint

__all__ = ["blueprint", "download_also", "views"]
