import { type FieldProblem, OfflineError, ProblemError } from './problem'
import { defineTexts, type Language } from './text'

/**
 * What people read when something fails. The server's own words are in English and good for
 * everything; the codes that people meet have a text of their own in both languages.
 */
const texts = defineTexts(
  {
    offline: 'The server can’t be reached. Check your connection and try again.',
    failed: 'Something went wrong on our side. Try again in a moment.',
    wait: (seconds: number) => `Too many attempts. Try again in ${seconds} s.`,
    request: (id: string) => ` (request ${id})`,
  },
  {
    offline: 'Der Server ist nicht erreichbar. Prüfe deine Verbindung und versuche es noch einmal.',
    failed: 'Bei uns ist etwas schiefgegangen. Versuche es gleich noch einmal.',
    wait: (seconds: number) => `Zu viele Versuche. Versuche es in ${seconds} s noch einmal.`,
    request: (id: string) => ` (Anfrage ${id})`,
  },
)

/** By code; English where the server's words would be too technical. */
const codes: Readonly<Record<string, Partial<Record<Language, string>>>> = {}

export function describeProblem(error: unknown, language: Language): string {
  const t = texts[language]
  if (error instanceof OfflineError) return t.offline
  if (!(error instanceof ProblemError)) return t.failed
  if (error.status === 429 && error.retryAfterS) return t.wait(error.retryAfterS)
  const known = codes[error.code]?.[language]
  if (known) return known
  if (error.status >= 500) return t.failed + (error.requestId ? t.request(error.requestId) : '')
  return error.message
}

export function describeField(field: FieldProblem, language: Language): string {
  return codes[field.code]?.[language] ?? field.detail
}
