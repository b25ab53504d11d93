// An application of somebody else, which uses Bushel by openid-client alone: a page that sends the
// browser to sign in, a page for what came of it, and a device without a browser. Prints its
// address. Settings: `issuer`, and of the registered application `client_id` and `client_secret`;
// without a secret it is a public one. Run as oidc-provider.mjs is: see `programs.ts`.
import http from 'node:http'
import * as client from 'openid-client'

const { issuer, port, client_id, client_secret } = JSON.parse(process.env.SETTINGS)
const own = `http://127.0.0.1:${port}`
const SCOPE = 'openid profile offline_access wallet.read'

const authentication = client_secret ? client.ClientSecretBasic(client_secret) : client.None()
const config = await client.discovery(new URL(issuer), client_id, undefined, authentication, {
  execute: [client.allowInsecureRequests],
})

let checks, tokens
let device = 'waiting'

const PAGES = {
  /** Where somebody clicks "sign in". */
  '/': () => page('Orchard Books', '<a href="/sign-in">Sign in with Bushel</a>'),

  '/sign-in': async (url) => {
    const verifier = client.randomPKCECodeVerifier()
    checks = {
      pkceCodeVerifier: verifier,
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
      idTokenExpected: true,
    }
    const to = client.buildAuthorizationUrl(config, {
      redirect_uri: `${own}/callback`,
      scope: SCOPE,
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // Such as `prompt`.
      ...Object.fromEntries(url.searchParams),
    })
    return { to: to.href }
  },

  '/callback': async (url) => {
    tokens = await client.authorizationCodeGrant(config, url, checks)
    return page('Orchard Books', `<p>Hello ${tokens.claims().name}</p>`)
  },

  /** What the API answers to the access token, and what became of a refresh. */
  '/use': async () => {
    const used = await fetch(`${issuer}/v1/wallet/accounts`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token).then(
      (next) => {
        tokens = next
        return 'refreshed'
      },
      (error) => error.error,
    )
    return page('Orchard Books', `<p>${used.status} ${refreshed}</p>`)
  },

  /** Signs out at Bushel, too. */
  '/sign-out': () => {
    const to = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: `${own}/`,
    })
    return { to: to.href }
  },

  /** A television begins, and asks until its user has decided. */
  '/device': async () => {
    const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE })
    client.pollDeviceAuthorizationGrant(config, begun).then(
      (given) => {
        tokens = given
        device = `allowed by ${given.claims().name}`
      },
      (error) => {
        device = error.error
      },
    )
    device = 'waiting'
    return { json: begun }
  },

  '/device/state': () => ({ json: { device } }),
}

function page(title, body) {
  return { html: `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${body}` }
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, own)
  try {
    const { html, json, to } = await PAGES[url.pathname](url)
    const type = html ? 'text/html; charset=utf-8' : 'application/json'
    response.writeHead(to ? 303 : 200, { 'content-type': type, ...(to && { location: to }) })
    response.end(html ?? JSON.stringify(json ?? {}))
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' })
    response.end(`${error.error ?? ''}\n${error.stack}`)
  }
})
server.listen(port, '127.0.0.1', () => process.stdout.write(`${own}\n`))
