/** Ids of a kind begin alike, so what tells them apart is their end: `usr_…mjamf7`. */
export function shortId(id: string): string {
  const [, kind, rest] = /^([a-z]+_)([0-9a-z]{12,})$/.exec(id) ?? []
  return kind && rest ? `${kind}…${rest.slice(-6)}` : id
}
