// Shows what is pushed to this browser, and leads on from there. The server encrypts
// `{title, body, url, tag}`; a later message with the same tag takes the place of an earlier one.
// It keeps no pages and answers no requests.
self.addEventListener('install', () => self.skipWaiting())
// Only windows that belong to it can be led to another page.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('push', (event) => {
  const { title, body, url, tag } = event.data?.json() ?? {}
  event.waitUntil(
    self.registration.showNotification(title ?? 'Bushel', {
      body,
      tag,
      icon: '/icon-192.png',
      data: { url },
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(placeOf(event.notification.data?.url)))
})

/** Whatever else it may be, it is a page of this app. */
function placeOf(url) {
  const { origin } = self.location
  const { pathname, search, origin: other } = new URL(url ?? '/', origin)
  return other === origin ? origin + pathname + search : `${origin}/`
}

/** In a window that shows it, or in one that is led there, or in a new one. */
async function open(place) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const there = windows.find((it) => it.url === place)
  const window = there ?? windows[0]
  if (!window) return self.clients.openWindow(place)
  await window.focus()
  // A window from before this worker can't be led.
  return there ?? window.navigate(place).catch(() => self.clients.openWindow(place))
}
