"""Registration: a citizen becomes an account.

form -> Dukcapil -> contacts -> PENDING -> code by SMS (-> a minor's guardian agrees) -> ACTIVE
Owns the three steps, what is kept of an unfinished one, and the patience with the registry. Knows nothing of clients or
tokens, and of signing in only that it follows."""

from idp.accounts import TERMS_VERSION
from idp.registration import guardian_views
from idp.registration.models import Application
from idp.registration.registry import Registry
from idp.registration.views import blueprint
from idp.registration.work import clean_up

__all__ = ["TERMS_VERSION", "Application", "Registry", "blueprint", "clean_up", "guardian_views"]
