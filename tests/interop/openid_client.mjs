// A relying party made of openid-client alone: signs people in as its settings say and answers with what it got.
import { createServer } from 'node:http'
import { webcrypto } from 'node:crypto'
import * as client from 'openid-client'

const { issuer, port, clients } = JSON.parse(process.env.SETTINGS)
const base = `http://localhost:${port}`
const callback = `${base}/callback`
const insecure = { execute: [client.allowInsecureRequests] }

const imported = (jwk, alg) =>
  webcrypto.subtle.importKey('jwk', jwk, alg === 'PS256' ? { name: 'RSA-PSS', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])

async function plain({ client_id, client_secret }) {
  const config = await client.discovery(new URL(issuer), client_id, undefined, client.ClientSecretBasic(client_secret), insecure)
  const build = async (asked, more) => client.buildAuthorizationUrl(config, { ...asked, ...more })
  return { config, build, options: {} }
}

// Everything at once: private_key_jwt, a signed request, pushed, DPoP, and a signed answer.
async function message_signing({ client_id, jwk, kid }) {
  const key = { key: await imported(jwk, 'ES256'), kid }
  const metadata = { id_token_signed_response_alg: 'PS256', authorization_signed_response_alg: 'PS256' }
  const config = await client.discovery(new URL(issuer), client_id, metadata, client.PrivateKeyJwt(key), insecure)
  client.useJwtResponseMode(config)
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const build = async (asked) => {
    const signed = await client.buildAuthorizationUrlWithJAR(config, asked, key)
    return client.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
  }
  return { config, build, options: { DPoP } }
}

const ordinary = await plain(clients.plain)
const posted = { ...ordinary, build: (asked) => ordinary.build(asked, { response_mode: 'form_post' }) }
const parties = { plain: ordinary, form_post: posted, message_signing: await message_signing(clients.message_signing) }
let begun

const sent = async (request, address) => {
  if (request.method !== 'POST') return address
  let body = ''
  for await (const chunk of request) body += chunk
  return new Request(address, { method: 'POST', body, headers: { 'content-type': request.headers['content-type'] } })
}

async function login(name) {
  const verifier = client.randomPKCECodeVerifier()
  begun = { name, verifier, state: client.randomState(), nonce: client.randomNonce() }
  const challenge = { code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  const scope = 'openid profile email offline_access'
  return parties[name].build({ redirect_uri: callback, scope, state: begun.state, nonce: begun.nonce, ...challenge })
}

async function answered(answer) {
  const { name, verifier, state, nonce } = begun
  const { config, options } = parties[name]
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(config, answer, checks, undefined, options)
  const about = tokens.claims()
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, about.sub, options)
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options)
  const again = await client.fetchUserInfo(config, refreshed.access_token, about.sub, options)
  const told = await client.tokenIntrospection(config, refreshed.access_token)
  await client.tokenRevocation(config, refreshed.refresh_token)
  const revoked = await client.fetchUserInfo(config, refreshed.access_token, about.sub, options).then(() => 'works', (fault) => fault.cause?.[0]?.parameters?.error ?? fault.code)
  begun.logout = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${base}/out` })
  return { about, userinfo, again, active: told.active, type: tokens.token_type, revoked }
}

createServer(async (request, response) => {
  const address = new URL(request.url, base)
  try {
    if (address.pathname.startsWith('/login/')) {
      response.writeHead(302, { location: (await login(address.pathname.slice(7))).href }).end()
    } else if (address.pathname === '/callback') {
      const told = await answered(await sent(request, address))
      response.end(JSON.stringify({ ...told, method: request.method, query: [...address.searchParams.keys()] }))
    } else if (address.pathname === '/logout') {
      response.writeHead(302, { location: begun.logout.href }).end()
    } else {
      response.end(address.pathname)
    }
  } catch (fault) {
    response.writeHead(500).end(`${fault.stack}\n${JSON.stringify(fault.cause ?? null)}`)
  }
}).listen(port)
