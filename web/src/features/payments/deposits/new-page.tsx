import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import { type Provider, useProviders } from '@/lib/payments'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, useReread } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Submit } from '@/ui/confirm'
import { SelectField } from '@/ui/fields'
import { Form, type Values } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { knownCards } from '@/ui/payments/card'
import { CardFields, cardOf, refusedCard } from '@/ui/payments/card-fields'
import { cardTexts } from '@/ui/payments/card-texts'
import { useCardName } from '@/ui/payments/deposit'
import { MoneyAccounts } from '@/ui/payments/money-accounts'
import { asksHere, takes } from '@/ui/payments/provider'
import { TestCards } from '@/ui/payments/test-cards'
import { Loaded, Loading } from '@/ui/states'
import { texts } from './texts'

/** Pays in by card. */
export default function NewDepositPage() {
  const t = useTexts(texts)
  const providers = useProviders()
  return (
    <Page title={t.make} lead={t.new_lead} back={{ to: '/payments', label: t.back }} narrow>
      <Section>
        <MoneyAccounts lines={7}>
          {(accounts) => (
            <Loaded query={providers} lines={7}>
              {(known) => <NewDeposit accounts={accounts} providers={known} />}
            </Loaded>
          )}
        </MoneyAccounts>
      </Section>
    </Page>
  )
}

const NEW_CARD = 'new'

type Props = { accounts: readonly Account[]; providers: readonly Provider[] }

function NewDeposit({ accounts, providers }: Props) {
  const t = useTexts(texts)
  const cardWords = useTexts(cardTexts)
  const { language } = useLanguage()
  const search = useSearch({ strict: false }) as Record<string, string>
  const [asset, setAsset] = useState(search.asset)
  const [chosen, setChosen] = useState<string | null>(null)
  const [number, setNumber] = useState('')
  const pay = useDeposit()
  const account = accounts.find((it) => it.asset === asset) ?? accounts[0]
  const [named, setNamed] = useState<string>()
  const offered = providers.filter((it) => takes(it, account?.asset ?? ''))
  const provider = offered.find((it) => it.name === named) ?? offered[0]
  const cards = useKnownCards(provider?.name ?? '')
  const nameOf = useCardName()
  if (!account || !cards) return <Loading lines={7} />
  const isHere = provider !== undefined && asksHere(provider)
  const token = chosen ?? cards[0]?.token ?? NEW_CARD
  const submit = async (values: Values) => {
    const amount = amountOf(values, 'amount', account.scale, language)
    const entered = () => (token === NEW_CARD ? cardOf(values, cardWords) : { token })
    const card = isHere ? entered() : undefined
    await pay({ provider: provider?.name, asset: account.asset, amount, card }).catch((error) => {
      throw refusedCard(error, cardWords)
    })
  }
  return (
    <Form onSubmit={submit} aliases={{ 'card/exp_month': 'expiry', 'card/exp_year': 'expiry' }}>
      <SelectField
        name="asset"
        label={t.account}
        value={account.asset}
        onChange={(event) => setAsset(event.target.value)}
        choices={accounts.map((it) => ({
          value: it.asset,
          label: t.account_choice(it.asset, formatAmount(it.available, it.scale, language)),
        }))}
      />
      <AmountField
        name="amount"
        label={t.amount}
        asset={account.asset}
        scale={account.scale}
        defaultValue={search.amount}
        autoFocus
      />
      {!provider && <Notice tone="warning">{t.no_provider(account.asset)}</Notice>}
      {offered.length > 1 && (
        <SelectField
          name="provider"
          label={t.provider}
          value={provider?.name}
          onChange={(event) => setNamed(event.target.value)}
          choices={offered.map(({ name }) => ({ value: name, label: name }))}
        />
      )}
      {isHere && cards.length > 0 && (
        <SelectField
          name="pay_with"
          label={t.pay_with}
          value={token}
          onChange={(event) => setChosen(event.target.value)}
          choices={[
            ...cards.map((card) => ({ value: card.token, label: nameOf(card) })),
            { value: NEW_CARD, label: t.other_card },
          ]}
        />
      )}
      {isHere && token === NEW_CARD && <CardFields number={number} onNumber={setNumber} />}
      {isHere && provider.test && token === NEW_CARD && <TestCards onUse={setNumber} />}
      {provider && <Submit wide>{t.submit}</Submit>}
    </Form>
  )
}

/** The latest deposits say which cards there are. Without them, there is still a new card. */
function useKnownCards(provider: string) {
  const { data, isError } = useQuery({
    queryKey: ['deposits', 'cards'],
    queryFn: () => body(api.GET('/v1/payments/deposits', { params: { query: { limit: 50 } } })),
  })
  return data || isError ? knownCards(data?.data ?? [], provider) : undefined
}

/** Makes the deposit and shows what becomes of it. */
function useDeposit() {
  const navigate = useNavigate()
  const reread = useReread()
  const idempotency = useIdempotencyKey()
  return async (content: Schemas['CreateDeposit']) => {
    const sent = { ...content, return_url: `${location.origin}/payments` }
    const deposit = await idempotency.send(sent, (header) =>
      body(api.POST('/v1/payments/deposits', { params: { header }, body: sent })),
    )
    await reread('deposits', 'accounts')
    await navigate({ to: '/payments/deposits/$id', params: { id: deposit.id } })
  }
}
