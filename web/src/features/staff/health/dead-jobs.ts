import type { Schemas } from '@/api/client'

type Job = Pick<Schemas['Job'], 'kind' | 'updated_at' | 'last_error'>

export type DeadKind = { kind: string; count: number; latest: string; error: string | null }

/** How many of each kind were given up, those of which there are most first. */
export function byKind(jobs: readonly Job[]): DeadKind[] {
  const kinds = new Map<string, DeadKind>()
  for (const { kind, updated_at, last_error } of jobs) {
    const known = kinds.get(kind)
    const isLatest = !known || updated_at > known.latest
    kinds.set(kind, {
      kind,
      count: (known?.count ?? 0) + 1,
      latest: isLatest ? updated_at : known.latest,
      error: isLatest ? (last_error ?? null) : known.error,
    })
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind))
}
