import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { OfflineError, ProblemError } from './problem'
import { codes, describeField, describeProblem } from './problem-texts'

const listed = new Set(
  [...readFileSync('../docs/errors.md', 'utf8').matchAll(/^\| `([a-z0-9_.]+)` \|/gm)].map(
    ([, code]) => code,
  ),
)

it.each(Object.keys(codes))('%s is a code of the server', (code) => {
  expect(listed.has(code)).toBe(true)
})

it('has a text for every refusal of the people’s parts, and of the staff’s', () => {
  const own = [...listed].filter((code) => /^(identity|wallet|admin|oauth|shop)\./.test(code ?? ''))
  expect(own.length).toBeGreaterThan(50)
  const internal = ['identity.data.corrupt', 'oauth.data.corrupt', 'shop.internal.contradiction']
  expect(own.filter((code) => code && !codes[code] && !internal.includes(code))).toEqual([])
})

function problem(code: string, detail: string, status = 422, more = {}) {
  return new ProblemError({ type: '', title: '', status, code, detail, ...more })
}

describe('describeProblem', () => {
  it.each([
    ['en', 'identity.password.wrong', 'Your password is not right.'],
    ['de', 'identity.password.wrong', 'Dein Passwort stimmt nicht.'],
    ['en', 'identity.handle.taken', 'Somebody has it.'],
    ['de', 'some.new.code', 'Somebody has it.'],
  ] as const)('in %s %s is %s', (language, code, text) => {
    expect(describeProblem(problem(code, 'somebody has it'), language)).toBe(text)
  })

  it('names the request where the fault is ours, and never its details', () => {
    const failure = problem('internal', 'select failed', 500, { request_id: 'req_1' })
    expect(describeProblem(failure, 'en')).toMatch(/on our side.*\(request req_1\)$/)
  })

  it.each([
    [12, 'in 12 s'],
    [3_590, 'in 60 min'],
  ])('says when to come back: after %i s', (retry_after_s, words) => {
    const failure = problem('identity.rate_limited', '', 429, { retry_after_s })
    expect(describeProblem(failure, 'de')).toContain(words)
  })

  it('knows a server that can’t be reached', () => {
    expect(describeProblem(new OfflineError(), 'en')).toMatch(/can’t be reached/)
  })
})

describe('describeField', () => {
  const field = (pointer: string, detail: string) => ({
    pointer,
    detail,
    code: 'request.body.invalid',
  })

  it('keeps the server’s English, without the parser’s position', () => {
    const detail = 'an amount is above zero here at line 1 column 50'
    expect(describeField(field('/amount', detail), 'en')).toBe('An amount is above zero here.')
  })

  it('goes by the field’s name in German', () => {
    expect(describeField(field('/allowed_ips/0', 'x'), 'de')).toMatch(/192\.0\.2\.7/)
    expect(describeField(field('/other', 'x'), 'de')).toBe('Eine Angabe fehlt oder passt so nicht.')
  })
})
