import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real server with a database of its own; stopped and removed at the end of the file. */
export type Server = {
  /** Where a browser opens it. */
  readonly url: string
  readonly operator: Api
  /** The version of something, by which a change says what it replaces. */
  readonly version: (path: string) => Promise<string>
  /** Sends a file as the operator. */
  readonly upload: (path: string, type: string, content: Uint8Array) => Promise<unknown>
  readonly stop: () => Promise<void>
}

/** Calls the API, a change with the version that it replaces; what isn't 2xx fails the test. */
export type Api = (
  method: string,
  path: string,
  body?: unknown,
  version?: string,
) => Promise<unknown>

const TARGET = process.env.CARGO_TARGET_DIR ?? join(import.meta.dirname, '../../target')
const BINARY = process.env.BUSHEL_BINARY ?? join(TARGET, 'debug/bushel')

export async function startServer(options: readonly string[] = []): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'bushel-browser-'))
  const listen = options.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']
  const child = spawn(
    BINARY,
    ['serve', ...listen, '--data', data, '--rate-limit', '0', ...options],
    { stdio: ['ignore', 'pipe', 'ignore'], env: cleanEnvironment() },
  )
  const own = await readyUrl(child)
  const token = readFileSync(join(data, 'token'), 'utf8').trim()
  return {
    url: own.replace('127.0.0.1', 'localhost'),
    operator: (...request) => call(own, token, ...request),
    version: (path) => version(own, token, path),
    upload: (path, type, content) => send(own, token, path, type, content),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('BUSHEL_') && name !== 'DATABASE_URL',
  )
  return Object.fromEntries(kept)
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error(`no program at ${BINARY}: cargo build -p server`)))
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    if (!child.stdout) throw new Error('its output is piped')
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^ready (\S+)/.exec(line)?.[1]
      if (url) resolve(url)
    })
  })
}

async function call(own: string, token: string, ...request: Parameters<Api>) {
  const [method, path, body, version] = request
  return answered(own, path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(version && { 'if-match': version }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
}

async function version(own: string, token: string, path: string): Promise<string> {
  const answer = await fetch(own + path, { headers: { authorization: `Bearer ${token}` } })
  const found = answer.headers.get('etag')
  if (!found) throw new Error(`GET ${path}: ${answer.status} without a version`)
  return found
}

async function send(own: string, token: string, path: string, type: string, content: Uint8Array) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  return answered(own, path, { method: 'POST', headers, body: content as BodyInit })
}

async function answered(own: string, path: string, request: RequestInit): Promise<unknown> {
  const answer = await fetch(own + path, request)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${request.method} ${path}: ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}
