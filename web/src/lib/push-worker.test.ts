import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'

type Window = { url: string; focus: () => void; navigate: (url: string) => Promise<void> }
const code = readFileSync('public/push-worker.js', 'utf8')

/** The worker in a browser that has these windows, and what its listeners do when called. */
function started(urls: readonly string[] = []) {
  const listeners: Record<string, (event: unknown) => void> = {}
  const windows: Window[] = urls.map((url) => ({
    url,
    focus: vi.fn(),
    navigate: vi.fn(async () => {}),
  }))
  const openWindow = vi.fn()
  const showNotification = vi.fn()
  const self = {
    location: { origin: 'https://bank.example' },
    registration: { showNotification },
    clients: { matchAll: async () => windows, openWindow },
    addEventListener: (name: string, listener: (event: unknown) => void) => {
      listeners[name] = listener
    },
  }
  runInNewContext(code, { self, URL })
  const call = async (name: string, event: object) => {
    let work: unknown
    listeners[name]?.({ ...event, waitUntil: (it: unknown) => (work = it) })
    await work
  }
  const click = (url?: string) =>
    call('notificationclick', { notification: { close: () => {}, data: { url } } })
  return { call, click, windows, openWindow, showNotification }
}

it('shows what was pushed, under its tag', async () => {
  const worker = started()
  const pushed = {
    title: 'You received 1.00 EUR',
    body: 'From Bob',
    url: '/transfers/tr_1',
    tag: 'tr_1',
  }
  await worker.call('push', { data: { json: () => pushed } })
  expect(worker.showNotification).toHaveBeenCalledWith(
    pushed.title,
    expect.objectContaining({ body: 'From Bob', tag: 'tr_1', data: { url: '/transfers/tr_1' } }),
  )
})

it('opens a window where there is none', async () => {
  const { click, openWindow } = started()
  await click('/transfers/tr_1')
  expect(openWindow).toHaveBeenCalledWith('https://bank.example/transfers/tr_1')
})

it('takes the window that shows it, and else leads one there', async () => {
  const urls = ['https://bank.example/send', 'https://bank.example/requests/req_1']
  const { click, windows, openWindow } = started(urls)
  await click('/requests/req_1')
  expect(windows[1]?.focus).toHaveBeenCalled()
  await click('/transfers/tr_1')
  expect(windows[0]?.navigate).toHaveBeenCalledWith('https://bank.example/transfers/tr_1')
  expect(windows[1]?.navigate).not.toHaveBeenCalled()
  expect(openWindow).not.toHaveBeenCalled()
})

it.each(['https://evil.example/x', '//evil.example/x', 'javascript:alert(1)', undefined])(
  'leads to no other place: %s',
  async (url) => {
    const { click, openWindow } = started()
    await click(url)
    expect(openWindow).toHaveBeenCalledWith('https://bank.example/')
  },
)
