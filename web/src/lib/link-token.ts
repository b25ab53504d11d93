/**
 * What a link of a mail carries, from its query or fragment. It leaves the address bar at once,
 * so that it is neither in the history nor on a screenshot; nothing happens before the button.
 */
export function takeLinkValues(): Readonly<Record<string, string>> {
  const given = new URLSearchParams(location.search)
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) given.set(name, value)
  if ([...given].length > 0) history.replaceState(history.state, '', location.pathname)
  return Object.fromEntries(given)
}
