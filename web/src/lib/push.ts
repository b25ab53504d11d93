import { api, body } from '@/api/client'
import { hasCode } from './problem'

/**
 * Messages to this browser although no page is open (Web Push). Whether somebody wants them here is
 * kept in the browser, by user: under it is the id of the subscription at the server. A browser
 * tells one user, so whoever isn't signed in here isn't told here.
 */
const WORKER = '/push-worker.js'
const wish = (user: string) => `bushel.push.${user}`

export function isPushPossible(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
}

/** The id of the subscription that somebody has in this browser. */
export function wantedPush(user: string): string | null {
  return localStorage.getItem(wish(user))
}

/** Subscribes this browser, as often as one likes; the permission has been given. */
export async function subscribe(user: string): Promise<void> {
  await navigator.serviceWorker.register(WORKER)
  const { pushManager } = await navigator.serviceWorker.ready
  const { public_key } = await body(api.GET('/v1/notifications/push-key'))
  const options = { userVisibleOnly: true, applicationServerKey: public_key }
  const subscription = await pushManager.subscribe(options).catch(async () => {
    // The one there is may be for another key, as after a database was made anew.
    await (await pushManager.getSubscription())?.unsubscribe()
    return pushManager.subscribe(options)
  })
  const { endpoint, keys = {} } = subscription.toJSON()
  const { p256dh = '', auth = '' } = keys
  const { id } = await body(
    api.POST('/v1/notifications/push-subscriptions', {
      body: { endpoint: endpoint ?? '', keys: { p256dh, auth } },
    }),
  )
  localStorage.setItem(wish(user), id)
}

/** Ends it at the server, and in this browser. */
export async function unsubscribe(user: string): Promise<void> {
  const id = wantedPush(user)
  await Promise.all([id && remove(id), endHere()])
}

/** Ends the subscription of a browser. One that is gone is as it should be. */
export async function remove(id: string): Promise<void> {
  try {
    await api.DELETE('/v1/notifications/push-subscriptions/{id}', { params: { path: { id } } })
  } catch (error) {
    if (!hasCode(error, 'notifications.push_subscription.not_found')) throw error
  }
}

/** Somebody doesn't want to be told here any more. */
export function forgetWish(user: string): void {
  localStorage.removeItem(wish(user))
}

/** What the push service says no to, the server deletes by itself. */
async function endHere(): Promise<void> {
  if (!isPushPossible()) return
  const registration = await navigator.serviceWorker.getRegistration()
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
}

/**
 * When the app opens, and when who is signed in changes: subscribes for whoever wants it, because
 * the server ends subscriptions when a password changes; otherwise nobody is told here.
 */
export async function keepPush(user: string | null): Promise<void> {
  if (!isPushPossible()) return
  const isWanted = user !== null && wantedPush(user) !== null
  if (isWanted && Notification.permission === 'granted') await subscribe(user)
  else await endHere()
}
