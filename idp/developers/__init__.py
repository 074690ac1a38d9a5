"""The integrators' guide: `/pengembang`, from registering a service to reading its first claims.

Owns the guide in both languages, the quick starts with this installation's issuer, and the published JSON Schema of every
claim. The catalogue is the one of `claims`: nothing is written twice. Knows nothing of people, clients or tokens."""

from idp.developers.views import blueprint

__all__ = ["blueprint"]
