"""Officers: what the office does with somebody's account, and under whose name.

find -> show -> sign out | suspend -> restore | erase; what people ask in their own words is answered
Owns the order in which sign-ins, tokens, services and the owner learn of it, and that the trail names the officer each
time. Knows nothing of how a person signs in or registers; whoever has lost every contact is a case of recovery."""

from idp.officers.deeds import Ambiguous, NotPossible, Unknown, answer, erase, find, restore, sign_out, suspend, the_one, view

__all__ = ["Ambiguous", "NotPossible", "Unknown", "answer", "erase", "find", "restore", "sign_out", "suspend", "the_one", "view"]
