"""Uploads: files that strangers send, opened by a child process, which alone may come to harm.

bytes -> child with limits of time, processor and memory -> a portrait or a document of our own making, or a refusal
Owns the limits, the type by content, re-encoding, the search for one sharp face, and what a PDF must not hold.
Knows nothing of people, pages or storage; the child knows nothing of the house either, not even its settings."""

from idp.uploads.made import LARGEST_BYTES, Document, Portrait, Refused
from idp.uploads.process import document, portrait

__all__ = ["LARGEST_BYTES", "Document", "Portrait", "Refused", "document", "portrait"]
