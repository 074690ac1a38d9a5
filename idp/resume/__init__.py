"""Resume: a profile goes where the service itself does not reach.

download (PDF, JSON Resume, Europass) | link -> page that an employer opens, signed -> withdrawn | expired
Owns the writers of each format, the links and what lies behind them. Knows nothing of how the profile came about, or of
clients and tokens; what is told is what the catalogue of claims says."""

from flask_babel import lazy_gettext as _l

from idp import claims, selfservice
from idp.resume import links, public_views, sharing_views, views
from idp.resume.routes import blueprint

__all__ = ["blueprint", "public_views", "sharing_views", "views"]

claims.tell_also(links.as_claims)
selfservice.download_also(
    "resume_links",
    _l("Tautan ke resume yang pernah kamu bagikan, dan seberapa sering dibuka"),
    lambda account: [links.told(link) for link in links.of(account.id)],
)
