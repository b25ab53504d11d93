import type { InfiniteData } from '@tanstack/react-query'
import type { Schemas } from '@/api/client'

export type Notification = Schemas['Notification']
export type Inbox = InfiniteData<Schemas['Page_Notification']>
export type Count = Schemas['UnreadCount']

/** The list after reading: one notification, or all up to a sequence. */
export function readInbox(
  inbox: Inbox,
  isRead: (notification: Notification) => boolean,
  at: string,
): Inbox {
  const read = (it: Notification) => (!it.read_at && isRead(it) ? { ...it, read_at: at } : it)
  return {
    ...inbox,
    pages: inbox.pages.map((page) => ({ ...page, data: page.data.map(read) })),
  }
}

/** How many are unread when one of them was read. The server counts up to 999, so a count that
 * has more stays. */
export function oneLess(count: Count): Count {
  return count.has_more ? count : { ...count, unread: Math.max(0, count.unread - 1) }
}
