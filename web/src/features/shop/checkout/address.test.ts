import { expect, it } from 'vitest'
import { missingParts, typedAddress } from './address'

it('leaves out what is empty, and names what is missing', () => {
  const address = typedAddress(
    { 'to/name': ' Mia ', 'to/company': ' ', 'to/country': 'AT', 'bill/street': 'Elsewhere 1' },
    'to',
  )
  expect(address).toEqual({ name: 'Mia', country: 'AT' })
  expect(missingParts(address, 'to')).toEqual(['to/street', 'to/postcode', 'to/city'])
})
