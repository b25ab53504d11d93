const CHARS_MAX = 100

const WRITTEN: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', '&': 'and' }

/** A name for addresses, made of a title: `Gießkanne, 5 l` is `giesskanne-5-l`. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[äöüß&]/g, (letter) => ` ${WRITTEN[letter]} `.trim())
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, CHARS_MAX)
    .replace(/^-+|-+$/g, '')
}
