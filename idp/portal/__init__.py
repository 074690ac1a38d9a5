"""Portal: the signed-in home, with the profile card, what is still to fill in, and the way into every service.

Also the pages that everybody may read: help, privacy, terms. Owns no table: what it shows is asked of accounts,
profile and the provider. Knows nothing of how any of it came about."""

from idp.portal.views import blueprint

__all__ = ["blueprint"]
