// What is started here is ended here: programs, servers, and a Postgres for them.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const READY_MS_MAX = 120_000

/** How to end what runs at the moment. */
const running = new Set()

/** For whoever doesn't want to wait for the end. */
export async function stopAll() {
  for (const stop of [...running].reverse()) await stop()
}

/** Runs a program to its end. What it says goes into a file, which an error names. */
export async function run(program, args, { log, ...options }) {
  const out = openSync(log, 'a')
  const child = spawn(program, args, { ...options, stdio: ['ignore', out, out] })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', resolve)
  })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}, see ${log}`)
}

/** Starts a server and waits until it is ready. */
export async function start(program, args, { log, isReady, ...options }) {
  const out = openSync(log, 'a')
  const child = spawn(program, args, { ...options, stdio: ['ignore', out, out] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    running.delete(stop)
    child.kill('SIGTERM')
    await ended
  }
  running.add(stop)
  const until = Date.now() + READY_MS_MAX
  while (!(await isReady())) {
    if (child.exitCode === null && Date.now() < until) {
      await sleep(100)
      continue
    }
    await stop()
    throw new Error(`${program} ${args.join(' ')} did not get ready, see ${log}`)
  }
  return { pid: child.pid, stop }
}

export async function freePort() {
  const listening = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => listening.once('listening', resolve))
  const { port } = listening.address()
  await new Promise((resolve) => listening.close(resolve))
  return port
}

/** A Postgres of its own in a folder, with the settings that it comes with, for whoever reaches
 * this machine's loopback. */
export async function startPostgres(folder) {
  const [pgdata, log] = [join(folder, 'pgdata'), join(folder, 'postgres.log')]
  mkdirSync(folder)
  const bin = await programs()
  const asOwner = await ownerOf(folder)
  const options = { log: join(folder, 'programs.log') }
  const user = 'peer'
  await run(...asOwner(`${bin}/initdb`, ['-D', pgdata, '-U', user, '-A', 'trust', '-k']), options)
  const port = await freePort()
  const listen = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
  const control = (...args) => run(...asOwner(`${bin}/pg_ctl`, ['-D', pgdata, ...args]), options)
  await control('-o', listen, '-l', log, '-w', 'start')
  const address = ['-h', '127.0.0.1', '-p', String(port), '-U', user]
  const sql = (text, database = 'postgres') =>
    run(`${bin}/psql`, ['-qX', ...address, '-d', database, '-c', text], options)
  const postmaster = Number(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')[0])
  const stop = async () => {
    running.delete(stop)
    await control('-m', 'fast', '-w', 'stop')
  }
  running.add(stop)
  return { host: '127.0.0.1', port, user, postmaster, sql, stop }
}

/** Debian keeps the programs of each version in a folder of its own, outside of the PATH. */
async function programs() {
  const { stdout } = await promisify(execFile)('sh', [
    ...['-c', 'ls -1dv /usr/lib/postgresql/*/bin; dirname "$(command -v initdb || echo /x)"'],
  ]).catch((error) => error)
  const isWhole = (bin) => ['initdb', 'pg_ctl', 'psql'].every((it) => existsSync(join(bin, it)))
  const found = stdout.split('\n').filter(isWhole)
  if (found.length === 0)
    throw new Error('there is no Postgres; on Debian: apt-get install postgresql')
  return found.at(-1)
}

/** Postgres doesn't run as root: there it is the user postgres who does. */
async function ownerOf(folder) {
  if (process.getuid() !== 0) return (program, args) => [program, args]
  await promisify(execFile)('chown', ['postgres', folder])
  return (program, args) => ['runuser', ['-u', 'postgres', '--', program, ...args]]
}
