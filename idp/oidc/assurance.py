"""verified_claims (OpenID Identity Assurance 1.0): of what was proven, the part that a request asks for, and no more.

The house says what was proven, how and when (`Host.verified`); here it is filtered. A condition on the verification
that is not met leaves the element out; a condition on a claim leaves the claim out; nothing left leaves all out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from idp import clock
from idp.oidc.faults import InvalidRequestError

CONDITIONS = frozenset({"value", "values", "max_age", "essential", "purpose"})
MAX_ELEMENTS = 10
MAX_DEPTH = 8


class NotMet(Exception):
    """What was proven does not meet a condition of the request."""


def check_request(elements: Sequence[Any]) -> None:
    """An element asks for claims and says how they must be verified (6.1). Raises InvalidRequestError."""
    if len(elements) > MAX_ELEMENTS:
        raise InvalidRequestError("verified_claims has too many elements.")
    for element in elements:
        verification, claims = element.get("verification"), element.get("claims")
        if not isinstance(verification, dict) or "trust_framework" not in verification:
            raise InvalidRequestError("verified_claims needs verification with trust_framework (Identity Assurance 6.1).")
        if not isinstance(claims, dict) or not claims:
            raise InvalidRequestError("verified_claims needs claims (Identity Assurance 6.1).")
        for claim in claims.values():
            check_purpose(claim)
        if _depth(element) > MAX_DEPTH:
            raise InvalidRequestError("verified_claims is nested too deeply.")


def check_purpose(ask: Any) -> None:
    """What a claim is for, where it is said, are 3 to 300 characters. Raises InvalidRequestError."""
    purpose = ask.get("purpose", "   ") if isinstance(ask, dict) else "   "
    if not isinstance(purpose, str) or not 3 <= len(purpose) <= 300:
        raise InvalidRequestError("purpose is not a text of 3 to 300 characters.")


def claims_told(
    asked: Sequence[Mapping[str, Any]], proven: Sequence[Mapping[str, Any]], permitted: Callable[[str], bool]
) -> tuple[str, ...]:
    """The names of the claims that the answer would hold."""
    found = (element for request in asked for element in _fitting(request, proven, permitted))
    return tuple(dict.fromkeys(name for element in found for name in element["claims"]))


def answer(asked: Sequence[Mapping[str, Any]], proven: Sequence[Mapping[str, Any]], permitted: Callable[[str], bool]) -> Any:
    """The verified_claims to send: one element or an array of them, None where nothing fits."""
    found = [one for request in asked for one in _fitting(request, proven, permitted)]
    if not found:
        return None
    return found[0] if len(found) == 1 else found


def _fitting(request: Mapping[str, Any], proven: Sequence[Mapping[str, Any]], permitted: Callable[[str], bool]) -> Iterable[dict[str, Any]]:
    for element in proven:
        try:
            verification = _object(request["verification"], element["verification"])
        except NotMet:
            continue
        if claims := _claims(request["claims"], element["claims"], permitted):
            yield {"verification": verification, "claims": claims}


def _claims(asked: Mapping[str, Any], proven: Mapping[str, Any], permitted: Callable[[str], bool]) -> dict[str, Any]:
    told = {}
    for name, condition in asked.items():
        if name in proven and permitted(name):
            try:
                told[name] = _value(condition, proven[name])
            except NotMet:
                continue
    return told


def _object(asked: Mapping[str, Any], proven: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are asked for, each as far as it was proven. Raises NotMet where a condition fails."""
    # An evidence and its record are nothing without their type (Identity Assurance 5.4.4), so that it needs no asking.
    told = {"type": proven["type"]} if "type" in proven else {}
    for name, condition in asked.items():
        if name in CONDITIONS:
            continue
        if name in proven:
            told[name] = _value(condition, proven[name])
        elif _is_condition(condition) or (isinstance(condition, dict) and condition.get("essential")):
            raise NotMet
    return told


def _value(condition: Any, proven: Any) -> Any:
    if condition is None or condition == {}:
        return proven
    if isinstance(condition, list):
        return _array(condition, proven)
    if not isinstance(condition, dict):
        raise NotMet
    _check(condition, proven)
    inner = {name: one for name, one in condition.items() if name not in CONDITIONS}
    if not inner:
        return proven
    if isinstance(proven, list):
        return _array([inner], proven)
    if not isinstance(proven, dict):
        raise NotMet
    return _object(inner, proven)


def _array(conditions: Sequence[Any], proven: Any) -> list[Any]:
    """Those entries of an array, such as the evidence, that one of the conditions fits. Raises NotMet where none does."""
    found = []
    for one in proven if isinstance(proven, list) else [proven]:
        for condition in conditions:
            try:
                found.append(_value(condition, one))
                break
            except NotMet:
                continue
    if not found:
        raise NotMet
    return found


def _check(condition: Mapping[str, Any], proven: Any) -> None:
    """value, values and max_age (5.5.1 of Core; 6.3 of Identity Assurance)."""
    if "value" in condition and proven != condition["value"]:
        raise NotMet
    if "values" in condition and (not isinstance(condition["values"], list) or proven not in condition["values"]):
        raise NotMet
    if "max_age" in condition and not _is_recent(proven, condition["max_age"]):
        raise NotMet


def _is_recent(proven: Any, max_age: Any) -> bool:
    if not isinstance(max_age, int) or isinstance(max_age, bool) or max_age < 0 or not isinstance(proven, str):
        return False
    try:
        moment = datetime.fromisoformat(proven)
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return clock.timestamp() - moment.timestamp() <= max_age


def _is_condition(condition: Any) -> bool:
    return isinstance(condition, dict) and bool({"value", "values", "max_age"} & set(condition))


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)
