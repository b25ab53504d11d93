/**
 * Server-sent events over `fetch` (HTML standard, 9.2). The browser's own `EventSource` gives up
 * for good after an answer that is an error, and needs to know the name of every event beforehand.
 */
export type ServerEvent = { readonly id: string; readonly event: string; readonly data: string }

/** Takes text as it comes, gives events as soon as they are whole. */
export function eventParser(onId: (id: string) => void, onEvent: (event: ServerEvent) => void) {
  let rest = ''
  let block = { id: '', event: 'message', data: [] as string[] }
  const line = (text: string) => {
    if (text === '') {
      if (block.id) onId(block.id)
      if (block.data.length > 0) onEvent({ ...block, data: block.data.join('\n') })
      block = { id: block.id, event: 'message', data: [] }
      return
    }
    const [, name, value = ''] = /^([^:]*):? ?(.*)$/.exec(text) ?? []
    if (name === 'id') block.id = value
    if (name === 'event') block.event = value
    if (name === 'data') block.data.push(value)
  }
  return (chunk: string) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const text of lines) line(text)
  }
}

type StreamOptions = {
  url: string
  /** The last event that is known; updated by `onId`. */
  last: () => string | null
  onId: (id: string) => void
  onEvent: (event: ServerEvent) => void
  onState: (isConnected: boolean) => void
  /** The server no longer knows who we are. */
  onRefused: () => void
  signal: AbortSignal
}

const WAIT_MS_MIN = 500
const WAIT_MS_MAX = 15_000

/** Reads a stream for as long as it may: ends, errors and silence lead to a new one, after the
 * last event. Ends by `signal`, or when the server no longer knows who we are. */
export async function follow(options: StreamOptions): Promise<void> {
  let wait = WAIT_MS_MIN
  while (!options.signal.aborted) {
    const outcome = await readOnce(options)
    options.onState(outcome === 'ended')
    if (outcome === 'refused') return options.onRefused()
    if (outcome === 'ended') {
      wait = WAIT_MS_MIN
      continue
    }
    await pause(wait, options.signal)
    wait = Math.min(wait * 2, WAIT_MS_MAX)
  }
}

async function readOnce(options: StreamOptions): Promise<'ended' | 'refused' | 'failed'> {
  const last = options.last()
  const headers: HeadersInit = { accept: 'text/event-stream' }
  if (last !== null) headers['last-event-id'] = last
  try {
    const answer = await fetch(options.url, { headers, signal: options.signal })
    if (answer.status === 401 || answer.status === 403) return 'refused'
    if (!answer.ok || !answer.body) return 'failed'
    options.onState(true)
    const parse = eventParser(options.onId, options.onEvent)
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    while (true) {
      const { done, value } = await reader.read()
      if (done) return 'ended'
      parse(value)
    }
  } catch {
    return 'failed'
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
