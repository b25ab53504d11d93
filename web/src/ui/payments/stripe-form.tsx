import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useLanguage } from '@/lib/text'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Loaded } from '@/ui/states'
import { loadStripe, type StripeForm as Opened } from './stripe'

type StripeFormProps = {
  publishableKey: string
  clientSecret: string
  /** What the button says. */
  action: string
  /** Has what the payment is for read again. */
  onTold: () => Promise<unknown>
}

/** Stripe's own form, in a frame of Stripe's: we never see the card. */
export function StripeForm({ publishableKey, clientSecret, ...rest }: StripeFormProps) {
  const { language } = useLanguage()
  const form = useQuery({
    queryKey: ['stripe', publishableKey, clientSecret, language],
    queryFn: async () => (await loadStripe()).open(publishableKey, clientSecret, language),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: 1,
  })
  return (
    <Loaded query={form} lines={4}>
      {(opened) => <Fields form={opened} {...rest} />}
    </Loaded>
  )
}

type FieldsProps = Pick<StripeFormProps, 'action' | 'onTold'> & { form: Opened }

function Fields({ form, action, onTold }: FieldsProps) {
  const mounted = useRef(false)
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const pay = async () => {
    setBusy(true)
    setRefusal(await form.confirm(location.href))
    // What the browser was told is no proof: the payment is, and Bushel hears of it by itself.
    await onTold()
    setBusy(false)
  }
  return (
    <div className="stack">
      <div
        ref={(place) => {
          if (place && !mounted.current) form.mount(place)
          mounted.current ||= place !== null
        }}
      />
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <Button wide busy={isBusy} onClick={() => void pay()}>
        {action}
      </Button>
    </div>
  )
}
