import type { ReactNode } from 'react'
import { shortId } from '@/lib/short-id'
import { Money } from '@/ui/shown'

type SummaryProps = {
  payment: { amount: string; scale: number; asset: string }
  user: string
  /** The other side: a card or a bank account. */
  children: ReactNode
}

/** A payment in a line. */
export function Summary({ payment, user, children }: SummaryProps) {
  return (
    <>
      <Money units={payment.amount} scale={payment.scale} asset={payment.asset} />
      <span className="muted">
        {children} · {shortId(user)}
      </span>
    </>
  )
}
