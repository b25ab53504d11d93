import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useFilters } from '@/lib/filters'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useProfile } from '@/lib/session'
import { useAccountsOf, useUser } from '@/lib/staff'
import { useLanguage, useTexts } from '@/lib/text'
import { AmountField, amountOf } from '@/ui/amount-field'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { Form, type Values } from '@/ui/form'
import { Guarded, Recorded } from '@/ui/guarded'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { ReasonField } from '@/ui/reason-field'
import { Person } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { FindUser } from './find-user'
import { texts } from './texts'

/** Proposing an adjustment: first whose, then what. The address keeps both. */
export default function NewAdjustmentPage() {
  const t = useTexts(texts)
  const [{ user, account }] = useFilters(['user', 'account'])
  return (
    <Guarded permission="adjustments.create" title={t.propose}>
      <Page
        title={t.propose}
        lead={t.next_step}
        back={{ to: '/staff/adjustments', label: t.title }}
        narrow
      >
        {user ? <ForUser id={user} account={account} /> : <FindUser />}
        <Recorded />
      </Page>
    </Guarded>
  )
}

function ForUser({ id, account }: { id: string; account: string | undefined }) {
  const t = useTexts(texts)
  const isOwn = useProfile().id === id
  const accounts = useAccountsOf(isOwn ? null : id)
  return (
    <Loaded query={useUser(id)}>
      {(user) => (
        <Section>
          <div className="row">
            <Person person={user} note={user.email} />
            <ButtonLink to="/staff/adjustments/new" search={{} as never} look="quiet" small>
              {t.other_user}
            </ButtonLink>
          </div>
          {isOwn ? (
            <Notice tone="warning">{t.own_account}</Notice>
          ) : (
            <Loaded query={accounts}>
              {({ data }) => <Choose accounts={data} first={account} />}
            </Loaded>
          )}
        </Section>
      )}
    </Loaded>
  )
}

type Account = Schemas['AdminAccount']

function Choose({ accounts, first }: { accounts: readonly Account[]; first: string | undefined }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const open = accounts.filter((account) => !account.is_closed)
  const [id, setId] = useState(first)
  const chosen = open.find((account) => account.id === id) ?? open[0]
  if (!chosen) return <Empty title={t.no_accounts}>{t.no_accounts_more}</Empty>
  const choices = open.map(({ id: value, asset, balance, scale }) => ({
    value,
    label: `${asset} · ${formatAmount(balance, scale, language)}`,
  }))
  return (
    <ProposalForm account={chosen}>
      <SelectField
        name="account"
        label={t.account}
        choices={choices}
        value={chosen.id}
        onChange={(event) => setId(event.target.value)}
      />
    </ProposalForm>
  )
}

function ProposalForm({ account, children }: { account: Account; children: React.ReactNode }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const key = useIdempotencyKey()
  const propose = async (values: Values) => {
    const { direction, reason = '', reference } = values
    const proposal: Schemas['NewAdjustment'] = {
      account: account.id,
      asset: account.asset,
      direction: direction === 'debit' ? 'debit' : 'credit',
      amount: amountOf(values, 'amount', account.scale, language),
      reason,
      reference: reference?.trim() || null,
    }
    const { id } = await key.send(proposal, (header) =>
      body(api.POST('/v1/admin/adjustments', { params: { header }, body: proposal })),
    )
    await client.invalidateQueries({ queryKey: ['staff', 'adjustments'] })
    toast(t.sent)
    await navigate({ to: '/staff/adjustments/$id', params: { id } })
  }
  return (
    <Form label={t.propose} onSubmit={propose}>
      {children}
      <SelectField
        name="direction"
        label={t.direction}
        choices={[
          { value: 'credit', label: t.credit },
          { value: 'debit', label: t.debit },
        ]}
      />
      <AmountField
        key={account.asset}
        name="amount"
        label={t.amount}
        asset={account.asset}
        scale={account.scale}
      />
      <ReasonField />
      <TextField
        name="reference"
        label={t.reference}
        hint={t.reference_hint}
        optional
        maxLength={200}
        autoComplete="off"
      />
      <Submit>{t.send}</Submit>
    </Form>
  )
}
