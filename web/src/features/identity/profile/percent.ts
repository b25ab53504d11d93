/** How many hundredths of a whole a part is, rounded down; amounts are never floats. */
export function percentOf(part: string, whole: string): number {
  const all = BigInt(whole)
  if (all === 0n) return 100
  const hundredths = (BigInt(part) * 100n) / all
  return Number(hundredths > 100n ? 100n : hundredths)
}
