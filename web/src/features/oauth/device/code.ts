/** A code as the device shows it, `WDJB-MJHT`, from what somebody typed. */
export function asShown(typed: string): string {
  const letters = typed.replace(/[\s-]/g, '').toUpperCase()
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters
}

export function isCode(shown: string): boolean {
  return /^[A-Z]{4}-[A-Z]{4}$/.test(shown)
}
