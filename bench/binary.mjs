// The binary that is measured: the release build of this repository, or the one that BUSHEL names.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..')

/** Its path; ends the program if there is none. */
export function findBushel() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target')
  const path = process.env.BUSHEL ?? join(target, 'release/bushel')
  if (existsSync(path)) return path
  console.error(`there is no ${path}; build it with: cargo build --release -p server`)
  process.exit(1)
}
