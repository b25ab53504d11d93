import type { Schemas } from '@/api/client'
import type { Values } from '@/ui/form'
import type { GrantType, Kind } from './queries'

/** How an application gets tokens, in the order of the form. */
export const GRANT_TYPES: readonly GrantType[] = [
  'authorization_code',
  'device_code',
  'client_credentials',
]

/** The scopes that only applications have; the others are those of API keys. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const

type Details = Omit<Schemas['NewApplication'], 'kind'>

/** What the form's fields say, as the API takes it. */
export function detailsOf(values: Values): Details {
  return {
    name: (values.name ?? '').trim(),
    redirect_uris: linesOf(values.redirect_uris),
    post_logout_redirect_uris: linesOf(values.post_logout_redirect_uris),
    grant_types: GRANT_TYPES.filter((it) => `grant:${it}` in values),
    scopes: Object.keys(values)
      .filter((name) => name.startsWith('scope:'))
      .map((name) => name.slice('scope:'.length)),
  }
}

/** One address in each line. */
function linesOf(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter(Boolean)
}

/** A public application has no secret, so it can't act by itself. */
export function mayUse(kind: Kind, grantType: GrantType): boolean {
  return kind === 'confidential' || grantType !== 'client_credentials'
}

/** A link for a first try, with everything but the challenge, which a program makes. */
export function authorizeUrl(
  issuer: string,
  application: Pick<Schemas['Application'], 'id' | 'redirect_uris' | 'scopes'>,
): string {
  const url = new URL('/oauth/authorize', issuer)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: application.id,
    redirect_uri: application.redirect_uris[0] ?? '',
    scope: application.scopes.join(' '),
    state: 'STATE',
    code_challenge: 'CHALLENGE',
    code_challenge_method: 'S256',
  }).toString()
  return url.href
}
