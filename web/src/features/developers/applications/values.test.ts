import { expect, it } from 'vitest'
import { authorizeUrl, detailsOf, mayUse } from './values'

it('takes addresses, ways and scopes from the fields', () => {
  const values = {
    name: ' Orchard Books ',
    redirect_uris: 'https://books.example/callback\n\n http://127.0.0.1/callback ',
    post_logout_redirect_uris: '',
    'grant:client_credentials': 'on',
    'grant:authorization_code': 'on',
    'scope:openid': 'on',
    'scope:wallet.read': 'on',
  }
  expect(detailsOf(values)).toEqual({
    name: 'Orchard Books',
    redirect_uris: ['https://books.example/callback', 'http://127.0.0.1/callback'],
    post_logout_redirect_uris: [],
    grant_types: ['authorization_code', 'client_credentials'],
    scopes: ['openid', 'wallet.read'],
  })
})

it('lets only who has a secret act by itself', () => {
  expect(mayUse('confidential', 'client_credentials')).toBe(true)
  expect(mayUse('public', 'client_credentials')).toBe(false)
  expect(mayUse('public', 'device_code')).toBe(true)
})

it('shows how a request looks', () => {
  const application = {
    id: 'app_1',
    redirect_uris: ['https://books.example/cb?x=1'],
    scopes: ['openid', 'wallet.read'] as never,
  }
  expect(authorizeUrl('https://bank.example', application)).toBe(
    'https://bank.example/oauth/authorize?response_type=code&client_id=app_1&redirect_uri=https%3A%2F%2Fbooks.example%2Fcb%3Fx%3D1&scope=openid+wallet.read&state=STATE&code_challenge=CHALLENGE&code_challenge_method=S256',
  )
})
