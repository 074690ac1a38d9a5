"""What the owner is told of a change, in the commit that makes it: always by mail; by SMS too where it is grave or the
e-mail address was never proven."""

from __future__ import annotations

from typing import Any

from idp import accounts, notices, outbox
from idp.extensions import unit_of_work
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


@outbox.handler("phone_shared")
def tell_family(payload: dict[str, Any]) -> None:
    """Somebody more has this phone: everybody on it is told, the newcomer too."""
    newcomer = accounts.find(payload["account"])
    if newcomer is None or not accounts.may_act(newcomer):
        return
    family = [one for one in accounts.phones.sharers(newcomer) if accounts.may_act(one)]
    with unit_of_work():
        for one in family:
            tell_at(one, "phone_shared", email=one.email, phone_number=newcomer.phone.masked)
        if family:
            tell_at(newcomer, "phone_shared_by_you", email=newcomer.email, phone_number=newcomer.phone.masked)
            tell_at(family[0], "phone_shared", phone=newcomer.phone)
