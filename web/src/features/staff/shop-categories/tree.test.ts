import { expect, it } from 'vitest'
import type { Category } from '@/lib/shop'
import { treeOf, withAllBelow } from './tree'

const category = (id: string, parent: string | null, position = 0) =>
  ({ id, parent, position }) as Category

const all = [
  category('lamps', 'home', 2),
  category('home', null, 1),
  category('desk-lamps', 'lamps'),
  category('rugs', 'home', 1),
  category('garden', null, 0),
]

it('puts each category before those below it, by their places', () => {
  const shown = treeOf(all).map((it) => `${'-'.repeat(it.depth)}${it.category.id}`)
  expect(shown).toEqual(['garden', 'home', '-rugs', '-lamps', '--desk-lamps'])
})

it('knows all below', () => {
  expect([...withAllBelow(all, 'home')].sort()).toEqual(['desk-lamps', 'home', 'lamps', 'rugs'])
})
