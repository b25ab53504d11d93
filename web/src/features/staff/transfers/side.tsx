import { Link } from '@tanstack/react-router'
import type { Party } from '@/lib/wallet'
import { nameOf } from '@/ui/shown'

/** Somebody on one side of a transfer, with the way to them. Who is invited isn't a user yet. */
export function Side({ user, person }: { user?: string | null; person: Party }) {
  if (!user) return nameOf(person)
  return (
    <Link to="/staff/users/$id" params={{ id: user }}>
      {nameOf(person)}
    </Link>
  )
}
