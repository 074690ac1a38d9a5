"""Login: an account becomes a sign-in, and ends as one.

identifier and password -> (code by SMS) -> session; an unfinished account -> its code page; sign-out
Owns the lanes of failures and the one answer to all of them. Knows nothing of clients or tokens: it leads back to the path
that it was given."""

from idp.login.views import blueprint

__all__ = ["blueprint"]
