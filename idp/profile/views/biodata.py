"""Step 2: Biodata."""

from __future__ import annotations

from werkzeug.wrappers import Response

from idp.profile import biodata_form
from idp.profile.answers import Biodata
from idp.profile.biodata_form import BiodataForm
from idp.profile.views import wizard
from idp.profile.views.wizard import Visit


class BiodataPage:
    """One form; without JavaScript a button beside each region narrows the next list."""

    template = "profile/biodata.html"

    def show(self, visit: Visit) -> Response:
        """The form."""
        return wizard.render(self.template, visit, form=self.opened(visit))

    def take(self, visit: Visit) -> Response:
        """Narrow a list, or store and walk on."""
        button, _, level = wizard.pressed().partition(":")
        if button == "pick":
            return wizard.render(self.template, visit, form=self.sent(visit), version=visit.shown_version, picked=level)
        return wizard.take_form(self, visit)

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
