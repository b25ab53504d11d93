import { OfflineError } from '@/lib/problem'

/** The little of Stripe.js that is used here (https://docs.stripe.com/js). */
type StripeJs = (
  key: string,
  options: { locale: string },
) => {
  elements: (options: { clientSecret: string }) => Elements
  confirmPayment: (options: {
    elements: Elements
    redirect: 'if_required'
    confirmParams: { return_url: string }
  }) => Promise<{ error?: { message?: string } }>
}
type Elements = { create: (kind: 'payment') => { mount: (place: HTMLElement) => void } }

export type StripeForm = {
  readonly mount: (place: HTMLElement) => void
  /** What Stripe says against the payment, or nothing. */
  readonly confirm: (returnUrl: string) => Promise<string | null>
}

/** Stripe wants its script to come from Stripe, and not to be kept anywhere else. */
const SCRIPT = 'https://js.stripe.com/v3/'

declare global {
  interface Window {
    Stripe?: StripeJs
  }
}

export async function loadStripe() {
  if (!window.Stripe) await loadScript(SCRIPT)
  const stripeJs = window.Stripe
  if (!stripeJs) throw new Error('Stripe.js has loaded without Stripe')
  return {
    open: (key: string, secret: string, locale: string) => open(stripeJs(key, { locale }), secret),
  }
}

function open(stripe: ReturnType<StripeJs>, clientSecret: string): StripeForm {
  const elements = stripe.elements({ clientSecret })
  const payment = elements.create('payment')
  return {
    mount: (place) => payment.mount(place),
    confirm: async (returnUrl) => {
      const confirmParams = { return_url: returnUrl }
      const { error } = await stripe.confirmPayment({
        elements,
        redirect: 'if_required',
        confirmParams,
      })
      return error ? (error.message ?? '') : null
    },
  }
}

function loadScript(source: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = source
    script.onload = () => resolve()
    script.onerror = () => {
      script.remove()
      reject(new OfflineError())
    }
    document.head.append(script)
  })
}
