"""The three old routes, and the pages of the profile: plain OAuth 2.0 as services spoke it before, over the same core.

GET /auth -> (sign in, consent) -> POST /api/v1/tokens -> GET /api/v1/users/me, /profile/v1/profiles/…
Owns the paths, words and wrappings of old, for clients registered with `old_routes`. Decides nothing: who may ask, where answers
go, what was consented, what a code buys and which claims are told is said by the core, which must not know this package."""

from idp.oidc.old_routes import authorize, people, tokens

# Importing a module is what registers its routes.
ENDPOINT_MODULES = (authorize, people, tokens)

__all__ = ["ENDPOINT_MODULES"]
