// What an operation costs: processor time of a server and of its Postgres, as the kernel counts it.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const TICK_US = 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK']))
/** Programs that are translated while they run are faster after a while. */
const WARMUP = 50
const LOOK_EVERY_MS = 300
const QUIET_US = 20_000
const LOOKS_MAX = 17

/** Does it again and again, one after the other; microseconds for each. */
export async function costOf({ rounds, does }, server, postmaster) {
  for (let round = 0; round < WARMUP; round += 1) await does(round)
  const used = () => ({ own: ownOf(server), postgres: familyOf(postmaster) })
  const before = await calm(used)
  const times = []
  for (let round = WARMUP; round < WARMUP + rounds; round += 1) {
    const began = performance.now()
    await does(round)
    times.push(performance.now() - began)
  }
  const after = await calm(used)
  times.sort((a, b) => a - b)
  return {
    cpu_us: (after.own - before.own) / rounds,
    postgres_cpu_us: (after.postgres - before.postgres) / rounds,
    p50_us: times[rounds >> 1] * 1_000,
  }
}

/** What is used by the time at which nothing is left to do behind the answers; after five seconds
 * it is taken for what goes on all the time. */
async function calm(used) {
  let last = used()
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    await sleep(LOOK_EVERY_MS)
    const now = used()
    const [own, postgres] = [now.own - last.own, now.postgres - last.postgres]
    last = now
    if (own + postgres <= QUIET_US) break
  }
  return last
}

/** See proc(5): utime and stime are fields 14 and 15, of children that ended 16 and 17. */
function fieldsOf(pid) {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
}

function ticks(fields, from, to) {
  return fields.slice(from - 3, to - 2).reduce((sum, it) => sum + Number(it), 0)
}

function ownOf(pid) {
  return ticks(fieldsOf(pid), 14, 15) * TICK_US
}

/** Of a process, the children that it has, and those that ended. */
function familyOf(pid) {
  const children = readdirSync('/proc').filter((it) => /^\d+$/.test(it))
  const sum = children.reduce(
    (total, child) => {
      try {
        const fields = fieldsOf(child)
        return Number(fields[1]) === pid ? total + ticks(fields, 14, 15) : total
      } catch {
        return total // It ended meanwhile.
      }
    },
    ticks(fieldsOf(pid), 14, 17),
  )
  return sum * TICK_US
}
