// A real OpenID provider (oidc-provider) on a free port of this host, for tests/it/providers.rs and
// the tests of the pages in web/browser. Prints its address. Whoever comes with a browser of their
// own is asked who they are. Beside the protocol it has, for the test:
//
//   GET /browse?url=…&account=…   is the browser: signs in there and answers where it is sent back
//   GET /rotate                   signs with a new key from now on, under which the old is unknown
//   GET /tamper?claims=…          changes claims of id_tokens, which are signed again with the right
//                                 key; ?algorithm=none or HS256 signs otherwise; without, nothing
import http from 'node:http'
import * as jose from 'jose'
import Provider from 'oidc-provider'

const { client_id, client_secret, redirect_uri, accounts } = JSON.parse(process.env.SETTINGS)
const server = http.createServer().listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`

let account, key, provider, handle
let tamper = {}

async function rotate() {
  const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true })
  key = { ...(await jose.exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: crypto.randomUUID() }
  provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [{ client_id, client_secret, redirect_uris: [redirect_uri], post_logout_redirect_uris: [new URL('/', redirect_uri).href] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['for the test'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
  })
  handle = provider.callback()
}
await rotate()

/** Whoever the test or the page says signs in, and allows everything. */
async function interact(request, response, typed) {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    const accountId = account ?? typed
    if (!accountId) return ask(response)
    return provider.interactionFinished(request, response, { login: { accountId } })
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

function ask(response) {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<!doctype html><html lang="en"><title>Orchard ID</title><h1>Orchard ID</h1>
    <form><label>Account <input name="account"></label> <button>Continue</button></form>`)
}

/** A browser that forgets everything afterwards. */
async function browse(url) {
  const jar = new Map()
  for (let hops = 0; hops < 20; hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split('=')
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (!location) throw new Error(`${answer.status} at ${url}: ${await answer.text()}`)
    url = new URL(location, url).href
    if (url.startsWith(redirect_uri)) return url
  }
  throw new Error('too many redirects')
}

/** The same id_token with other claims, or another signature. */
async function forge(token) {
  const claims = { ...jose.decodeJwt(token), ...tamper.claims }
  for (const [name, value] of Object.entries(claims)) if (value === null) delete claims[name]
  const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  if (tamper.algorithm === 'none') return `${text({ alg: 'none' })}.${text(claims)}.`
  const alg = tamper.algorithm ?? 'RS256'
  const signed = new jose.SignJWT(claims).setProtectedHeader({ alg, kid: key.kid })
  // With the public key as the secret of both sides: what a careless reader would take.
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = key
  const secret = new TextEncoder().encode(await jose.exportSPKI(await jose.importJWK(open, 'RS256')))
  return signed.sign(alg === 'HS256' ? secret : await jose.importJWK(key, 'RS256'))
}

/** Takes the answer of the token endpoint before it goes out. */
function intercept(response) {
  const end = response.end.bind(response)
  response.end = async (body, ...rest) => {
    let answer = JSON.parse(body)
    if (answer.id_token) answer = { ...answer, id_token: await forge(answer.id_token) }
    const text = JSON.stringify(answer)
    response.setHeader('content-length', Buffer.byteLength(text))
    return end(text, ...rest)
  }
}

server.on('request', async (request, response) => {
  const url = new URL(request.url, issuer)
  const parameter = (name) => url.searchParams.get(name)
  const answer = (value) => response.end(JSON.stringify(value))
  try {
    if (url.pathname === '/browse') {
      account = parameter('account')
      return answer({ callback: await browse(parameter('url')) })
    }
    if (url.pathname === '/rotate') return answer(await rotate() ?? {})
    if (url.pathname === '/tamper') {
      const claims = JSON.parse(parameter('claims') ?? 'null')
      tamper = { claims, algorithm: parameter('algorithm') ?? undefined }
      return answer({})
    }
    if (url.pathname.startsWith('/interaction/')) return await interact(request, response, parameter('account'))
    if (url.pathname === '/token' && (tamper.claims || tamper.algorithm)) intercept(response)
    return await handle(request, response)
  } catch (error) {
    response.statusCode = 500
    return response.end(String(error.stack))
  }
})
console.log(issuer)
