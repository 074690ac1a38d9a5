"""Trust in an outside party's certificate: by a CA file of its own or by the certificate's fingerprint.

The registry is reached over a VPN, often as a bare IP address with a certificate of its own making. Pinning it is
the alternative to switching verification off.
"""

import hashlib
import hmac
import re
import ssl
from pathlib import Path
from typing import Any

_NOT_HEX = re.compile(r"[^0-9a-f]")


def context(ca_file: Path | None, fingerprint: str) -> ssl.SSLContext:
    """A client context that trusts this CA file alone (or the system's), or the certificate with this SHA-256.

    Raises ValueError for a fingerprint that is none, OSError for a file that cannot be read.
    """
    trust = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    if fingerprint:
        digest = _digest(fingerprint)
        if ca_file is None:
            # The fingerprint names the very certificate; there is no chain or name left to check.
            trust.check_hostname = False
            trust.verify_mode = ssl.CERT_NONE
        trust.sslsocket_class = _pinned(digest)
    return trust


def is_mistrust(error: BaseException) -> bool:
    """Whether a connection failed because the other side's certificate is not the expected one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _digest(fingerprint: str) -> bytes:
    digits = _NOT_HEX.sub("", fingerprint.lower().removeprefix("sha256").lstrip(":/= "))
    if len(digits) != 64:
        raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
    return bytes.fromhex(digits)


def _pinned(digest: bytes) -> type[ssl.SSLSocket]:
    class PinnedSocket(ssl.SSLSocket):
        """Checks the certificate within the handshake: before a request with credentials in it is sent."""

        def do_handshake(self, *args: Any, **options: Any) -> None:
            super().do_handshake(*args, **options)
            certificate = self.getpeercert(binary_form=True) or b""
            if not hmac.compare_digest(hashlib.sha256(certificate).digest(), digest):
                raise ssl.SSLCertVerificationError("the certificate has another fingerprint")

    return PinnedSocket
