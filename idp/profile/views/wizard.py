"""The wizard's engine: who comes to which step, what is stored of it, and where the buttons lead.

No step knows another one's page: a page says what to store, the engine walks `steps.STEPS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from idp import accounts, sessions
from idp.accounts import Account
from idp.profile import flow, records, steps, unsent
from idp.profile.answers import Answers
from idp.profile.fields import StepForm
from idp.profile.models import StepRow
from idp.profile.records import Conflict
from idp.profile.steps import STEPS, Step

NEXT, BACK, LEAVE = "next", "back", "leave"
HOME = "/"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a step."""

    account: Account
    step: Step
    row: StepRow | None
    unsent: MultiDict[str, str] | None = None

    @property
    def answers(self) -> Answers | None:
        """What is stored for the step."""
        return self.row.answers if self.row else None

    @property
    def version(self) -> int:
        """The version that the page shows: of what is stored now, or under what came too late."""
        if self.unsent:
            return self.unsent.get("version", default=-1, type=int)
        return self.row.version if self.row else 0

    @property
    def shown_version(self) -> int:
        """The version that the page showed which is being sent. Without one it showed nothing of ours."""
        return request.form.get("version", default=-1, type=int)

    @property
    def draft(self) -> MultiDict[str, str] | None:
        """What was typed on the last visit and could not be stored as answers yet, or at all."""
        if self.unsent:
            return self.unsent
        draft = self.row.draft if self.row else None
        return MultiDict(draft) if draft else None


class Page(Protocol):
    """One step's page."""

    def show(self, visit: Visit) -> Response:
        """Answer to GET."""

    def take(self, visit: Visit) -> Response:
        """Answer to POST."""


class FormPage(Protocol):
    """A page that is one form."""

    template: str

    def opened(self, visit: Visit) -> StepForm:
        """The form with what is stored, or with the draft."""

    def sent(self, visit: Visit) -> StepForm:
        """The form as it was sent."""

    def answers(self, visit: Visit, form: Any) -> Answers:
        """What the valid form says."""


def arrive(name: str) -> Visit:
    """The signed-in person at the step of this name; 404 when there is no such step."""
    step = steps.find(name)
    session = sessions.current()
    account = accounts.find(session.account_id) if session else None
    if step is None or account is None:
        abort(404)
    late = unsent.take(account.id, request.path) if request.method == "GET" else None
    if late:
        flash(_("Isianmu masih ada, tetapi belum tersimpan. Periksa lagi, lalu simpan."), "warn")
    return Visit(account, step, records.row(account.id, step), late)


def pressed() -> str:
    """Which button sent the form."""
    return request.form.get("go", NEXT)


def goes_on() -> bool:
    """Whether the button asks for the next step, for which the answers have to be complete; the ways out keep what there is."""
    return pressed() not in (BACK, LEAVE)


def take_form(page: FormPage, visit: Visit) -> Response:
    """Store what a form says and walk on. Going back or away stores too: as answers if they are, or else as a draft."""
    form = page.sent(visit)
    valid = form.validate()
    try:
        if valid:
            flow.save(visit.account.id, visit.step, page.answers(visit, form), visit.shown_version)
        elif not goes_on():
            records.save_draft(visit.account.id, visit.step, form.draft(), visit.shown_version)
        else:
            return render(page.template, visit, 422, form=form)
    except Conflict:
        return render_conflict(page.template, visit, form=form)
    return walk(visit.step)


def walk(step: Step) -> Response:
    """On to the next step, back to the one before, or away."""
    if pressed() == LEAVE:
        saved()
        return redirect(HOME, 303)
    following = steps.beside(step, -1 if pressed() == BACK else 1)
    return to(following) if following else redirect(url_for("profile.whole"), 303)


def to(step: Step) -> Response:
    """To the page of a step."""
    return redirect(url_for("profile.step", name=step.name), 303)


def again(visit: Visit) -> Response:
    """To the same step once more, after something was stored."""
    return to(visit.step)


def render(template: str, visit: Visit, status: int = 200, **more: Any) -> Response:
    """A page of the wizard."""
    facts = {
        "step": visit.step,
        "step_number": steps.number(visit.step),
        "step_count": len(STEPS),
        "account": visit.account,
        "version": visit.version,
    }
    answer = make_response(render_template(template, **facts | more))
    answer.status_code = status
    return answer


def render_conflict(template: str, visit: Visit, **more: Any) -> Response:
    """The step was changed elsewhere: say so and keep what was typed. Sending it once more overwrites knowingly."""
    fresh = Visit(visit.account, visit.step, records.row(visit.account.id, visit.step))
    return render(template, fresh, 409, conflict=True, **more)


def saved() -> None:
    """Saving is visible."""
    flash(_("Tersimpan."), "good")
