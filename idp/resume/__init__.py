"""Resume: a profile goes where the service itself does not reach.

download (PDF, JSON Resume, Europass)
Owns the writers of each format. Knows nothing of how the profile came about, or of clients and tokens; what is told is what
the catalogue of claims says."""

from idp.resume.views import blueprint

__all__ = ["blueprint"]
