import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { partyRefOf } from '@/lib/party'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, accountsQuery, openOnes, useReread } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { SelectField, TextAreaField } from '@/ui/fields'
import { FieldErrors, Form, type Values } from '@/ui/form'
import { Page, Section } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { RecipientField } from '@/ui/wallet/recipient-field'
import { texts } from './texts'

/** Asks somebody for something. */
export default function NewRequestPage() {
  const t = useTexts(texts)
  const accounts = useQuery(accountsQuery)
  return (
    <Page title={t.new} lead={t.new_lead} back={{ to: '/requests', label: t.back }} narrow>
      <Section>
        <Loaded query={accounts} lines={7}>
          {(all) => {
            const open = openOnes(all)
            if (open.length > 0) return <NewRequest accounts={open} />
            const action = <ButtonLink to="/accounts">{t.open_account}</ButtonLink>
            return (
              <Empty title={t.no_account} action={action}>
                {t.no_account_lead}
              </Empty>
            )
          }}
        </Loaded>
      </Section>
    </Page>
  )
}

function NewRequest({ accounts }: { accounts: readonly Account[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const search = useSearch({ strict: false }) as Record<string, string>
  const [asset, setAsset] = useState(search.asset)
  const ask = useAsk()
  const account = accounts.find((it) => it.asset === asset) ?? accounts[0]
  if (!account) return null
  const submit = async (values: Values) => {
    const amount = amountOf(values, 'amount', account.scale, language)
    const from = partyRefOf(values.from ?? '')
    if (!from) throw new FieldErrors({ from: t.nobody })
    await ask({
      from,
      asset: account.asset,
      amount,
      message: values.message?.trim() || undefined,
      expires_in_s: Number(values.expires_in_s),
    })
  }
  const aliases = { 'from/handle': 'from', 'from/email': 'from' }
  return (
    <Form onSubmit={submit} aliases={aliases}>
      <RecipientField
        name="from"
        label={t.from}
        defaultValue={search.from}
        autoFocus={!search.from}
      />
      <SelectField
        name="asset"
        label={t.asset}
        value={account.asset}
        onChange={(event) => setAsset(event.target.value)}
        choices={accounts.map((it) => ({ value: it.asset, label: it.asset }))}
      />
      <AmountField
        name="amount"
        label={t.amount}
        asset={account.asset}
        scale={account.scale}
        defaultValue={search.amount}
      />
      <TextAreaField
        name="message"
        label={t.message}
        optional
        rows={2}
        maxLength={500}
        defaultValue={search.message}
      />
      <SelectField
        name="expires_in_s"
        label={t.expires}
        defaultValue="1209600"
        choices={[
          { value: '86400', label: t.expires_day },
          { value: '604800', label: t.expires_week },
          { value: '1209600', label: t.expires_two_weeks },
          { value: '2592000', label: t.expires_month },
        ]}
      />
      <Submit wide>{t.ask}</Submit>
    </Form>
  )
}

/** Makes the request and shows it. */
function useAsk() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const reread = useReread()
  const toast = useToast()
  const idempotency = useIdempotencyKey()
  return async (content: {
    from: NonNullable<ReturnType<typeof partyRefOf>>
    asset: string
    amount: string
    message: string | undefined
    expires_in_s: number
  }) => {
    const request = await idempotency.send(content, (header) =>
      body(api.POST('/v1/wallet/requests', { params: { header }, body: content })),
    )
    await reread('requests')
    toast(t.asked_toast)
    await navigate({ to: '/requests/$id', params: { id: request.id } })
  }
}
