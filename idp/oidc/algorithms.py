"""Which algorithms are used for what; everything that signs, verifies, encrypts or decrypts takes its list from here."""

from __future__ import annotations

# What we sign with. RS256 is the default because the standard has it so (OpenID Connect Registration 2).
SIGNING = ("RS256", "ES256", "EdDSA", "PS256")
# FAPI 2.0 Security Profile 5.4: no RS256.
FAPI_SIGNING = ("PS256", "ES256", "EdDSA")
# What we accept from clients: assertions, request objects, DPoP proofs. Never `none`, never a symmetric one here.
ACCEPTED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# client_secret_jwt (OpenID Connect Core 9).
ACCEPTED_SYMMETRIC = ("HS256", "HS384", "HS512")
# Tokens and answers that are encrypted for a client. No RSA1_5 (Bleichenbacher), no compression (RFC 8725 3.6).
KEY_WRAPPING = ("RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
CONTENT_ENCRYPTION = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
DEFAULT_CONTENT_ENCRYPTION = "A128CBC-HS256"
