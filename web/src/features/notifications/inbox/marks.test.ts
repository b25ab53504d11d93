import { expect, it } from 'vitest'
import { type Inbox, type Notification, oneLess, readInbox } from './marks'

const notification = (sequence: number, read_at: string | null) =>
  ({ sequence, read_at }) as Notification

const inbox: Inbox = {
  pageParams: [undefined, 'next'],
  pages: [
    { data: [notification(9, null), notification(8, 'earlier')], next_cursor: 'next' },
    { data: [notification(7, null)], next_cursor: null },
  ],
}

const moments = (it: Inbox) => it.pages.flatMap((page) => page.data.map((one) => one.read_at))

it('reads one and leaves the others as they are', () => {
  expect(moments(readInbox(inbox, (one) => one.sequence === 7, 'now'))).toEqual([
    null,
    'earlier',
    'now',
  ])
  expect(moments(inbox)).toEqual([null, 'earlier', null])
})

it('reads up to a sequence, and what was read keeps its moment', () => {
  const read = readInbox(inbox, (one) => one.sequence <= 8, 'now')
  expect(moments(read)).toEqual([null, 'earlier', 'now'])
})

it.each([
  [{ unread: 2, has_more: false }, 1],
  [{ unread: 0, has_more: false }, 0],
  [{ unread: 999, has_more: true }, 999],
])('one less than %o is %i', (count, left) => {
  expect(oneLess(count).unread).toBe(left)
})
