// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { nextStep } from './provider'

describe('what the holder of a card does next', () => {
  it('is our own page where the sandbox asks', () => {
    const url = `${location.origin}/v1/payments/sandbox/actions/py_1.abc`
    expect(nextStep({ next_action: { kind: 'redirect', url } })).toEqual({
      kind: 'sandbox',
      token: 'py_1.abc',
    })
  })

  it('is the page of anybody else', () => {
    const url = 'https://bank.example/v1/payments/sandbox/actions/py_1.abc'
    expect(nextStep({ next_action: { kind: 'redirect', url } })).toEqual({ kind: 'page', url })
  })

  it('is the form of Stripe where Stripe asks for the card', () => {
    const action = { kind: 'stripe_form', publishable_key: 'pk', client_secret: 'cs' } as const
    const step = { kind: 'stripe', publishableKey: 'pk', clientSecret: 'cs' }
    expect(nextStep({ next_action: action })).toEqual(step)
  })

  it('is nothing where nothing is asked', () => {
    expect(nextStep({ next_action: null })).toBeNull()
  })
})
