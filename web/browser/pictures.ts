import { deflateSync } from 'node:zlib'

const SIDE = 480

/** A picture to sell something with: a round thing in a colour on a light ground, as a PNG. */
export function pictureOf([red, green, blue]: readonly [number, number, number]): Buffer {
  const rows = Buffer.alloc((SIDE * 3 + 1) * SIDE)
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const at = y * (SIDE * 3 + 1) + 1 + x * 3
      const [dx, dy] = [(x - SIDE / 2) / SIDE, (y - SIDE / 2) / SIDE]
      const isInside = dx * dx + dy * dy < 0.1
      const light = isInside ? 1 - (dx + dy) * 0.6 : 1
      const colour = isInside ? [red, green, blue] : [244, 240, 230]
      for (const [index, part] of colour.entries()) rows[at + index] = Math.min(255, part * light)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(SIDE, 0)
  head.writeUInt32BE(SIDE, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content])
  const frame = Buffer.alloc(content.length + 12)
  frame.writeUInt32BE(content.length, 0)
  frame.set(body, 4)
  frame.writeUInt32BE(checksum(body), content.length + 8)
  return frame
}

/** CRC-32, as PNG (W3C, annex D) has it. */
function checksum(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}
