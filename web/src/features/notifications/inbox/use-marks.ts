import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api/client'
import { useTexts } from '@/lib/text'
import { useToast } from '@/ui/toast'
import { type Count, type Inbox, type Notification, oneLess, readInbox } from './marks'
import { texts } from './texts'

export const INBOX = ['notifications', 'inbox']
const UNREAD = ['notifications', 'unread']

/** Marks as read: shown at once, and taken back if the server doesn't agree. */
export function useMarks() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()

  async function show(isRead: (it: Notification) => boolean, count: (it: Count) => Count) {
    await client.cancelQueries({ queryKey: ['notifications'] })
    const before = client.getQueriesData({ queryKey: ['notifications'] })
    const now = new Date().toISOString()
    client.setQueriesData<Inbox>({ queryKey: INBOX }, (it) => it && readInbox(it, isRead, now))
    client.setQueryData<Count>(UNREAD, (it) => it && count(it))
    return () => {
      for (const [key, data] of before) client.setQueryData(key, data)
      toast(t.not_read)
    }
  }
  const onError = (_: unknown, __: unknown, takeBack: (() => void) | undefined) => takeBack?.()
  const count = () => client.invalidateQueries({ queryKey: UNREAD })

  const one = useMutation({
    mutationFn: ({ sequence }: Notification) =>
      api.POST('/v1/notifications/inbox/{sequence}/read', { params: { path: { sequence } } }),
    onMutate: ({ sequence }) => show((it) => it.sequence === sequence, oneLess),
    onError,
    onSettled: count,
  })
  const all = useMutation({
    mutationFn: (upTo: number) =>
      api.POST('/v1/notifications/inbox/read-all', { body: { up_to: upTo } }),
    onMutate: (upTo) =>
      show(
        (it) => it.sequence <= upTo,
        () => ({ unread: 0, has_more: false }),
      ),
    onError,
    onSettled: count,
    onSuccess: () => toast(t.all_read),
  })
  return { readOne: one.mutate, readAll: all.mutate, isReadingAll: all.isPending }
}
