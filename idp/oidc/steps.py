"""What a person has to do next for a request: decided here and nowhere else, from what is known, without side effects."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from idp.oidc import provider, subjects
from idp.oidc.clients import Client
from idp.oidc.faults import (
    AccessDeniedError,
    LoginRequiredError,
    UnmetAuthenticationRequirementsError,
)
from idp.oidc.host import Authentication
from idp.oidc.pending import FRESH_PROMPTS, Pending


class Step(StrEnum):
    """A person's steps, in their order."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    SIGN_IN_ANEW = "sign_in_anew"
    STEP_UP = "step_up"
    SELECT = "select"
    READY = "ready"  # signed in as the request wants it


def next_step(pending: Pending, auth: Authentication | None, client: Client) -> Step:
    """The next step of a person. Raises the protocol's error where no step can help."""
    request = pending.request
    is_new = auth is not None and auth.mark != pending.stale
    if "create" in request.prompt and not is_new:
        return Step.REGISTER
    if auth is None:
        return Step.SIGN_IN
    if not auth.may_act:
        raise AccessDeniedError("The account may not act.")
    if not is_new:
        only_select = set(request.prompt) & FRESH_PROMPTS == {"select_account"} and request.max_age != 0
        if not (only_select and pending.selected):
            return Step.SELECT if only_select else Step.SIGN_IN_ANEW
    if request.max_age is not None and auth.auth_time < request.created_at - request.max_age:
        return Step.SIGN_IN_ANEW
    if request.hinted_subject and subjects.outward(auth.subject, client) != request.hinted_subject:
        if pending.stale is not None:
            raise LoginRequiredError("Another person is signed in than the one that was asked for.")
        return Step.SIGN_IN_ANEW
    return _step_up(pending, auth)


def _step_up(pending: Pending, auth: Authentication) -> Step:
    request, host = pending.request, provider.host()
    wanted = request.acr_values if request.essential_acr is None else request.essential_acr
    if not wanted or effective_acr(auth.acr, wanted) in wanted:
        return Step.READY
    reachable = any(host.can_reach(auth.subject, acr) for acr in wanted)
    if reachable and pending.stepped_from is None and request.prompt != ("none",):
        return Step.STEP_UP
    if request.essential_acr is not None:
        raise UnmetAuthenticationRequirementsError("The acr that is asked for cannot be reached.")
    return Step.READY


def effective_acr(reached: str, wanted: Sequence[str]) -> str:
    """The acr to tell: of those that are wanted the strongest that was reached, else what was reached."""
    if reached in wanted:
        return reached
    order = provider.host().acr_values
    if reached not in order:
        return reached
    weaker = [acr for acr in order[: order.index(reached)] if acr in wanted]
    return weaker[-1] if weaker else reached
