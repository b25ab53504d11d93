export const KINDS = ['receive', 'count', 'move', 'adjust'] as const
export type Kind = (typeof KINDS)[number]

/** Pieces that were typed for a change of this kind, as the API takes them; `null` if they don't fit. */
export function typedPieces(kind: Kind, text: string): string | null {
  const plain = text
    .trim()
    .replace(/^\u2212/, '-')
    .replace(/^\+/, '')
  if (!/^-?\d{1,12}$/.test(plain)) return null
  const pieces = BigInt(plain)
  const fits = kind === 'adjust' ? pieces !== 0n : kind === 'count' ? pieces >= 0n : pieces > 0n
  return fits ? pieces.toString() : null
}
