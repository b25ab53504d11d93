import { useEffect, useRef } from 'react'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { partyRefOf } from '@/lib/party'
import { useTexts } from '@/lib/text'
import { type Account, MOVED, type Transfer, useReread } from '@/lib/wallet'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form, FormActions } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Money } from '@/ui/shown'
import type { Draft } from './draft'
import styles from './send.module.css'
import { texts } from './texts'

type Props = {
  draft: Draft
  account: Account | undefined
  onSent: (transfer: Transfer) => void
  onChange: () => void
}

const ARRIVES = {
  '': 'at_once',
  '3600': 'within_hour',
  '86400': 'within_day',
  '604800': 'within_week',
} as const

/** Everything once more, before value moves. */
export function Review({ draft, account, onSent, onChange }: Props) {
  const t = useTexts(texts)
  const send = useSend(draft)
  const start = useRef<HTMLDivElement>(null)
  useEffect(() => start.current?.focus(), [])
  const party = partyRefOf(draft.to)
  if (!account || !party) return null
  const { asset, scale, available } = account
  const left = BigInt(available) - BigInt(draft.units)
  const name = 'email' in party ? party.email : `@${draft.to.replace(/^@/, '')}`
  return (
    <Page title={t.review_title} narrow>
      <Section>
        <div ref={start} tabIndex={-1} className={styles.sum}>
          <span className="muted">{t.you_send}</span>
          <strong className={styles.amount}>
            <Money units={draft.units} scale={scale} asset={asset} />
          </strong>
          <span>
            {t.to} <strong>{name}</strong>
          </span>
        </div>
        <Facts>
          <Fact name={t.arrives}>{t[ARRIVES[draft.acceptWithin]]}</Fact>
          {left >= 0n && (
            <Fact name={t.left_after}>
              <Money units={left.toString()} scale={scale} asset={asset} />
            </Fact>
          )}
          {draft.message && (
            <Fact name={t.message}>
              <span className={styles.message}>{draft.message}</span>
            </Fact>
          )}
        </Facts>
        {'email' in party && <Notice>{t.invite_note}</Notice>}
        <Form onSubmit={async () => onSent(await send())}>
          <FormActions>
            <Submit>{t.send}</Submit>
            <Button look="quiet" onClick={onChange}>
              {t.change}
            </Button>
          </FormActions>
        </Form>
      </Section>
    </Page>
  )
}

function useSend(draft: Draft): () => Promise<Transfer> {
  const idempotency = useIdempotencyKey()
  const reread = useReread()
  return async () => {
    const to = partyRefOf(draft.to)
    if (!to) throw new Error('a draft under review has a recipient')
    const content = {
      to,
      asset: draft.asset,
      amount: draft.units,
      message: draft.message || undefined,
      accept_within_s: draft.acceptWithin === '' ? undefined : Number(draft.acceptWithin),
    }
    const sent = await idempotency.send(content, (header) =>
      body(api.POST('/v1/wallet/transfers', { params: { header }, body: content })),
    )
    await reread(...MOVED)
    return sent
  }
}
