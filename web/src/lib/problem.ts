import type { components } from '@/api/schema'

type Problem = components['schemas']['Problem']
export type FieldProblem = components['schemas']['FieldError']

/** A failure that the server described, as problem+json (RFC 9457). */
export class ProblemError extends Error {
  readonly code: string
  readonly status: number
  readonly requestId: string | null
  readonly fields: readonly FieldProblem[]
  readonly retryAfterS: number | null

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ProblemError'
    this.code = problem.code
    this.status = problem.status
    this.requestId = problem.request_id ?? null
    this.fields = problem.errors ?? []
    this.retryAfterS = problem.retry_after_s ?? null
  }
}

/** There was no answer: the server or the way to it is down. */
export class OfflineError extends Error {
  constructor() {
    super('the server cannot be reached')
    this.name = 'OfflineError'
  }
}

/** The body of an answer that isn't 2xx; something between us and the server may have written it. */
export function problemOf(status: number, body: unknown): ProblemError {
  if (isProblem(body)) return new ProblemError(body)
  return new ProblemError({
    type: 'about:blank',
    title: 'Unexpected answer',
    status,
    code: 'unexpected',
    detail: `The server answered ${status}.`,
  })
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
}

export function hasCode(error: unknown, ...codes: readonly string[]): error is ProblemError {
  return error instanceof ProblemError && codes.includes(error.code)
}
