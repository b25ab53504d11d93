import type { Category } from '@/lib/shop'

export type Placed = { readonly category: Category; readonly depth: number }

/** The tree from the top, each before those below it, neighbours by their place. */
export function treeOf(all: readonly Category[]): readonly Placed[] {
  const below = (parent: string | null, depth: number): readonly Placed[] =>
    all
      .filter((it) => it.parent === parent)
      .toSorted((one, other) => one.position - other.position)
      .flatMap((category) => [{ category, depth }, ...below(category.id, depth + 1)])
  return below(null, 0)
}

/** A category and all below it: none of them can be above it. */
export function withAllBelow(all: readonly Category[], id: string): ReadonlySet<string> {
  const direct = all.filter(({ parent }) => parent === id).map((it) => it.id)
  return new Set([id, ...direct.flatMap((it) => [...withAllBelow(all, it)])])
}
