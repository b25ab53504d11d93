import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext } from 'playwright-core'

/**
 * A stand-in for Stripe, as far as the pages need it: payment intents, refunds that a card's bank
 * sends back at once, signed webhooks, and the script that pages load from Stripe. What else Stripe does is tested where Bushel talks to it
 * (`crates/payments/tests/it/stripe`).
 */
export type Stripe = {
  /** What the server is started with. */
  readonly options: readonly string[]
  /** Where webhooks go. */
  readonly tell: (serverUrl: string) => void
  /** Opens the stand-in's form wherever a page of this browser loads Stripe's. */
  readonly standInFor: (context: BrowserContext) => Promise<void>
  readonly stop: () => Promise<void>
}

type Intent = { id: string; status: string; amount: number } & Record<string, unknown>
type Things = Map<string, Intent>
type Confirmed = { error?: { message: string } }

const SECRET_KEY = 'sk_test_of_the_stand_in'
const WEBHOOK_SECRET = 'whsec_of_the_stand_in'
const DECLINED = '4000000000000002'

export async function startStripe(): Promise<Stripe> {
  const intents = new Map<string, Intent>()
  let webhooks = ''
  const server = createServer((request, response) => void answer(intents, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const confirm = async (secret: string, number: string): Promise<Confirmed> => {
    const intent = intents.get(secret.split('_secret_')[0] ?? '')
    if (!intent) return { error: { message: 'No such payment_intent.' } }
    if (number === DECLINED) return { error: { message: 'Your card was declined.' } }
    Object.assign(intent, charged(intent, number))
    await sendWebhook(webhooks, 'payment_intent.succeeded', intent)
    return {}
  }
  return {
    options: [
      ...['--stripe-url', `http://127.0.0.1:${port}`],
      ...['--stripe-secret-key', SECRET_KEY],
      ...['--stripe-publishable-key', 'pk_test_of_the_stand_in'],
      ...['--stripe-webhook-secret', WEBHOOK_SECRET],
    ],
    tell: (serverUrl) => {
      webhooks = `${serverUrl.replace('localhost', '127.0.0.1')}/v1/payments/webhooks/stripe`
    },
    standInFor: async (context) => {
      await context.exposeFunction('standInConfirms', confirm)
      await context.route('https://js.stripe.com/v3/', (route) =>
        route.fulfill({ contentType: 'text/javascript', body: `(${script})()` }),
      )
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function answer(
  intents: Things,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://stripe')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const isOurs = request.headers.authorization === `Bearer ${SECRET_KEY}`
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  const found = isOurs ? asked(intents, `${request.method} ${pathname}`, form) : undefined
  const error = { error: { type: 'invalid_request_error', message: 'not here' } }
  response.writeHead(isOurs ? (found ? 200 : 404) : 401, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found ?? error))
}

function asked(intents: Things, call: string, form: URLSearchParams): unknown {
  if (call === 'POST /v1/payment_intents') return created(intents, form)
  if (call === 'POST /v1/refunds') return sentBack(intents, form)
  if (call === 'GET /v1/refunds') return { data: [], has_more: false }
  return intents.get(call.replace('GET /v1/payment_intents/', ''))
}

/** <https://docs.stripe.com/api/refunds/object> */
function sentBack(intents: Things, form: URLSearchParams) {
  const intent = form.get('payment_intent')
  return {
    id: `re_${randomUUID().replaceAll('-', '')}`,
    object: 'refund',
    amount: Number(form.get('amount')),
    currency: intents.get(intent ?? '')?.currency,
    status: 'failed',
    failure_reason: 'lost_or_stolen_card',
    payment_intent: intent,
    metadata: { bushel_reference: form.get('metadata[bushel_reference]') },
  }
}

/** <https://docs.stripe.com/api/payment_intents/object> */
function created(intents: Things, form: URLSearchParams): Intent {
  const id = `pi_${randomUUID().replaceAll('-', '')}`
  const intent = {
    id,
    object: 'payment_intent',
    amount: Number(form.get('amount')),
    amount_received: 0,
    currency: form.get('currency'),
    status: 'requires_payment_method',
    client_secret: `${id}_secret_of_the_page`,
    latest_charge: null,
    last_payment_error: null,
    metadata: { bushel_reference: form.get('metadata[bushel_reference]') },
  }
  intents.set(id, intent)
  return intent
}

function charged(intent: Intent, number: string) {
  const card = { brand: 'visa', last4: number.slice(-4) }
  const latest_charge = {
    object: 'charge',
    disputed: false,
    payment_method_details: { type: 'card', card },
  }
  return { status: 'succeeded', amount_received: intent.amount, latest_charge }
}

/** Signed as in <https://docs.stripe.com/webhooks#verify-manually>. */
async function sendWebhook(url: string, type: string, object: Intent): Promise<void> {
  const body = JSON.stringify({
    id: `evt_${randomUUID()}`,
    object: 'event',
    type,
    data: { object },
  })
  const time = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${time}.${body}`).digest('hex')
  const headers = { 'stripe-signature': `t=${time},v1=${signature}` }
  const taken = await fetch(url, { method: 'POST', headers, body })
  if (!taken.ok) throw new Error(`the webhook was answered with ${taken.status}`)
}

/** Runs in the page in place of Stripe.js: a field for the card, and the confirmation. */
function script() {
  type Elements = { clientSecret: string }
  const page = window as unknown as {
    standInConfirms: (secret: string, number: string) => Promise<Confirmed>
    Stripe: unknown
  }
  let field: HTMLInputElement
  const mount = (place: HTMLElement) => {
    const label = document.createElement('label')
    field = document.createElement('input')
    label.append('Card number at Stripe ', field)
    place.append(label)
  }
  page.Stripe = () => ({
    elements: ({ clientSecret }: Elements) => ({ clientSecret, create: () => ({ mount }) }),
    confirmPayment: ({ elements }: { elements: Elements }) =>
      page.standInConfirms(elements.clientSecret, field.value),
  })
}
