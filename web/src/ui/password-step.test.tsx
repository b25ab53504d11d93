// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { isCancelled } from '@/lib/passkey'
import { ProblemError } from '@/lib/problem'
import { usePasswordStep } from './password-step'

beforeAll(() => {
  // jsdom has the element, but not its methods.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true
  }
  HTMLDialogElement.prototype.close = function close() {
    this.open = false
    this.dispatchEvent(new Event('close'))
  }
})
afterEach(cleanup)

const problem = (code: string) =>
  new ProblemError({ type: '', title: '', status: 403, code, detail: code })

type Props = { call: (password?: string) => Promise<string>; outcome: (value: unknown) => void }

function Host({ call, outcome }: Props) {
  const { run, dialog } = usePasswordStep()
  return (
    <>
      <button type="button" onClick={() => void run(call).then(outcome, outcome)}>
        do it
      </button>
      {dialog}
    </>
  )
}

function shown(call: Props['call']) {
  const outcome = vi.fn()
  render(<Host call={call} outcome={outcome} />)
  fireEvent.click(screen.getByText('do it'))
  return outcome
}

const demanding = (right: string) => async (password?: string) => {
  if (password === undefined) throw problem('identity.password.required')
  if (password !== right) throw problem('identity.password.wrong')
  return 'done'
}

it('asks only where the server asks', async () => {
  const outcome = shown(async () => 'done')
  await waitFor(() => expect(outcome).toHaveBeenCalledWith('done'))
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('repeats the call with the password, and again after a wrong one', async () => {
  const outcome = shown(demanding('secret'))
  const field = await screen.findByLabelText('Your password')
  fireEvent.change(field, { target: { value: 'guess' } })
  fireEvent.click(screen.getByText('Go on'))
  expect((await screen.findByRole('alert')).textContent).toBe('Your password is not right.')
  expect(outcome).not.toHaveBeenCalled()
  fireEvent.change(field, { target: { value: 'secret' } })
  fireEvent.click(screen.getByText('Go on'))
  await waitFor(() => expect(outcome).toHaveBeenCalledWith('done'))
  expect(screen.queryByLabelText('Your password')).toBeNull()
})

it('is a change of mind when the question is closed', async () => {
  const outcome = shown(demanding('secret'))
  fireEvent.click(await screen.findByLabelText('Close'))
  await waitFor(() => expect(outcome).toHaveBeenCalled())
  expect(isCancelled(outcome.mock.calls[0]?.[0])).toBe(true)
})

it('passes other refusals on', async () => {
  const outcome = shown(async () => {
    throw problem('identity.passkeys.too_many')
  })
  await waitFor(() => expect(outcome).toHaveBeenCalled())
  expect(outcome.mock.calls[0]?.[0]).toBeInstanceOf(ProblemError)
})
