"""Accounts: who exists.

PENDING (says who it is, proves nothing yet) -> ACTIVE (NIK, e-mail and phone are bound to it) -> SUSPENDED | ERASED
Owns contacts, password, state and the one answer to "may this account act now?". Knows nothing of HTTP, sessions,
codes or pages."""

from idp.accounts import code_tries, erasure, own_contacts, passwords, phones, terms
from idp.accounts.lifecycle import (
    AlreadyTaken,
    Newcomer,
    NotPending,
    NotThere,
    activate,
    change_pending_contacts,
    discard_pending,
    open_pending,
    restore,
    set_identity_verified,
    set_locale,
    set_password_hash,
    suspend,
    what_is_taken,
)
from idp.accounts.lookup import (
    Credentials,
    claimants,
    contact_fingerprint,
    credentials,
    find,
    find_active_by_nik,
    find_by_identifier,
    identifier_fingerprint,
    may_act_by_id,
    nik_fingerprint,
    owner_of_email,
    owner_of_phone,
)
from idp.accounts.models import TERMS_VERSION, Account, State, is_in_use, may_act
from idp.accounts.password_rules import SYMBOLS as PASSWORD_SYMBOLS
from idp.accounts.password_rules import Owner
from idp.accounts.password_rules import faults as password_faults

__all__ = [
    "TERMS_VERSION",
    "Account",
    "AlreadyTaken",
    "Credentials",
    "Newcomer",
    "NotPending",
    "NotThere",
    "Owner",
    "PASSWORD_SYMBOLS",
    "State",
    "activate",
    "change_pending_contacts",
    "claimants",
    "contact_fingerprint",
    "code_tries",
    "credentials",
    "discard_pending",
    "erasure",
    "find",
    "find_active_by_nik",
    "find_by_identifier",
    "identifier_fingerprint",
    "is_in_use",
    "may_act",
    "may_act_by_id",
    "nik_fingerprint",
    "open_pending",
    "own_contacts",
    "owner_of_email",
    "owner_of_phone",
    "password_faults",
    "passwords",
    "phones",
    "restore",
    "set_identity_verified",
    "set_locale",
    "set_password_hash",
    "suspend",
    "terms",
    "what_is_taken",
]
