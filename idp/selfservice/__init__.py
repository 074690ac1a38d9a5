"""Self-service: `/akun`, where a person stays in control of the account.

overview -> confirm that it is you -> change -> everybody concerned is told
Owns the pages, the fresh proof that they ask for, contact changes that can be undone, the history in words, the download
and the end of an account. Knows nothing of how a sign-in or a registration comes about, and of the protocol only its door."""

from idp.selfservice.routes import blueprint
from idp.selfservice.views import devices, overview, password, two_step

# Importing a module with routes is what registers them.
VIEWS = (devices, overview, password, two_step)

__all__ = ["blueprint"]
