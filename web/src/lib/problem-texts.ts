import { type FieldProblem, OfflineError, ProblemError } from './problem'
import { admin } from './problem-codes/admin'
import { fieldsInGerman } from './problem-codes/fields'
import { identity } from './problem-codes/identity'
import type { KnownCodes } from './problem-codes/known'
import { notifications } from './problem-codes/notifications'
import { oauth } from './problem-codes/oauth'
import { payments } from './problem-codes/payments'
import { requests } from './problem-codes/requests'
import { shop } from './problem-codes/shop'
import { wallet } from './problem-codes/wallet'
import { defineTexts, type Language } from './text'

/**
 * What people read when something fails. The server's own words are in English and good for
 * everything; the codes that people meet have a text of their own in both languages.
 */
const texts = defineTexts(
  {
    offline: 'The server can’t be reached. Check your connection and try again.',
    failed: 'Something went wrong on our side. Try again in a moment.',
    wait: (time: string) => `Too many attempts. Try again in ${time}.`,
    request: (id: string) => ` (request ${id})`,
  },
  {
    offline: 'Der Server ist nicht erreichbar. Prüfe deine Verbindung und versuche es noch einmal.',
    failed: 'Bei uns ist etwas schiefgegangen. Versuche es gleich noch einmal.',
    wait: (time: string) => `Zu viele Versuche. Versuche es in ${time} noch einmal.`,
    request: (id: string) => ` (Anfrage ${id})`,
  },
)

/** By code; English where the server's words would be too technical. */
export const codes: KnownCodes = {
  ...requests,
  ...identity,
  ...wallet,
  ...payments,
  ...notifications,
  ...admin,
  ...oauth,
  ...shop,
}

const BODY_INVALID = 'request.body.invalid'

export function describeProblem(error: unknown, language: Language): string {
  const t = texts[language]
  if (error instanceof OfflineError) return t.offline
  if (!(error instanceof ProblemError)) return t.failed
  if (error.status === 429 && error.retryAfterS) return t.wait(time(error.retryAfterS))
  const [field] = error.fields
  if (error.code === BODY_INVALID && field) return describeField(field, language)
  const known = codes[error.code]?.[language]
  if (known) return known
  if (error.status >= 500) return t.failed + (error.requestId ? t.request(error.requestId) : '')
  return sentence(error.message)
}

export function describeField(field: FieldProblem, language: Language): string {
  const name = /^\/([a-z_]+)/.exec(field.pointer)?.[1] ?? ''
  const ofField = field.code === BODY_INVALID && language === 'de' && fieldsInGerman[name]
  return ofField || (codes[field.code]?.[language] ?? sentence(field.detail))
}

const SECONDS_MAX = 120

function time(seconds: number): string {
  return seconds > SECONDS_MAX ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`
}

/** The server begins in lower case, and says where in the body a parser stopped. */
function sentence(detail: string): string {
  const plain = detail.replace(/ at line \d+ column \d+$/, '')
  const whole = plain.charAt(0).toUpperCase() + plain.slice(1)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}
