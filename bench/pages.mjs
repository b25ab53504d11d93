#!/usr/bin/env node
// How fast pages stand, in a real browser: first and largest contentful paint, how much shifts
// meanwhile, bytes of script. On a phone as Lighthouse's mobile preset has it, and on this machine
// as it is. Each load begins with an empty cache, in a demo world of its own.
//
// Usage: node bench/pages.mjs [--runs 5] [--json]
// BUSHEL names the binary; default: the release build of this repository.
// Ends with status 1 if a median is over its limit.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { findBushel, ROOT } from './binary.mjs'

const BUSHEL = findBushel()
const CHROMIUM = [
  process.env.BUSHEL_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path && existsSync(path))
const { chromium } = createRequire(join(ROOT, 'web/package.json'))('playwright-core')

const PAGES = [
  { name: 'landing', path: '/' },
  { name: 'sign-in', path: '/sign-in' },
  { name: 'overview', path: '/', who: 'mia' },
  { name: 'transfers', path: '/transfers', who: 'mia' },
  { name: 'security', path: '/security', who: 'mia' },
  { name: 'staff users', path: '/staff/users?q=mia', who: 'samir' },
]

// https://github.com/GoogleChrome/lighthouse/blob/main/core/config/constants.js: the processor four
// times slower, 150 ms for each request, 1.6 Mbit/s down and 750 kbit/s up.
const PHONE = {
  name: 'phone',
  looks: {
    viewport: { width: 412, height: 823 },
    deviceScaleFactor: 1.75,
    isMobile: true,
    hasTouch: true,
  },
  slowdown: 4,
  network: {
    latency: 150,
    downloadThroughput: (1_638.4 * 1_000) / 8,
    uploadThroughput: (750 * 1_000) / 8,
  },
  limits: { fcp_ms: 1_800, cls: 0.1 },
}
const DESKTOP = {
  name: 'as it is',
  looks: { viewport: { width: 1350, height: 940 } },
  limits: { cls: 0.1 },
}

const SETTLED_MS = 500
const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
})

const server = await startServer()
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu'],
})
let results
try {
  results = await measureAll(Number(options.runs))
} finally {
  await browser.close()
  await server.stop()
}
report(results)

async function startServer() {
  const data = mkdtempSync('/var/tmp/bushel-pages-')
  const listen = [
    '--listen',
    '127.0.0.1:0',
    '--data',
    data,
    '--rate-limit',
    '0',
    '--log-filter',
    'warn',
  ]
  const child = spawn(BUSHEL, ['serve', '--demo', ...listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^ready (\S+)/.exec(line)?.[1]
      if (ready) resolve(ready.replace('127.0.0.1', 'localhost'))
    })
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
  return { url, stop }
}

async function measureAll(runs) {
  const signedIn = {}
  for (const who of ['mia', 'samir']) signedIn[who] = await signIn(who)
  const rows = []
  for (const device of [PHONE, DESKTOP]) {
    for (const page of PAGES) {
      const loads = []
      for (let run = 0; run < runs; run += 1)
        loads.push(await load(device, page, signedIn[page.who]))
      rows.push({
        device: device.name,
        page: page.name,
        ...mediansOf(loads),
        limits: device.limits,
      })
    }
  }
  return rows
}

/** The cookies of somebody of the demo world. */
async function signIn(handle) {
  const context = await browser.newContext({ baseURL: server.url })
  const page = await context.newPage()
  await page.goto('/')
  await page.evaluate(async (who) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch('/v1/demo/sign-ins', {
      method: 'POST',
      headers,
      body: JSON.stringify({ handle: who }),
    })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  }, handle)
  const state = await context.storageState()
  await context.close()
  return state
}

async function load({ looks, slowdown, network }, { path }, storageState) {
  const context = await browser.newContext({
    ...looks,
    baseURL: server.url,
    storageState,
    locale: 'en-GB',
  })
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  if (slowdown) await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  if (network)
    await devtools.send('Network.emulateNetworkConditions', { offline: false, ...network })
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForFunction(() => {
    const waiting = [...document.querySelectorAll('[role=status]')]
    return !waiting.some((it) => /^(Loading|Wird geladen)/.test(it.textContent))
  })
  await page.waitForTimeout(SETTLED_MS * (slowdown ?? 1))
  const figures = await page.evaluate(figuresOfThePage)
  await context.close()
  return figures
}

/** Runs in the page. Shifts are summed up over the whole load, which is stricter than a window. */
function figuresOfThePage() {
  const entries = (type) =>
    new Promise((resolve) => {
      const found = []
      new PerformanceObserver((list) => found.push(...list.getEntries())).observe({
        type,
        buffered: true,
      })
      // What is buffered comes soon, and nothing does where there was none.
      setTimeout(() => resolve(found), 100)
    })
  return Promise.all([entries('largest-contentful-paint'), entries('layout-shift')]).then(
    ([paints, shifts]) => ({
      fcp_ms: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      lcp_ms: paints.at(-1)?.startTime ?? Number.NaN,
      cls: shifts.reduce((sum, shift) => sum + (shift.hadRecentInput ? 0 : shift.value), 0),
      script_bytes: performance
        .getEntriesByType('resource')
        .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
        .reduce((sum, script) => sum + script.encodedBodySize, 0),
    }),
  )
}

function mediansOf(loads) {
  const median = (name) =>
    loads.map((it) => it[name]).sort((a, b) => a - b)[Math.floor(loads.length / 2)]
  return Object.fromEntries(Object.keys(loads[0]).map((name) => [name, median(name)]))
}

function report(rows) {
  const over = []
  console.log('| device | page | first paint | largest paint | shift | script |')
  console.log('|---|---|---|---|---|---|')
  for (const { device, page, fcp_ms, lcp_ms, cls, script_bytes, limits } of rows) {
    const kib = (script_bytes / 1024).toFixed(0)
    console.log(
      `| ${device} | ${page} | ${fcp_ms.toFixed(0)} ms | ${lcp_ms.toFixed(0)} ms | ${cls.toFixed(3)} | ${kib} KiB |`,
    )
    if (fcp_ms > limits.fcp_ms)
      over.push(`${page} (${device}): first paint above ${limits.fcp_ms} ms`)
    if (cls > limits.cls) over.push(`${page} (${device}): shift above ${limits.cls}`)
  }
  for (const line of over) console.error(line)
  if (options.json) console.log(JSON.stringify(rows.map(({ limits, ...figures }) => figures)))
  if (over.length > 0) process.exitCode = 1
}
