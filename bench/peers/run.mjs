#!/usr/bin/env node
// What a shop's operations cost in Bushel and in two platforms that many shops run on, in one run:
// Vendure and Medusa, from their packages, with as many products, each on a Postgres of its own.
//
// Usage: node bench/peers/run.mjs [--products 2000] [--json]
// BUSHEL names the binary; default: the release build of this repository. It takes four minutes, and
// two more the first time: their packages (800 MB) are installed into the user's cache, once.
import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { findBushel } from '../binary.mjs'
import { costOf } from './cost.mjs'
import * as medusa from './medusa/shop.mjs'
import { freePort, run, start, startPostgres, stopAll } from './processes.mjs'
import * as vendure from './vendure/shop.mjs'

const HERE = import.meta.dirname
const BUSHEL = findBushel()
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bushel/peers')

/** The operations, and what `bushel bench shop` calls them. */
const OPERATIONS = {
  list: { title: 'list of 20', ours: 'list of 20' },
  add: { title: 'first thing into a cart', ours: 'new cart with a first thing' },
  checkout: { title: 'whole checkout', ours: 'whole checkout, 4 requests' },
}

const { values: options } = parseArgs({
  options: {
    products: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
})
const say = (text) => console.error(text)

const folder = mkdtempSync('/var/tmp/bushel-peers-')
// Postgres may run as another user, which has to pass through the folder.
chmodSync(folder, 0o711)
process.once('SIGINT', () => void stopAll().finally(() => process.exit(130)))
try {
  const results = [await measureOurs('Bushel')]
  for (const peer of [vendure, medusa]) results.push(await measurePeer(peer))
  results.push(await measureOurs('Bushel again'))
  report(results)
  rmSync(folder, { recursive: true })
} catch (error) {
  say(`run.mjs: ${error.message}`)
  say(`What was said before is kept in ${folder}.`)
  process.exitCode = 1
}

async function measureOurs(name) {
  say(`${name}: bushel bench shop`)
  const { stdout } = await promisify(execFile)(BUSHEL, [
    ...['bench', 'shop', '--products', options.products, '--lines', '1', '--json'],
  ])
  const measured = JSON.parse(stdout.trim().split('\n').at(-1)).operations
  const costs = Object.entries(OPERATIONS).map(([key, { ours }]) => {
    const { cpu_us, postgres_cpu_us, times } = measured.find((it) => it.name === ours)
    return [key, { cpu_us, postgres_cpu_us, p50_us: times.p50_us }]
  })
  return { name, costs: Object.fromEntries(costs) }
}

async function measurePeer(peer) {
  const { name } = peer
  const { home, version } = await install(peer)
  const log = join(folder, `${peer.id}.log`)
  const postgres = await startPostgres(join(folder, `${peer.id}-postgres`))
  try {
    await postgres.sql(`create database ${peer.id}`)
    const port = await freePort()
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      PORT: port,
      PEER_DB: peer.id,
      PEER_DB_HOST: postgres.host,
      PEER_DB_PORT: postgres.port,
      PEER_DB_USER: postgres.user,
      PEER_FOLDER: folder,
      PEER_PRODUCTS: options.products,
    }
    say(`${name} ${version}: making ${options.products} products`)
    const where = { cwd: home, env, log }
    for (const command of peer.fill) await run(process.execPath, command, where)
    await postgres.sql('vacuum analyze', peer.id)
    const costs = await measureServer(peer, port, postgres, where)
    return { name: `${name} ${version}`, costs }
  } finally {
    await postgres.stop()
  }
}

async function measureServer(peer, port, postgres, where) {
  const url = `http://127.0.0.1:${port}`
  const isReady = () =>
    fetch(url + peer.ready).then(
      (it) => it.ok,
      () => false,
    )
  const server = await start(process.execPath, peer.serve, { ...where, isReady })
  try {
    const operations = await peer.operations(url, Number(options.products), folder)
    const costs = {}
    for (const [key, { title }] of Object.entries(OPERATIONS)) {
      say(`${peer.name}: measuring: ${title}`)
      costs[key] = await costOf(operations[key], server.pid, postgres.postmaster)
    }
    return costs
  } finally {
    await server.stop()
  }
}

/** The packages in a folder of their own, with what we have to say to them beside. */
async function install({ name, id }) {
  const source = join(HERE, id)
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const version = Object.values(dependencies)[0]
  const home = join(CACHE, `${id}-${version}`)
  mkdirSync(home, { recursive: true })
  cpSync(source, home, { recursive: true })
  if (!existsSync(join(home, 'node_modules/.package-lock.json'))) {
    say(`${name} ${version}: installing its packages into ${home}, a minute or two`)
    const log = join(folder, `${id}-install.log`)
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-save'], { cwd: home, log })
  }
  return { home, version }
}

function report(results) {
  const ms = (us) => (us / 1_000).toFixed(us < 10_000 ? 2 : 0)
  console.log(`${options.products} products; processor time of the server, of Postgres; p50, in ms`)
  console.log(`| | ${results.map(({ name }) => name).join(' | ')} |`)
  console.log(`|---|${'---|'.repeat(results.length)}`)
  for (const [key, { title }] of Object.entries(OPERATIONS)) {
    const cells = results.map(({ costs }) => {
      const { cpu_us, postgres_cpu_us, p50_us } = costs[key]
      return `${ms(cpu_us)}, ${ms(postgres_cpu_us)}; ${ms(p50_us)}`
    })
    console.log(`| ${title} | ${cells.join(' | ')} |`)
  }
  if (options.json) console.log(JSON.stringify({ products: Number(options.products), results }))
}
