import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useHasWithdrawals } from '@/lib/payments'
import { hasCode } from '@/lib/problem'
import { useProfile } from '@/lib/session'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, useReread } from '@/lib/wallet'
import { amountOf } from '@/ui/amount-field'
import { Submit } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, Form, type Values } from '@/ui/form'
import { Page, Section } from '@/ui/page'
import { MoneyAccounts } from '@/ui/payments/money-accounts'
import { useBankName } from '@/ui/payments/withdrawal'
import { Empty, Loading } from '@/ui/states'
import { AccountField } from '@/ui/wallet/account-field'
import { AvailableField } from '@/ui/wallet/available-field'
import { knownDestinations } from './destinations'
import { texts } from './texts'

/** Has money paid out to a bank account. */
export default function NewWithdrawalPage() {
  const t = useTexts(texts)
  const isPossible = useHasWithdrawals()
  return (
    <Page
      title={t.make}
      lead={t.new_lead}
      back={{ to: '/payments/withdrawals', label: t.back }}
      narrow
    >
      <Section>
        {isPossible ? (
          <MoneyAccounts lines={6}>
            {(accounts) => <NewWithdrawal accounts={accounts} />}
          </MoneyAccounts>
        ) : (
          <Empty title={t.impossible}>{t.impossible_lead}</Empty>
        )}
      </Section>
    </Page>
  )
}

const NEW_BANK = 'new'

function NewWithdrawal({ accounts }: { accounts: readonly Account[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const search = useSearch({ strict: false }) as Record<string, string>
  const [asset, setAsset] = useState(search.asset)
  const [chosen, setChosen] = useState<string | null>(null)
  const withdraw = useWithdraw()
  const known = useKnownDestinations()
  const bankName = useBankName()
  const account = accounts.find((it) => it.asset === asset) ?? accounts[0]
  if (!account || !known) return <Loading lines={6} />
  const token = chosen ?? known[0]?.token ?? NEW_BANK
  const submit = async (values: Values) => {
    const amount = amountOf(values, 'amount', account.scale, language)
    if (BigInt(amount) > BigInt(account.available)) {
      const has = `${formatAmount(account.available, account.scale, language)} ${account.asset}`
      throw new FieldErrors({ amount: t.too_much(has) })
    }
    const destination = token === NEW_BANK ? bankOf(values, t) : { token }
    await withdraw({ asset: account.asset, amount, destination }).catch((error) => {
      throw hasCode(error, 'payments.iban.invalid')
        ? new FieldErrors({ 'destination/iban': t.bad_iban })
        : error
    })
  }
  return (
    <Form onSubmit={submit}>
      <AccountField name="asset" accounts={accounts} value={account.asset} onChange={setAsset} />
      <AvailableField key={account.asset} account={account} label={t.amount} />
      {known.length > 0 && (
        <SelectField
          name="bank"
          label={t.destination}
          value={token}
          onChange={(event) => setChosen(event.target.value)}
          choices={[
            ...known.map((bank) => ({ value: bank.token, label: bankName(bank) })),
            { value: NEW_BANK, label: t.other },
          ]}
        />
      )}
      {token === NEW_BANK && <BankFields />}
      <Submit wide>{t.submit}</Submit>
    </Form>
  )
}

function BankFields() {
  const t = useTexts(texts)
  const profile = useProfile()
  return (
    <>
      <TextField
        name="destination/iban"
        label={t.iban}
        hint={t.iban_hint}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={50}
      />
      <TextField
        name="destination/name"
        label={t.name}
        autoComplete="name"
        maxLength={140}
        defaultValue={profile.name ?? ''}
      />
    </>
  )
}

type BankTexts = Record<'no_iban' | 'no_name', string>

function bankOf(values: Values, t: BankTexts): Schemas['DestinationInput'] {
  const iban = (values['destination/iban'] ?? '').replace(/\s/g, '').toUpperCase()
  const name = (values['destination/name'] ?? '').trim()
  const flaws = {
    ...(iban ? {} : { 'destination/iban': t.no_iban }),
    ...(name ? {} : { 'destination/name': t.no_name }),
  }
  if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  return { iban, name }
}

/** The latest withdrawals say where it went. Without them, there is still a new account. */
function useKnownDestinations() {
  const { data, isError } = useQuery({
    queryKey: ['withdrawals', 'destinations'],
    queryFn: () => body(api.GET('/v1/payments/withdrawals', { params: { query: { limit: 50 } } })),
  })
  return data || isError ? knownDestinations(data?.data ?? []) : undefined
}

/** Makes the withdrawal and shows what becomes of it. */
function useWithdraw() {
  const navigate = useNavigate()
  const reread = useReread()
  const idempotency = useIdempotencyKey()
  return async (content: Schemas['CreateWithdrawal']) => {
    const withdrawal = await idempotency.send(content, (header) =>
      body(api.POST('/v1/payments/withdrawals', { params: { header }, body: content })),
    )
    await reread('withdrawals', 'accounts', 'history', 'balances')
    await navigate({ to: '/payments/withdrawals/$id', params: { id: withdrawal.id } })
  }
}
