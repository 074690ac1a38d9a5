"""What the owner is told of a change, in the commit that makes it: always by mail; by SMS too where it is grave or the
e-mail address was never proven."""

from __future__ import annotations

from typing import Any

from idp import accounts, notices
from idp.identity import EmailAddress, PhoneNumber


def tell(account: accounts.Account, template: str, *, grave: bool = False, **facts: Any) -> None:
    """Tell the owner at the contacts that the account has now."""
    tell_at(account, template, email=account.email, phone=account.phone if grave or not account.email_verified_at else None, **facts)


def tell_at(
    account: accounts.Account, template: str, *, email: EmailAddress | None = None, phone: PhoneNumber | None = None, **facts: Any
) -> None:
    """Tell the owner at these contacts, such as the ones that were just replaced."""
    if email is not None:
        notices.mail(email, template, account.locale, account_id=account.id, name=account.name.value, **facts)
    if phone is not None:
        notices.sms(phone, template, account.locale, account_id=account.id, **facts)
