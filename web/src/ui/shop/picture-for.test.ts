import { expect, it } from 'vitest'
import type { Variant } from '@/lib/shop'
import { pictureFor } from './picture-for'

const shownBy = (id: string, of: string | null) => ({ id, variant: of }) as never

function variant(id: string, colour: string, size: string) {
  return { id, options: { Colour: colour, Size: size } } as unknown as Variant
}

const variants = [
  variant('red-s', 'red', 'S'),
  variant('red-l', 'red', 'L'),
  variant('blue-l', 'blue', 'L'),
]

it('shows the picture of what is most like the chosen variant', () => {
  const images = [shownBy('all', null), shownBy('blue', 'blue-l'), shownBy('red', 'red-s')]
  const shown = (id: string) =>
    pictureFor(
      { images, variants },
      variants.find((it) => it.id === id),
    )?.id
  expect(shown('red-s')).toBe('red')
  expect(shown('blue-l')).toBe('blue')
  expect(pictureFor({ images, variants }, undefined)?.id).toBe('all')
  expect(pictureFor({ images: [], variants }, variants[0])).toBeUndefined()
})
