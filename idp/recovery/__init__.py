"""Recovery: a person gets back into their account, and nobody else does.

forgotten: ask -> code or link -> second factor, where there is one -> new password
lost:      NIK and mother's name -> new contacts, proven -> photo of the card -> waiting time, officers -> as forgotten
Owns the attempts, the cases and their rules. What the page shows before a contact is proven is the same for everybody;
the worker finds out whom it is about. Knows nothing of sign-in, clients or tokens."""

from idp.recovery import lost_views, work
from idp.recovery.attempts import clean_up
from idp.recovery.views import blueprint

__all__ = ["blueprint", "clean_up", "lost_views", "work"]
