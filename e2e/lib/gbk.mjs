// Text as bytes in GBK, which Node reads but does not write: the table is made
// from what Node reads.
let table

/** @param {string} text @returns {Buffer} */
export function gbk(text) {
  table ??= read()
  return Buffer.from([...text].flatMap((c) => {
    if (c.codePointAt(0) < 0x80) return [c.codePointAt(0)]
    const bytes = table.get(c)
    if (!bytes) throw new Error(`GBK has no ${c}`)
    return bytes
  }))
}

function read() {
  const decoder = new TextDecoder('gbk')
  const made = new Map()
  for (let a = 0x81; a < 0xff; a++) {
    for (let b = 0x40; b < 0xff; b++) {
      const c = decoder.decode(new Uint8Array([a, b]))
      if ([...c].length === 1 && c !== '\ufffd' && !made.has(c)) made.set(c, [a, b])
    }
  }
  return made
}
