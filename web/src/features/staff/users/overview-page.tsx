import { useParams } from '@tanstack/react-router'
import type { Schemas } from '@/api/client'
import { usePermissions, useProfile } from '@/lib/session'
import { useAccountsOf, useUser } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Id } from '@/ui/id'
import { Fact, Facts, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { Badge, Money, When } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { Access } from './access'
import { RolesSection } from './roles-section'
import { texts } from './texts'

/** Who somebody is, what they hold and what they may do. */
export default function UserOverviewPage() {
  const { id = '' } = useParams({ strict: false })
  return (
    <Loaded query={useUser(id)}>
      {(user) => (
        <>
          <UserFacts user={user} />
          <Accounts user={user} />
          <RolesSection user={user} />
          <Access user={user} />
        </>
      )}
    </Loaded>
  )
}

type Props = { user: Schemas['AdminUserDetails'] }

function UserFacts({ user }: Props) {
  const t = useTexts(texts)
  return (
    <Section title={t.facts}>
      <Facts>
        <Fact name={t.id}>
          <Id id={user.id} whole />
        </Fact>
        <Fact name={t.name}>{user.name}</Fact>
        <Fact name={t.handle}>{user.handle ? `@${user.handle}` : t.none_short}</Fact>
        <Fact name={t.email}>
          {user.email}{' '}
          <Badge tone={user.is_email_verified ? 'good' : 'warning'}>
            {user.is_email_verified ? t.verified : t.unverified}
          </Badge>
        </Fact>
        <Fact name={t.language}>{user.locale === 'de' ? t.de : t.en}</Fact>
        <Fact name={t.since}>
          <When at={user.created_at} />
        </Fact>
        <Fact name={t.signed_in_on}>{t.devices(user.counts.sessions)}</Fact>
      </Facts>
    </Section>
  )
}

function Accounts({ user }: Props) {
  const t = useTexts(texts)
  const query = useAccountsOf(user.id)
  const isOwn = useProfile().id === user.id
  const mayAdjust = usePermissions().has('adjustments.create') && !isOwn
  type Account = Schemas['AdminAccount']
  const money = (account: Account, units: string) => (
    <Money units={units} scale={account.scale} asset={account.asset} />
  )
  const adjust = {
    name: t.adjust,
    isAction: true,
    cell: (account: Account) =>
      !account.is_closed && (
        <ButtonLink
          to="/staff/adjustments/new"
          search={{ user: user.id, account: account.id } as never}
          look="secondary"
          small
          aria-label={t.adjust_named(account.asset)}
        >
          {t.adjust}
        </ButtonLink>
      ),
  }
  return (
    <Section title={t.accounts} lead={isOwn ? t.adjust_own : undefined}>
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t.accounts_none}>{t.accounts_none_more}</Empty>
          ) : (
            <Records
              label={t.accounts}
              items={data}
              keyOf={(account) => account.id}
              columns={[
                { name: t.asset, cell: (account) => account.asset },
                { name: t.balance, cell: (account) => money(account, account.balance) },
                { name: t.available, cell: (account) => money(account, account.available) },
                {
                  name: t.status,
                  cell: (account) => (
                    <Badge tone={account.is_closed ? 'neutral' : 'good'}>
                      {account.is_closed ? t.closed : t.open}
                    </Badge>
                  ),
                },
                { name: t.account, cell: (account) => <Id id={account.id} /> },
                ...(mayAdjust ? [adjust] : []),
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
