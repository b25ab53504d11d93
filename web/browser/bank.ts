import { type Server, startServer } from './server'

/** A bank with assets and people in it. */
export type Bank = Server & {
  /** The newest mail of a kind to somebody, once it has come; each is given once. */
  readonly mail: (to: string, kind: string) => Promise<string>
  /** Registers somebody and verifies their address. */
  readonly register: (handle: string) => Promise<Somebody>
  /** From now on somebody works for the house. */
  readonly hire: (person: Somebody, role: 'support' | 'manager' | 'administrator') => Promise<void>
}

export type Somebody = {
  readonly handle: string
  readonly name: string
  readonly email: string
  readonly password: string
}

const SOON_MS = 20_000

export async function openBank(options: readonly string[] = []): Promise<Bank> {
  const server = await startServer(options)
  for (const asset of [
    { code: 'EUR', scale: 2, kind: 'money', name: 'Euro' },
    { code: 'APPLE', scale: 0, kind: 'goods', name: 'Apples' },
  ]) {
    await server.operator('POST', '/v1/ledger/assets', asset)
  }
  return bankOf(server)
}

/** The demo world, whose people one can be by a click on the start page. */
export async function openDemo(): Promise<Bank> {
  return bankOf(await startServer(['--demo']))
}

function bankOf(server: Server): Bank {
  const bank: Bank = {
    ...server,
    mail: (to, kind) => mail(server, to, kind),
    register: (handle) => register(bank, handle),
    hire: (person, role) => hire(server, person, role),
  }
  return bank
}

async function register(bank: Bank, handle: string): Promise<Somebody> {
  const name = handle[0]?.toUpperCase() + handle.slice(1)
  const email = `${handle}@example.org`
  const password = `${handle} walks under seven tall trees`
  await post(bank, '/v1/identity/users', { email, name, handle, password })
  const code = codeOf(await bank.mail(email, 'challenge.verify_email'))
  await post(bank, '/v1/identity/email-verifications', { email, code })
  return { handle, name, email, password }
}

async function hire(server: Server, { handle }: Somebody, role: string): Promise<void> {
  const { data } = (await server.operator('GET', `/v1/admin/users?q=${handle}`)) as {
    data: { id: string; handle: string }[]
  }
  const id = data.find((user) => user.handle === handle)?.id
  const path = `/v1/identity/users/${id}/roles`
  const { version } = (await server.operator('GET', path)) as { version: number }
  const given = { roles: ['user', role], reason: 'works for the house' }
  await server.operator('PUT', path, given, `"${version}"`)
}

/** As anybody, without a token. */
async function post(bank: Bank, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(bank.url.replace('localhost', '127.0.0.1') + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

/** The one-time code of a mail. */
export function codeOf(text: string): string {
  const code = /\b(\d{4} ?\d{4})\b/.exec(text)?.[1]
  if (!code) throw new Error(`no code in: ${text}`)
  return code.replace(' ', '')
}

type Kept = { readonly id: string; readonly kind: string }

async function mail(server: Server, to: string, kind: string): Promise<string> {
  const address = `/v1/notifications/mailbox?to=${encodeURIComponent(to)}`
  return until(`a mail ${kind} to ${to}`, async () => {
    const { data } = (await server.operator('GET', address)) as { data: Kept[] }
    const found = data.find((it) => it.kind === kind)
    if (!found) return null
    const path = `/v1/notifications/mailbox/${found.id}`
    const { text } = (await server.operator('GET', path)) as { text: string }
    await server.operator('DELETE', path)
    return text
  })
}

/** Tries again until there is something. */
export async function until<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  const began = performance.now()
  while (performance.now() - began < SOON_MS) {
    const found = await attempt()
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`still not there: ${what}`)
}
