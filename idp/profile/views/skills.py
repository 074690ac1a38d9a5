"""Step 7: Keahlian, and "Simpan dan Kirim"."""

from __future__ import annotations

from flask import jsonify, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from idp import web
from idp.profile import flow, skills
from idp.profile.answers import Skill, Skills
from idp.profile.records import Conflict
from idp.profile.typed_text import Unfit
from idp.profile.views import sending, wizard
from idp.profile.views.wizard import Visit

LONGEST_QUERY = 80


class SkillsPage:
    """Tags that are sent as hidden fields, a line to add to them, a button on each to take it away."""

    template = "profile/keahlian.html"

    def show(self, visit: Visit) -> Response:
        """The skills that are stored."""
        if visit.unsent:
            return self._page(visit, _sent(visit.unsent), search=visit.unsent.get("search"))
        return self._page(visit, _stored(visit))

    def take(self, visit: Visit) -> Response:
        """Add, take away, search, or store all and walk on (from the last step: send)."""
        button, _colon, key = wizard.pressed().partition(":")
        typed = request.form.get("search", "")
        chosen = _sent(request.form)
        if button == "search":
            found = skills.search(typed[:LONGEST_QUERY], web.locale())
            return self._page(visit, chosen, version=visit.shown_version, search=typed, found=found)
        if button == "remove":
            chosen = [skill for skill in chosen if skill.key != key]
        elif button == "known" and (known := skills.find(key)):
            chosen.append(Skill(known.key, known.label(web.locale())))
        else:
            chosen.extend(_written(typed))
        return self._store(visit, chosen, button)

    def _store(self, visit: Visit, chosen: list[Skill], button: str) -> Response:
        kept = skills.once_each(chosen)
        if len(kept) > skills.MOST:
            refusal = _("Paling banyak %(count)s keahlian. Hapus beberapa dulu.", count=skills.MOST)
            return self._page(visit, list(kept[: skills.MOST]), 422, version=visit.shown_version, refusal=refusal)
        if button == wizard.NEXT and not kept:
            return self._page(visit, [], 422, version=visit.shown_version, refusal=_("Tambahkan paling sedikit satu keahlian."))
        try:
            flow.save(visit.account.id, visit.step, Skills(kept), visit.shown_version)
        except Conflict:
            return wizard.render_conflict(self.template, visit, chosen=list(kept))
        if not wizard.goes_on():
            return wizard.walk(visit.step)
        return sending.send(visit.account.id) if button == wizard.NEXT else wizard.again(visit)

    def _page(self, visit: Visit, chosen: list[Skill], status: int = 200, **more: object) -> Response:
        return wizard.render(self.template, visit, status, chosen=chosen, **more)


PAGE = SkillsPage()


def suggestions() -> Response:
    """Skills that one may mean, for the search as you type."""
    found = skills.search(request.args.get("cari", "")[:LONGEST_QUERY], web.locale())
    return jsonify([{"key": known.key, "name": known.label(web.locale())} for known in found])


def _stored(visit: Visit) -> list[Skill]:
    answers = visit.answers
    return list(answers.entries) if isinstance(answers, Skills) else []


def _sent(form: MultiDict[str, str]) -> list[Skill]:
    return [skill for raw in form.getlist("skill")[: 2 * skills.MOST] for skill in _written(raw, several=False)]


def _written(raw: str, *, several: bool = True) -> list[Skill]:
    """What was typed as skills; a comma stands between two."""
    found = []
    for part in raw.split(",") if several else [raw]:
        try:
            found.append(skills.recognise(part))
        except Unfit:
            continue
    return found
