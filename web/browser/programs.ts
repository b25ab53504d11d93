import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../..')

/** A program of others that runs on Node, beside the browser and the server. */
export type Program = { readonly url: string; readonly stop: () => Promise<void> }

/** Where `scripts/node-tools.sh` has installed the packages; it does so if they aren't there. */
export function installPrograms(): string {
  const script = join(ROOT, 'scripts/node-tools.sh')
  return execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

/**
 * Starts a program that prints its address, as crates/server/tests/it/node.rs does: it comes by the
 * standard input, because modules are looked for in the working folder then.
 */
export async function startProgram(file: string, settings: object): Promise<Program> {
  const child = spawn('node', ['--no-warnings', '--input-type=module'], {
    cwd: installPrograms(),
    stdio: [openSync(join(ROOT, file), 'r'), 'pipe', 'ignore'],
    env: { ...process.env, SETTINGS: JSON.stringify(settings) },
  })
  const url = await printedUrl(child)
  return {
    url,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}`)))
    if (!child.stdout) throw new Error('its output is piped')
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('http://')) resolve(line)
    })
  })
}

/** A port that was free a moment ago, for two that have to know each other before they start. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('it listens on a port')
  return address.port
}
