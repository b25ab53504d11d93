// @vitest-environment jsdom
import { expect, it } from 'vitest'
import { readMail } from './mail-html'

it('takes styles out, in the order of the elements', () => {
  const { body, styles, sheets, language } = readMail(
    '<html lang="de"><head><style>a { color: red }</style></head>' +
      '<body style="margin:0"><p>Hello</p><b style=\'color:blue\'>Ann</b></body></html>',
  )
  expect(sheets).toEqual([' a { color: red }'.slice(1)])
  expect(styles).toEqual(['margin:0', null, 'color:blue'])
  expect(body.innerHTML).toBe('<p>Hello</p><b>Ann</b>')
  expect(language).toBe('de')
})

it.each([
  ['<script>alert(1)</script><p>x</p>'],
  ['<p onclick="alert(1)">x</p>'],
  ['<p\nONCLICK = alert(1)>x</p>'],
  ['<p/onclick=alert(1)>x</p>'],
  ['<p>x</p><iframe src="https://evil.example"></iframe>'],
  ['<p>x</p><meta http-equiv="refresh" content="0;url=https://evil.example">'],
  ['<p>x</p><svg><script>alert(1)</script></svg>'],
  ['<p>x</p><form action="https://evil.example"><input name="password"></form>'],
])('leaves nothing that could do something: %s', (html) => {
  const { body } = readMail(html)
  expect(body.innerHTML).toBe('<p>x</p>')
})

it('keeps only addresses that are safe to follow, in a window of their own', () => {
  const { body } = readMail(
    '<a href="https://bank.example/verify">a</a><a href="javascript:alert(1)">b</a>' +
      '<img src="data:image/png;base64,AA=="><img src="https://evil.example/seen">',
  )
  expect(body.innerHTML).toBe(
    '<a href="https://bank.example/verify" target="_blank" rel="noopener noreferrer">a</a>' +
      '<a target="_blank" rel="noopener noreferrer">b</a>' +
      '<img src="data:image/png;base64,AA=="><img>',
  )
})
