"""Karirhub: vacancies ranked by a citizen's skills and home. A relying party of the account service.

Start it with `python -m clients.karirhub`."""
