import { type ReactNode, useState } from 'react'
import { formatAmount } from '@/lib/amount'
import { useScale } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form } from '@/ui/form'
import { refusedCard } from '@/ui/payments/card-fields'
import { cardTexts } from '@/ui/payments/card-texts'
import { ChoiceField, Choices } from './choices'
import { type Due, type PaymentMethod, usePaymentMethods } from './pay-methods'
import { payTexts } from './pay-texts'

export type Payments = ReturnType<PaymentMethod['read']>

type PayFormProps = {
  label: string
  due: Due
  /** Whether everything else is settled. */
  isReady?: boolean
  onPay: (payments: Payments) => Promise<unknown>
  /** Above the button: what is still missing. */
  children?: ReactNode
}

/** Fields of a card, as the API names them in a list of payments. */
const ALIASES = Object.fromEntries(
  [0, 1].flatMap((index) => [
    [`payments/${index}/card/number`, 'card/number'],
    [`payments/${index}/card/cvc`, 'card/cvc'],
    [`payments/${index}/card/exp_month`, 'expiry'],
    [`payments/${index}/card/exp_year`, 'expiry'],
  ]),
)

/** The ways to pay, and the button that does it. */
export function PayForm({ label, due, isReady = true, onPay, children }: PayFormProps) {
  const t = useTexts(payTexts)
  const words = useTexts(cardTexts)
  const { language } = useLanguage()
  const scale = useScale(due.currency)
  const methods = usePaymentMethods(due)
  const [id, setId] = useState<string | null>(null)
  const isFree = due.total === '0'
  const method =
    methods.find((it) => it.id === id) ?? methods.find((it) => it.isPossible) ?? methods[0]
  const canPay = isReady && (isFree || method?.isPossible === true)
  const action = isFree
    ? t.order_now
    : t.pay_now(`${formatAmount(due.total, scale, language)} ${due.currency}`)
  return (
    <Form
      label={label}
      aliases={ALIASES}
      onSubmit={async (values) => {
        if (!canPay) return
        await onPay(isFree ? [] : (method?.read(values) ?? [])).catch((error: unknown) => {
          throw refusedCard(error, words)
        })
      }}
    >
      {isFree ? (
        <p>{t.nothing_to_pay}</p>
      ) : (
        <Choices label={t.method}>
          {methods.map((it) => (
            <ChoiceField
              key={it.id}
              name="method"
              value={it.id}
              label={it.label}
              note={it.note}
              checked={it.id === method?.id}
              onChange={() => setId(it.id)}
            />
          ))}
        </Choices>
      )}
      {!isFree && method?.fields}
      {children}
      {canPay ? (
        <Submit wide>{action}</Submit>
      ) : (
        <Button wide disabled>
          {action}
        </Button>
      )}
      {!isFree && method?.isPossible && <p className="muted">{method.binding}</p>}
    </Form>
  )
}
