import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import type { Deposit } from './shown'
import { texts } from './texts'

/**
 * The one place where the payment provider decides what is shown. A provider that asks for the card
 * with a form of its own gets its answer here too: the deposit is made without a card, and its
 * `next_action` says which form to open.
 */
type Step =
  | { readonly kind: 'sandbox'; readonly token: string }
  | { readonly kind: 'page'; readonly url: string }

const SANDBOX = '/v1/payments/sandbox/actions/'

/** What the card's holder has to do next. */
export function nextStep(deposit: Pick<Deposit, 'next_action'>): Step | null {
  const url = deposit.next_action?.url
  if (!url) return null
  const { origin, pathname } = new URL(url, location.origin)
  // The sandbox's own page is plain; ours asks the same question.
  if (origin === location.origin && pathname.startsWith(SANDBOX)) {
    return { kind: 'sandbox', token: pathname.slice(SANDBOX.length) }
  }
  return { kind: 'page', url }
}

/** The way there. */
export function NextStep({ deposit }: { deposit: Deposit }) {
  const t = useTexts(texts)
  const step = nextStep(deposit)
  if (step?.kind === 'sandbox') {
    return (
      <ButtonLink
        to="/payments/sandbox/$token"
        params={{ token: step.token }}
        search={{ deposit: deposit.id } as never}
      >
        {t.confirm}
      </ButtonLink>
    )
  }
  if (step?.kind === 'page') return <a href={step.url}>{t.to_page}</a>
  return null
}
