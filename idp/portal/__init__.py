"""Portal: the signed-in home, with the profile card, what is still to fill in, and the way into every service.

Also the notifications behind the bell, and the pages that everybody may read: help, privacy, terms. Owns no table but the
mark of what was read: what it shows is asked of accounts, profile, the provider and the audit trail. Knows nothing of how
any of it came about."""

from idp.portal.views import blueprint

__all__ = ["blueprint"]
