"""PDFs: at most 40 pages, nothing that acts by itself, and written anew so that nothing else is in the file.

qpdf (pikepdf) reads and writes the structure and renders nothing. Writing anew leaves out what no page refers to, earlier
revisions, and bytes before and after the document, so a file that is a PDF and something else too is a PDF only afterwards."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from idp.uploads.made import LARGEST_BYTES, MOST_PAGES, Refused

# ISO 32000-2: 7.11.4 embedded files, 12.6.4 actions, 13 multimedia, 12.7.8 XFA.
FORBIDDEN_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/AF", "/Launch"})
FORBIDDEN_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute",
     "/GoTo3DView", "/SetOCGState", "/Hide", "/ResetForm", "/Trans"}
)  # fmt: skip
FORBIDDEN_TYPES = frozenset({"/EmbeddedFile", "/RichMedia", "/FileAttachment", "/Screen", "/Movie", "/Sound", "/3D"})
DEEPEST = 60


def written_anew(upload: bytes) -> bytes:
    """The same pages in a file of our own. Raises `Refused`."""
    try:
        with pikepdf.open(io.BytesIO(upload), attempt_recovery=False, suppress_warnings=True) as pdf:
            return _written(pdf)
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    except pikepdf.PdfError:
        raise Refused("broken") from None


def _written(pdf: pikepdf.Pdf) -> bytes:
    if not 1 <= len(pdf.pages) <= MOST_PAGES:
        raise Refused("pages" if len(pdf.pages) else "broken")
    if any(_acts(found) for one in pdf.objects for found in _dictionaries(one, 0)):
        raise Refused("active")
    if not _only_leads_to_a_page(pdf.Root.get("/OpenAction")):
        raise Refused("active")
    # Who wrote it, with what, and where it lay on their disk is nobody's business.
    for name in ("/OpenAction", "/Metadata", "/PieceInfo", "/Names", "/AcroForm"):
        if name in pdf.Root:
            del pdf.Root[name]
    del pdf.docinfo
    written = io.BytesIO()
    pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    if written.tell() > 2 * LARGEST_BYTES:
        raise Refused("broken")
    return written.getvalue()


def _dictionaries(one: Any, depth: int) -> Iterator[Any]:
    """Every dictionary within an object; what is referred to comes by itself, as an object of its own."""
    if depth > DEEPEST:
        raise Refused("broken")
    if isinstance(one, pikepdf.Array):
        inner = list(one)
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        yield one
        inner = [value for _, value in one.items()]
    else:
        return
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _dictionaries(value, depth + 1)


def _acts(found: Any) -> bool:
    keys = set(found.keys())
    kinds = {str(found[name]) for name in ("/S", "/Subtype", "/Type") if name in keys and isinstance(found[name], pikepdf.Name)}
    return bool(keys & FORBIDDEN_KEYS) or bool(kinds & (FORBIDDEN_ACTIONS | FORBIDDEN_TYPES))


def _only_leads_to_a_page(action: Any) -> bool:
    """Nothing, or "open at this page", which word processors write into every file."""
    if action is None or isinstance(action, pikepdf.Array):
        return True
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) == "/GoTo" and "/Next" not in action
