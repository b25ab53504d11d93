import type { Schemas } from '@/api/client'
import type { Party } from './wallet'

type PartyRef = Schemas['PartyRef']

/** What somebody typed as a name of somebody: a handle, with or without its @, or an address. */
export function partyRefOf(text: string): PartyRef | null {
  const plain = text.trim()
  if (/^[^\s@]+@[^\s@]+$/.test(plain)) return { email: plain }
  const handle = plain.replace(/^@/, '').toLowerCase()
  return /^[a-z][a-z0-9_.-]{2,29}$/.test(handle) ? { handle } : null
}

/** The text that `partyRefOf` reads back. */
export function textOfParty(party: Party | null | undefined): string {
  return party?.handle ?? party?.email ?? ''
}
