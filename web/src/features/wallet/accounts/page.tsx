import { useQuery } from '@tanstack/react-query'
import { formatAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, accountsQuery } from '@/lib/wallet'
import { Item, List } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Badge, Money } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { OpenAccount } from '@/ui/wallet/open-account'
import { texts } from './texts'

/** All accounts, and the way to another one. */
export default function AccountsPage() {
  const t = useTexts(texts)
  const accounts = useQuery(accountsQuery)
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <Section>
        <Loaded query={accounts} lines={3}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t.empty}>{t.empty_lead}</Empty>
            ) : (
              <List label={t.list}>
                {all.map((account) => (
                  <AccountItem key={account.id} account={account} />
                ))}
              </List>
            )
          }
        </Loaded>
      </Section>
      <Section title={t.open_title}>
        <OpenAccount />
      </Section>
    </Page>
  )
}

function AccountItem({ account }: { account: Account }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { asset, scale, available, pending_in, pending_out, status } = account
  const notes = [
    pending_in !== '0' && t.coming(formatAmount(pending_in, scale, language)),
    pending_out !== '0' && t.held(formatAmount(pending_out, scale, language)),
  ].filter(Boolean)
  return (
    <Item
      link={{ to: '/accounts/$id', params: { id: account.id } }}
      end={
        status === 'closed' ? (
          <Badge>{t.closed}</Badge>
        ) : (
          <Money units={available} scale={scale} asset={asset} />
        )
      }
    >
      <strong>{asset}</strong>
      {notes.length > 0 && <p className="muted">{notes.join(' · ')}</p>}
    </Item>
  )
}
