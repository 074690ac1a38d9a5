"""Step 2: Biodata."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from idp import regions
from idp.profile import biodata_form
from idp.profile.answers import Biodata
from idp.profile.biodata_form import BiodataForm
from idp.profile.views import lookups, wizard
from idp.profile.views.wizard import Visit


class BiodataPage:
    """One form; without JavaScript a button beside each region narrows the next list, and another one searches."""

    template = "profile/biodata.html"

    def show(self, visit: Visit) -> Response:
        """The form."""
        return wizard.render(self.template, visit, form=self.opened(visit))

    def take(self, visit: Visit) -> Response:
        """Search a place or narrow a list, or store and walk on."""
        button, _, chosen = wizard.pressed().partition(":")
        if button == "pick":
            return self._again(visit, BiodataForm(), picked=chosen)
        if button == "find":
            return self._again(visit, BiodataForm(), found=lookups.places(request.form.get("place", "")), picked="place")
        if button == "place":
            form = BiodataForm()
            form.settle(regions.lineage(chosen))
            return self._again(visit, form, picked="street")
        return wizard.take_form(self, visit)

    def _again(self, visit: Visit, form: BiodataForm, **more: Any) -> Response:
        form.opened()
        return wizard.render(self.template, visit, form=form, version=visit.shown_version, place_label=lookups.place_label, **more)

    def opened(self, visit: Visit) -> BiodataForm:
        """The form with the draft, the answers, or what the NIK tells."""
        form = BiodataForm(formdata=visit.draft, data=biodata_form.shown(visit.answers, visit.account.nik))
        form.opened()
        return form

    def sent(self, visit: Visit) -> BiodataForm:
        """The form as it was sent."""
        form = BiodataForm()
        form.opened()
        return form

    def answers(self, visit: Visit, form: BiodataForm) -> Biodata:
        """What it says."""
        return form.answers()


PAGE = BiodataPage()
