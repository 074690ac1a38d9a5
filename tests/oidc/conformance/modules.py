"""The modules of the OpenID Foundation's conformance suite 5.2.4, by plan; each has a test of its name in this folder."""

BASIC = """
oidcc-server oidcc-response-type-missing oidcc-idtoken-signature oidcc-idtoken-unsigned oidcc-userinfo-get oidcc-userinfo-post-header
oidcc-userinfo-post-body oidcc-ensure-request-without-nonce-succeeds-for-code-flow oidcc-scope-profile oidcc-scope-email
oidcc-scope-address oidcc-scope-phone oidcc-scope-all oidcc-alternate-happy-flow oidcc-display-page oidcc-display-popup
oidcc-prompt-login oidcc-prompt-none-not-logged-in oidcc-prompt-none-logged-in oidcc-max-age-1 oidcc-max-age-10000
oidcc-ensure-request-with-unknown-parameter-succeeds oidcc-id-token-hint oidcc-login-hint oidcc-ui-locales oidcc-claims-locales
oidcc-ensure-request-with-acr-values-succeeds oidcc-codereuse oidcc-codereuse-30seconds oidcc-ensure-registered-redirect-uri
oidcc-ensure-post-request-succeeds oidcc-server-client-secret-post
oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported oidcc-claims-essential
oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-request-with-valid-pkce-succeeds
""".split()

DYNAMIC = """
oidcc-idtoken-rs256 oidcc-idtoken-unsigned oidcc-userinfo-rs256 oidcc-ensure-redirect-uri-in-authorization-request
oidcc-redirect-uri-query-OK oidcc-redirect-uri-query-mismatch oidcc-redirect-uri-query-added oidcc-redirect-uri-regfrag
oidcc-discovery-endpoint-verification oidcc-server oidcc-registration-logo-uri oidcc-registration-policy-uri
oidcc-registration-tos-uri oidcc-registration-jwks-uri oidcc-registration-sector-uri oidcc-registration-sector-bad
oidcc-server-rotate-keys oidcc-refresh-token-rp-key-rotation oidcc-request-uri-unsigned oidcc-request-uri-signed-rs256
oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-client-assertion-with-iss-aud-succeeds
""".split()

LOGOUT = """
oidcc-rp-initiated-logout-discovery-endpoint-verification oidcc-rp-initiated-logout
oidcc-rp-initiated-logout-bad-post-logout-redirect-uri oidcc-rp-initiated-logout-modified-id-token-hint
oidcc-rp-initiated-logout-no-id-token-hint oidcc-rp-initiated-logout-no-params
oidcc-rp-initiated-logout-no-post-logout-redirect-uri oidcc-rp-initiated-logout-no-state oidcc-rp-initiated-logout-only-state
oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri oidcc-rp-initiated-logout-bad-id-token-hint
oidcc-backchannel-logout-discovery-endpoint-verification oidcc-backchannel-rp-initiated-logout
oidcc-frontchannel-logout-discovery-endpoint-verification oidcc-frontchannel-rp-initiated-logout
oidcc-session-management-discovery-endpoint-verification oidcc-session-management-rp-initiated-logout
""".split()

THIRD_PARTY = "oidcc-3rd_party-init-login oidcc-3rd_party-init-login-nohttps".split()

EKYC = """
ekyc-server-happypath ekyc-server-happypath-emptyobject ekyc-server-happypath-essentialfalse ekyc-server-unknown-claim-omitted
ekyc-server-unknown-essential-claim-omitted ekyc-server-unknown-claim-specialchars-omitted
ekyc-server-one-claim-with-random-value-omitted ekyc-server-request-only-in-idtoken ekyc-server-request-only-in-userinfo
ekyc-server-testuserprovidedrequest ekyc-server-testbasedonuserinfo-defaults ekyc-server-test-userinfo-notfoundinop
""".split()

BY_FILE = {"basic": BASIC, "dynamic": DYNAMIC, "logout": LOGOUT, "third_party": THIRD_PARTY, "ekyc": EKYC}


def name_of_test(module: str) -> str:
    """How the test of a module is called."""
    return "test_" + module.removeprefix("oidcc-").replace("-", "_").lower()
