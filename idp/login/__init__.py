"""Login: an account becomes a sign-in, and ends as one.

identifier and password -> (second factor, or code by SMS) -> session; a passkey alone -> session;
an unfinished account -> its code page; a suspended one -> why, and the appeal; sign-out
Owns the lanes of failures and the one answer to all of them. Knows nothing of clients or tokens: it leads back to the path
that it was given."""

from idp.login import second_factor_views, suspended_views, terms_views
from idp.login.views import blueprint

# Importing a module with routes is what registers them.
VIEWS = (second_factor_views, suspended_views, terms_views)

__all__ = ["blueprint"]
