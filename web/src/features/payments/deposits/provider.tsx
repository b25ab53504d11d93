import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import type { Deposit } from './shown'
import { texts } from './texts'

/**
 * The one place where the payment provider decides what is shown. A provider with a form of its own
 * (`card_entry` and `next_action.kind` say so) belongs here too: its deposit is made without a
 * card, and then its form is opened. As long as no such form is, those providers aren't offered.
 */
export type Provider = Schemas['PaymentProvider']

const providersQuery = queryOptions({
  queryKey: ['providers'],
  staleTime: 10 * 60_000,
  queryFn: async () => (await body(api.GET('/v1/payments/providers'))).data,
})

/** Who can take an asset by a card that is entered here; undefined until that is known. */
export function useProviders() {
  const query = useQuery(providersQuery)
  return {
    ...query,
    data: query.data?.filter((provider) => provider.card_entry === 'page'),
  }
}

export function takes(provider: Provider, asset: string): boolean {
  return provider.deposit_assets.some(({ code }) => code === asset)
}

type Step =
  | { readonly kind: 'sandbox'; readonly token: string }
  | { readonly kind: 'page'; readonly url: string }

const SANDBOX = '/v1/payments/sandbox/actions/'

/** What the card's holder has to do next. */
export function nextStep({ next_action: action }: Pick<Deposit, 'next_action'>): Step | null {
  if (action?.kind !== 'redirect') return null
  const { origin, pathname } = new URL(action.url, location.origin)
  // The sandbox's own page is plain; ours asks the same question.
  if (origin === location.origin && pathname.startsWith(SANDBOX)) {
    return { kind: 'sandbox', token: pathname.slice(SANDBOX.length) }
  }
  return { kind: 'page', url: action.url }
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
