// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { ProblemError } from './problem'
import { forgetWish, keepPush, subscribe, unsubscribe, wantedPush } from './push'

vi.mock('@/api/client', () => ({
  api: { GET: vi.fn(), POST: vi.fn(), DELETE: vi.fn() },
  body: async (call: Promise<{ data: unknown }>) => (await call).data,
}))

/** A browser whose push service works; it has a subscription or not. */
let isSubscribed = false
const subscription = {
  toJSON: () => ({ endpoint: 'https://push.example.net/1', expirationTime: null, keys: KEYS }),
  unsubscribe: async () => {
    isSubscribed = false
  },
}
const KEYS = { p256dh: 'p', auth: 'a' }
const pushManager = {
  subscribe: vi.fn(async () => {
    isSubscribed = true
    return subscription
  }),
  getSubscription: async () => (isSubscribed ? subscription : null),
}
const registration = { pushManager }

beforeEach(() => {
  localStorage.clear()
  isSubscribed = false
  vi.clearAllMocks()
  vi.mocked(api.GET).mockResolvedValue({ data: { public_key: 'key' } } as never)
  vi.mocked(api.POST).mockResolvedValue({ data: { id: 'push_1' } } as never)
  vi.stubGlobal('PushManager', class {})
  vi.stubGlobal('Notification', { permission: 'granted' })
  Object.defineProperty(navigator, 'serviceWorker', {
    configurable: true,
    value: {
      register: vi.fn(),
      ready: Promise.resolve(registration),
      getRegistration: async () => registration,
    },
  })
})

it('tells the server of the browser, and keeps in mind that it is wanted', async () => {
  await subscribe('usr_ann')
  const sent = { body: { endpoint: 'https://push.example.net/1', keys: KEYS } }
  expect(api.POST).toHaveBeenCalledWith('/v1/notifications/push-subscriptions', sent)
  expect(wantedPush('usr_ann')).toBe('push_1')
})

it('subscribes anew where the one that is there is for another key', async () => {
  isSubscribed = true
  pushManager.subscribe.mockRejectedValueOnce(new DOMException('', 'InvalidStateError'))
  await subscribe('usr_ann')
  expect(pushManager.subscribe).toHaveBeenCalledTimes(2)
  expect(isSubscribed).toBe(true)
})

it('is subscribed again after the next sign-in of the same, not of another', async () => {
  await subscribe('usr_ann')
  await unsubscribe('usr_ann')
  expect(isSubscribed).toBe(false)
  await keepPush('usr_bob')
  expect(isSubscribed).toBe(false)
  await keepPush('usr_ann')
  expect(isSubscribed).toBe(true)
  await keepPush('usr_bob')
  expect(isSubscribed).toBe(false)
})

it('tells nobody where nobody is signed in, or the permission was taken back', async () => {
  await subscribe('usr_ann')
  await keepPush(null)
  expect(isSubscribed).toBe(false)
  await subscribe('usr_ann')
  vi.stubGlobal('Notification', { permission: 'denied' })
  await keepPush('usr_ann')
  expect(isSubscribed).toBe(false)
})

it('ends at the server, too, where it may be gone already', async () => {
  await subscribe('usr_ann')
  const code = 'notifications.push_subscription.not_found'
  const gone = new ProblemError({ type: '', title: '', status: 404, detail: code, code })
  vi.mocked(api.DELETE).mockRejectedValueOnce(gone)
  await unsubscribe('usr_ann')
  const params = { path: { id: 'push_1' } }
  expect(api.DELETE).toHaveBeenCalledWith(expect.any(String), { params })
  forgetWish('usr_ann')
  await keepPush('usr_ann')
  expect(isSubscribed).toBe(false)
})
