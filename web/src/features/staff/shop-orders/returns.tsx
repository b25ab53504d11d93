import { useQuery } from '@tanstack/react-query'
import { usePermissions } from '@/lib/session'
import type { Order } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Item, List } from '@/ui/list'
import { Section } from '@/ui/page'
import { AskReturn } from '@/ui/shop/return-form'
import { ReturnStatus } from '@/ui/shop/return-status'
import { returnTexts } from '@/ui/shop/return-texts'
import { nameOfLine, returnsQuery } from '@/ui/shop/returns'
import { dateIn } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useOrderReread } from './order'
import { texts } from './return-texts'

/** What of an order comes back, once something was sent. */
export function Returns({ order }: { order: Order }) {
  const t = useTexts(texts)
  const words = useTexts(returnTexts)
  const { language } = useLanguage()
  const reread = useOrderReread()
  const mayWrite = usePermissions().has('orders.write')
  const wasSent = order.lines.some(({ shipped }) => shipped > 0)
  const query = useQuery({ ...returnsQuery(order.id), enabled: wasSent })
  if (!wasSent) return null
  const make = mayWrite && query.data && (
    <AskReturn order={order} returns={query.data} isStaff onDone={() => reread(order.id)} />
  )
  return (
    <Section title={t.title} actions={make}>
      <Loaded query={query} lines={1}>
        {(returns) =>
          returns.length === 0 ? (
            <p className="muted">{t.none_of_order}</p>
          ) : (
            <List label={t.title}>
              {returns.map(({ id, created_at, state, lines }) => (
                <Item
                  key={id}
                  link={{ to: '/staff/shop/returns/$id', params: { id } }}
                  end={<ReturnStatus is={state} />}
                >
                  <strong>{words.name(dateIn(created_at, language))}</strong>
                  {lines.map(({ line, quantity }) => (
                    <div key={line} className="muted">
                      {quantity} × {nameOfLine(order, line)}
                    </div>
                  ))}
                </Item>
              ))}
            </List>
          )
        }
      </Loaded>
    </Section>
  )
}
