import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import type { Schemas } from '@/api/client'
import { follow } from './stream'

/**
 * The user's events as they happen. One stream serves all tabs of the browser: the tab that holds
 * the lock reads and tells the others, and when it goes, another takes over after the last event.
 * What an event touches is read again by whoever shows it.
 */
export type LiveEvent = Schemas['Notification']

type Told =
  | { readonly type: 'event'; readonly event: LiveEvent }
  | { readonly type: 'last'; readonly id: string }
  | { readonly type: 'state'; readonly isConnected: boolean }

const NAME = 'bushel.live'
const URL = '/v1/notifications/stream'

/** Queries by the beginning of their keys. */
type Touched = readonly (string | readonly string[])[]

const WALLET: Touched = ['accounts', 'history', 'balances']
const ORDERS: Touched = [['shop', 'order'], ['shop', 'orders'], ...WALLET]

/** By the first word of an event's kind: the queries that show what it changes. */
const TOUCHED: Readonly<Record<string, Touched>> = {
  transfer: ['transfers', ...WALLET],
  invite: ['transfers', ...WALLET],
  request: ['requests', 'transfers', ...WALLET],
  schedule: ['schedules', 'transfers', ...WALLET],
  deposit: ['deposits', ...WALLET],
  withdrawal: ['withdrawals', ...WALLET],
  order: ORDERS,
  return: ORDERS,
  security: ['security', 'profile'],
  webhook: ['webhooks'],
}

const LiveContext = createContext(false)

/** Whether events are coming in at the moment. */
export function useIsLive(): boolean {
  return useContext(LiveContext)
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [isConnected, setConnected] = useState(false)
  useEffect(() => {
    const ended = new AbortController()
    const channel = new BroadcastChannel(NAME)
    let last: string | null = null
    const readAgain = (keys: Touched) => {
      for (const key of new Set(keys)) {
        void client.invalidateQueries({ queryKey: typeof key === 'string' ? [key] : key })
      }
    }
    const take = (told: Told) => {
      if (told.type === 'last') last = told.id
      if (told.type === 'state') {
        setConnected(told.isConnected)
        // What happened between the page's first look and now, nobody tells: it looks once more.
        if (told.isConnected && last === null) readAgain(Object.values(TOUCHED).flat())
      }
      if (told.type !== 'event') return
      const group = told.event.kind.split('.')[0] ?? ''
      readAgain(['notifications', ...(TOUCHED[group] ?? [])])
    }
    const tell = (told: Told) => {
      take(told)
      channel.postMessage(told)
    }
    channel.onmessage = (message: MessageEvent<Told>) => take(message.data)
    void exclusively(ended.signal, () =>
      follow({
        url: URL,
        signal: ended.signal,
        last: () => last,
        onId: (id) => tell({ type: 'last', id }),
        onEvent: ({ data }) => tell({ type: 'event', event: JSON.parse(data) as LiveEvent }),
        onState: (connected) => tell({ type: 'state', isConnected: connected }),
        // Somebody may have ended the session elsewhere: whoever asks now is told.
        onRefused: () => void client.invalidateQueries({ queryKey: ['profile'] }),
      }),
    )
    return () => {
      ended.abort()
      channel.close()
    }
  }, [client])
  return <LiveContext value={isConnected}>{children}</LiveContext>
}

/** Runs the work in one tab at a time. Browsers know locks on safe origins only; elsewhere each
 * tab has a stream of its own. */
async function exclusively(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return work()
  try {
    await navigator.locks.request(NAME, { signal }, work)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
