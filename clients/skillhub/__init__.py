"""Skillhub: training that fills the gap between a citizen's skills and what vacancies want. A relying party of the account service.

Start it with `python -m clients.skillhub`."""
