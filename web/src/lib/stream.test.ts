import { expect, it } from 'vitest'
import { eventParser, type ServerEvent } from './stream'

function parsed(chunks: readonly string[]) {
  const events: ServerEvent[] = []
  const ids: string[] = []
  const parse = eventParser(
    (id) => ids.push(id),
    (event) => events.push(event),
  )
  for (const chunk of chunks) parse(chunk)
  return { events, ids }
}

const TEXT =
  ': hello\nid: 6\n\nid: 7\nevent: transfer.received\ndata: {"a":\ndata: 1}\n\n:\n\nid: 8\n'

it('gives whole events only, wherever the text is cut', () => {
  const whole = parsed([TEXT])
  expect(whole.events).toEqual([{ id: '7', event: 'transfer.received', data: '{"a":\n1}' }])
  for (let cut = 0; cut < TEXT.length; cut++) {
    expect(parsed([TEXT.slice(0, cut), TEXT.slice(cut)])).toEqual(whole)
  }
})

it('takes the sequence that a stream begins with, although no event comes', () => {
  expect(parsed(['id: 41\n\n'])).toEqual({ events: [], ids: ['41'] })
})

it('knows all ends of lines', () => {
  const { events } = parsed(['id: 1\r\ndata: x\r\n\r\n', 'id: 2\rdata: y\r\r', 'data: z\n\n'])
  expect(events.map((event) => event.data)).toEqual(['x', 'y', 'z'])
})
