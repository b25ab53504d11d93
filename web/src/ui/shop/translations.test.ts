import { expect, it } from 'vitest'
import { typedTranslations } from './translations'

it('takes what is said in each language, and leaves out where nothing is', () => {
  const typed = typedTranslations({
    title: 'Lantern',
    'translations/de/title': ' Laterne ',
    'translations/de/description': '',
    'translations/fr/title': '',
    'add-language': '',
  })
  expect(typed).toEqual({ de: { title: 'Laterne' } })
})
