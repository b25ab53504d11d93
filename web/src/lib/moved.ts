/** Pages by the addresses that mails, messages and notifications have for them. */
export const MOVED: Readonly<Record<string, string>> = {
  '/deposits': '/payments',
  '/deposits/$id': '/payments/deposits/$id',
  '/withdrawals': '/payments/withdrawals',
  '/withdrawals/$id': '/payments/withdrawals/$id',
  '/invites': '/transfers',
  '/register': '/sign-up',
  '/settings/notifications': '/notifications/preferences',
  '/settings/security': '/security',
  '/settings/webhooks': '/developers/webhooks',
}

/** The app's address of such a page, so that a link leads there at once. */
export function placeOf(link: string): string {
  const id = link.split('/').at(-1) ?? ''
  const pattern = link.slice(0, link.length - id.length)
  return MOVED[link] ?? MOVED[`${pattern}$id`]?.replace('$id', id) ?? link
}
