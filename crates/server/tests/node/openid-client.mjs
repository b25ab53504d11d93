// Drives Bushel's authorization server with openid-client, a certified OpenID Connect client: all
// flows, then what has to be refused. Prints a line for each thing that passed; anything else ends
// it with an error. Settings: see tests/it/oauth.rs.
import assert from 'node:assert/strict'
import * as client from 'openid-client'

const settings = JSON.parse(process.env.SETTINGS)
const { issuer, callback } = settings
const SCOPE = 'openid profile email offline_access wallet.read'
const insecure = { execute: [client.allowInsecureRequests] }

const discover = (application, authentication) =>
  client.discovery(new URL(issuer), application.id, undefined, authentication, insecure)

const basic = await discover(settings.confidential, client.ClientSecretBasic(settings.confidential.client_secret))
const post = await discover(settings.confidential, client.ClientSecretPost(settings.confidential.client_secret))
const open = await discover(settings.public, client.None())

/** Calls the API as the person whose browser it is. */
async function asUser(method, path) {
  const headers = { authorization: `Bearer ${settings.session}` }
  const response = await fetch(`${issuer}${path}`, { method, headers })
  assert.ok(response.ok, `${method} ${path}: ${response.status}`)
  return response.status === 204 ? null : response.json()
}

/** Sends the browser to an address, lets the user allow it, and returns where the browser goes. */
async function visit(address) {
  const response = await fetch(address, { redirect: 'manual' })
  assert.equal(response.status, 303)
  const page = new URL(response.headers.get('location'))
  if (page.pathname !== '/consent') return page
  const path = `/v1/oauth/requests/${page.searchParams.get('request')}`
  assert.equal((await asUser('GET', path)).application.name, 'Orchard Books')
  return new URL((await asUser('POST', `${path}/approve`)).redirect_to)
}

/** Everything that belongs to one authorization. */
async function begin(config) {
  const verifier = client.randomPKCECodeVerifier()
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  }
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { address, checks }
}

async function authorize(config) {
  const { address, checks } = await begin(config)
  const back = await visit(address)
  assert.equal(back.searchParams.get('iss'), issuer)
  return { back, checks, tokens: await client.authorizationCodeGrant(config, back, checks) }
}

async function refused(what, error, attempt) {
  await assert.rejects(attempt, (thrown) => {
    assert.equal(thrown.error ?? thrown.cause?.error, error, `${what}: ${thrown.stack}`)
    return true
  })
  console.log(`refused: ${what}`)
}

async function wallet(token) {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${issuer}/v1/wallet/accounts`, { headers })).status
}

for (const [name, config] of [
  ['confidential by client_secret_basic', basic],
  ['confidential by client_secret_post', post],
  ['public', open],
]) {
  const passed = ['code']
  const { tokens } = await authorize(config)
  const claims = tokens.claims()
  assert.equal(claims.sub, settings.user)
  assert.equal(claims.email, 'ann@example.org')
  passed.push('id_token')
  const info = await client.fetchUserInfo(config, tokens.access_token, settings.user)
  assert.equal(info.preferred_username, 'ann')
  passed.push('userinfo')
  assert.equal(await wallet(tokens.access_token), 200)
  passed.push('api')
  const next = await client.refreshTokenGrant(config, tokens.refresh_token)
  assert.notEqual(next.refresh_token, tokens.refresh_token)
  assert.equal(next.claims().sub, settings.user)
  assert.equal(await wallet(next.access_token), 200)
  passed.push('refresh')
  if (config !== open) {
    const seen = await client.tokenIntrospection(config, next.access_token)
    assert.equal(seen.active, true)
    assert.equal(seen.scope.split(' ').sort().join(' '), SCOPE.split(' ').sort().join(' '))
    passed.push('introspection')
  }
  await client.tokenRevocation(config, next.refresh_token)
  assert.equal(await wallet(next.access_token), 401)
  passed.push('revocation')
  console.log(`${name}: ${passed.join(', ')}`)
}

{
  const { back, checks, tokens } = await authorize(basic)
  await refused('replayed code', 'invalid_grant', () => client.authorizationCodeGrant(basic, back, checks))
  assert.equal(await wallet(tokens.access_token), 401, 'what the code gave has ended')
}
{
  const { address, checks } = await begin(basic)
  const back = await visit(address)
  const other = new URL(back.search, 'https://books.example/other')
  await refused('wrong redirect at the token endpoint', 'invalid_grant', () =>
    client.authorizationCodeGrant(basic, other, checks))
}
{
  const { address } = await begin(basic)
  address.searchParams.set('redirect_uri', 'https://evil.example/callback')
  const response = await fetch(address, { redirect: 'manual' })
  assert.equal(response.status, 400)
  assert.equal(response.headers.get('location'), null)
  console.log('refused: wrong redirect at the authorization endpoint')
}
{
  const { address, checks } = await begin(basic)
  address.searchParams.delete('code_challenge')
  address.searchParams.delete('code_challenge_method')
  const back = await visit(address)
  await refused('missing PKCE', 'invalid_request', () => client.authorizationCodeGrant(basic, back, checks))
}
{
  const { address, checks } = await begin(open)
  const back = await visit(address)
  const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
  await refused('wrong verifier', 'invalid_grant', () => client.authorizationCodeGrant(open, back, wrong))
}
{
  const { tokens } = await authorize(open)
  const next = await client.refreshTokenGrant(open, tokens.refresh_token)
  await refused('reused refresh token', 'invalid_grant', () => client.refreshTokenGrant(open, tokens.refresh_token))
  assert.equal(await wallet(next.access_token), 401)
}
for (const [decision, path] of [['allowed', 'approve'], ['refused', 'deny']]) {
  const begun = await client.initiateDeviceAuthorization(open, { scope: SCOPE })
  assert.equal(begun.verification_uri, `${issuer}/device`)
  const polling = client.pollDeviceAuthorizationGrant(open, begun)
  // Whatever comes of it is looked at below.
  polling.catch(() => {})
  const device = `/v1/oauth/device-requests/${begun.user_code}`
  assert.equal((await asUser('GET', device)).application.id, settings.public.id)
  await asUser('POST', `${device}/${path}`)
  if (decision === 'allowed') {
    assert.equal(await wallet((await polling).access_token), 200)
  } else {
    await assert.rejects(polling, (thrown) => thrown.error === 'access_denied')
  }
  console.log(`device: ${decision}`)
}
{
  const tokens = await client.clientCredentialsGrant(basic, { scope: 'wallet.read' })
  assert.equal(await wallet(tokens.access_token), 200)
  const seen = await client.tokenIntrospection(basic, tokens.access_token)
  assert.equal(seen.sub, settings.owner)
  console.log('client credentials')
}
