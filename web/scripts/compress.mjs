// Each file of the build is compressed once, here, as small as it goes: the server sends what
// lies beside a file (`.br`, `.gz`) and never compresses pages itself.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const FOLDER = new URL('../dist', import.meta.url).pathname
const TEXT = /\.(html|js|css|svg|webmanifest|json)$/
const FIRST_LOAD_SCRIPT_MAX = 200 * 1024

const files = readdirSync(FOLDER, { recursive: true })
  .map((name) => join(FOLDER, name))
  .filter((path) => TEXT.test(path) && statSync(path).isFile())

for (const path of files) {
  const bytes = readFileSync(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
}

// What a browser loads before the first page stands: the scripts that index.html names.
const index = readFileSync(join(FOLDER, 'index.html'), 'utf8')
const scripts = [...index.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1])
const total = scripts.reduce((sum, name) => sum + statSync(join(FOLDER, `${name}.gz`)).size, 0)
console.log(`first load: ${scripts.length} scripts, ${(total / 1024).toFixed(1)} KiB with gzip`)
if (total > FIRST_LOAD_SCRIPT_MAX) {
  console.error(
    `more than ${FIRST_LOAD_SCRIPT_MAX / 1024} KiB: load what isn't needed at once later`,
  )
  process.exit(1)
}
