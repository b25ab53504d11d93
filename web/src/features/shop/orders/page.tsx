import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Item, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { OrderStatus, useOrderName } from '@/ui/shop/order-status'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './texts'

/** What somebody bought. */
export default function OrdersPage() {
  const t = useTexts(texts)
  const nameOf = useOrderName()
  const pages = usePages(['shop', 'orders'], (cursor) =>
    body(api.GET('/v1/shop/orders', { params: { query: { cursor } } })),
  )
  return (
    <Page title={t.title} lead={t.lead} back={{ to: '/shop', label: t.shop }}>
      <Section>
        <PagedList
          pages={pages}
          label={t.title}
          empty={
            <Empty title={t.none} action={<ButtonLink to="/shop">{t.look}</ButtonLink>}>
              {t.none_lead}
            </Empty>
          }
        >
          {({ id, number, status, placed_at, total, scale, currency }) => (
            <Item
              key={id}
              link={{ to: '/shop/orders/$id', params: { id } }}
              end={
                <>
                  <Money units={total} scale={scale} asset={currency} />
                  <OrderStatus is={status} />
                </>
              }
            >
              <strong>{nameOf(number)}</strong>
              {placed_at && (
                <div className="muted">
                  <When at={placed_at} />
                </div>
              )}
            </Item>
          )}
        </PagedList>
      </Section>
    </Page>
  )
}
