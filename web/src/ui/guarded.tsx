import type { ReactNode } from 'react'
import { usePermissions } from '@/lib/session'
import { defineTexts, useTexts } from '@/lib/text'
import { Notice } from './notice'
import { Page } from './page'

const texts = defineTexts(
  {
    missing: (permission: string) =>
      `Your roles don’t allow this: it needs the permission “${permission}”. If it belongs to your work, ask an administrator.`,
    recorded:
      'What you look at here is recorded in the audit log, with your name. Look only where your work needs it.',
  },
  {
    missing: (permission: string) =>
      `Deine Rollen erlauben das nicht: Es braucht die Berechtigung „${permission}“. Wenn es zu deiner Arbeit gehört, frag jemanden aus der Administration.`,
    recorded:
      'Was du hier ansiehst, steht danach mit deinem Namen im Protokoll. Sieh nur nach, was deine Arbeit braucht.',
  },
)

/** A page for those who have the permission; whoever hasn't is told which one it is. */
export function Guarded({
  permission,
  title,
  children,
}: {
  permission: string
  title: string
  children: ReactNode
}) {
  if (usePermissions().has(permission)) return children
  return (
    <Page title={title} narrow>
      <Missing permission={permission} />
    </Page>
  )
}

/** Says which permission somebody would need. */
export function Missing({ permission }: { permission: string }) {
  return <Notice tone="warning">{useTexts(texts).missing(permission)}</Notice>
}

/** Says that looking at this leaves a trace. */
export function Recorded() {
  return <Notice>{useTexts(texts).recorded}</Notice>
}
