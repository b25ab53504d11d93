import { editableAmount, parseAmount } from '@/lib/amount'
import type { Language } from '@/lib/text'
import type { Account } from '@/lib/wallet'

/** What somebody is about to send. */
export type Draft = {
  /** A handle or an address, as it was typed. */
  readonly to: string
  readonly asset: string
  /** As it was typed; `units` is what it means. */
  readonly amount: string
  readonly units: string
  readonly message: string
  /** How long they may take to accept; at once where it is empty. */
  readonly acceptWithin: '' | '3600' | '86400' | '604800'
}

/** What a link such as `/send?to=ann&asset=APPLE&amount=5` fills in. Its amount has a point. */
export function prefilled(
  search: Readonly<Record<string, string>>,
  accounts: readonly Account[],
  language: Language,
): Draft {
  const wanted = accounts.find(({ asset }) => asset === search.asset)
  const account = wanted ?? accounts.find(({ available }) => available !== '0') ?? accounts[0]
  const scale = account?.scale ?? 0
  const parsed = parseAmount(search.amount ?? '', scale, 'en')
  return {
    to: search.to ?? '',
    asset: account?.asset ?? '',
    amount: 'units' in parsed ? editableAmount(parsed.units, scale, language) : '',
    units: '',
    message: search.message ?? '',
    acceptWithin: '',
  }
}
