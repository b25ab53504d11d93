import type { Values } from '@/ui/form'

export const EVERYTHING = '*'
const GROUPS = [
  'transfer',
  'request',
  'invite',
  'schedule',
  'deposit',
  'withdrawal',
  'security',
  'webhook',
]

/** Patterns that have a box of their own; the others are written. */
export const PATTERNS: readonly string[] = [EVERYTHING, ...GROUPS.map((group) => `${group}.*`)]

/** Patterns from the boxes and the line of a form. */
export function kindsOf(values: Values): string[] {
  const chosen = PATTERNS.filter((pattern) => values[`kind:${pattern}`] !== undefined)
  const written = (values.more ?? '').split(/[\s,]+/).filter(Boolean)
  return [...new Set([...chosen, ...written])]
}

/** What has no box. */
export function writtenOf(kinds: readonly string[]): string {
  return kinds.filter((kind) => !PATTERNS.includes(kind)).join(', ')
}
