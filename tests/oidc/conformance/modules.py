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

# The modules of both plans, Security Profile and Message Signing, that apply to private_key_jwt with DPoP; without those
# of single countries. Each bears this prefix in the suite.
FAPI2_PREFIX = "fapi2-security-profile-final-"
FAPI2 = """
discovery-end-point-verification happy-flow user-rejects-authentication ensure-server-accepts-request-object-with-multiple-aud
ensure-authorization-request-without-state-success ensure-authorization-request-without-nonce-success
ensure-request-object-with-64-char-nonce-success ensure-other-scope-order-succeeds test-claims-parameter-identity-claims
access-token-type-header-case-sensitivity ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted
check-dpop-proof-nbf-exp ensure-dpop-proof-with-iat-10-seconds-before-succeeds ensure-dpop-proof-with-iat-10-seconds-after-succeeds
ensure-mismatched-dpop-jkt-fails ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt
ensure-token-endpoint-fails-with-mismatched-dpop-jkt ensure-dpop-proof-at-par-endpoint-binding-success
ensure-dpop-auth-code-binding-success ensure-different-nonce-inside-and-outside-request-object
ensure-different-state-inside-and-outside-request-object ensure-request-object-with-long-nonce
ensure-request-object-with-long-state ensure-request-object-without-exp-fails ensure-request-object-without-nbf-fails
state-only-outside-request-object-not-used ensure-request-object-without-redirect-uri-fails
ensure-expired-request-object-fails ensure-request-object-with-bad-aud-fails ensure-request-object-with-exp-over-60-fails
ensure-request-object-with-nbf-over-60-fails ensure-signed-request-object-with-RS256-fails
ensure-request-object-signature-algorithm-is-not-none ensure-request-object-with-invalid-signature-fails
ensure-matching-key-in-authorization-request ensure-unsigned-request-at-par-endpoint-fails ensure-registered-redirect-uri
plain-fapi-ensure-registered-redirect-uri ensure-unsigned-authorization-request-without-using-par-fails
ensure-redirect-uri-in-authorization-request ensure-response-type-code-idtoken-fails ensure-response-type-token-fails
ensure-client-id-in-token-endpoint ensure-holder-of-key-required ensure-authorization-code-is-bound-to-client
attempt-reuse-authorization-code-after-one-second attempt-to-use-expired-auth-code
ensure-signed-client-assertion-with-RS256-fails ensure-client-assertion-in-token-endpoint
ensure-client-assertion-with-exp-is-5-minutes-in-past-fails ensure-client-assertion-with-wrong-aud-fails
ensure-client-assertion-with-no-sub-fails dpop-negative-tests refresh-token
par-ensure-reused-request-uri-prior-to-auth-completion-succeeds par-attempt-reuse-request_uri
par-attempt-to-use-expired-request_uri par-ensure-jwt-client-assertion-nbf-8-seconds-in-the-future-is-accepted
par-ensure-jwt-client-assertion-nbf-over-60-seconds-in-the-future-fails
par-attempt-to-use-request_uri-for-different-client par-authorization-request-containing-request_uri-form-param
par-attempt-invalid-http-method par-pkce-required par-pkce-code-verifier-required par-incorrect-pkce-code-verifier-rejected
par-plain-pkce-rejected par-authorization-request-containing-request_uri par-without-duplicate-parameters
par-endpoint-as-array-audience-fails par-endpoint-as-audience-fails par-token-endpoint-as-audience-fails
""".split()

BY_FILE = {"basic": BASIC, "dynamic": DYNAMIC, "logout": LOGOUT, "third_party": THIRD_PARTY, "ekyc": EKYC, "fapi2": FAPI2}


def name_of_test(module: str) -> str:
    """How the test of a module is called."""
    return "test_" + module.removeprefix("oidcc-").replace("-", "_").lower()
