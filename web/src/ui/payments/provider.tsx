import type { Provider } from '@/lib/payments'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { cardTexts } from './card-texts'
import type { Deposit } from './deposit'
import { StripeForm } from './stripe-form'

/**
 * The one place where the payment provider decides what is shown. With one that has a form of its
 * own the deposit is made without a card, and then `next_action` says what to open the form with.
 */

/** Whether our page asks for the card. */
export function asksHere(provider: Provider): boolean {
  return provider.card_entry === 'page'
}

export function takes(provider: Provider, asset: string): boolean {
  return provider.deposit_assets.some(({ code }) => code === asset)
}

type Step =
  | { readonly kind: 'sandbox'; readonly token: string }
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'stripe'; readonly publishableKey: string; readonly clientSecret: string }

const SANDBOX = '/v1/payments/sandbox/actions/'

/** What the card's holder has to do next. */
export function nextStep({ next_action: action }: Pick<Deposit, 'next_action'>): Step | null {
  if (!action) return null
  if (action.kind === 'stripe_form') {
    const { publishable_key: publishableKey, client_secret: clientSecret } = action
    return { kind: 'stripe', publishableKey, clientSecret }
  }
  const { origin, pathname } = new URL(action.url, location.origin)
  // The sandbox's own page is plain; ours asks the same question.
  if (origin === location.origin && pathname.startsWith(SANDBOX)) {
    return { kind: 'sandbox', token: pathname.slice(SANDBOX.length) }
  }
  return { kind: 'page', url: action.url }
}

type NextStepProps = {
  action: Deposit['next_action']
  /** In the address of our page that asks as the bank: what it comes back to. */
  search: { readonly deposit: string } | { readonly order: string }
  /** What the button of a form here says. */
  pay: string
  onTold: () => Promise<unknown>
}

/** The way there. */
export function NextStep({ action, search, pay, onTold }: NextStepProps) {
  const t = useTexts(cardTexts)
  const step = nextStep({ next_action: action })
  if (step?.kind === 'sandbox') {
    return (
      <ButtonLink
        to="/payments/sandbox/$token"
        params={{ token: step.token }}
        search={search as never}
      >
        {t.confirm}
      </ButtonLink>
    )
  }
  if (step?.kind === 'stripe') {
    const { publishableKey, clientSecret } = step
    return (
      <StripeForm
        publishableKey={publishableKey}
        clientSecret={clientSecret}
        action={pay}
        onTold={onTold}
      />
    )
  }
  if (step?.kind === 'page') return <a href={step.url}>{t.to_page}</a>
  return null
}
