// Writes the smallest workbook that Excel would open: one or more sheets of
// texts and numbers. Fixtures are made from rows in the test, so that a reader
// sees what is imported.
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'

const escape = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

function column(i) {
  let s = ''
  for (let n = i + 1; n > 0; n = Math.floor((n - 1) / 26)) s = String.fromCharCode(65 + ((n - 1) % 26)) + s
  return s
}

function sheetXML(rows) {
  const cells = (row, r) => row.map((v, c) => {
    if (v === null || v === undefined || v === '') return ''
    const at = `${column(c)}${r + 1}`
    return typeof v === 'number' ? `<c r="${at}"><v>${v}</v></c>` : `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escape(v)}</t></is></c>`
  }).join('')
  const body = rows.map((row, r) => `<row r="${r + 1}">${cells(row, r)}</row>`).join('')
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${body}</sheetData></worksheet>`
}

/**
 * @param {Record<string, (string|number|null)[][]>} sheets rows by sheet name
 * @returns {Buffer}
 */
export function workbook(sheets) {
  const names = Object.keys(sheets)
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const pack = 'http://schemas.openxmlformats.org/package/2006'
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
  const files = {
    '[Content_Types].xml': `${head}<Types xmlns="${pack}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/>${names.map((_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${kind}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `${head}<Relationships xmlns="${pack}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${names.map((n, i) => `<sheet name="${escape(n)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${head}<Relationships xmlns="${pack}/relationships">${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${office}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}</Relationships>`,
  }
  names.forEach((n, i) => (files[`xl/worksheets/sheet${i + 1}.xml`] = sheetXML(sheets[n])))
  return zip(files)
}

/** @param {Record<string, string|Buffer>} files */
export function zip(files) {
  const parts = []
  const index = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content)
    const packed = deflateRawSync(raw)
    const path = Buffer.from(name)
    // From "version needed" to "extra length"; the same bytes in both headers.
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(raw.length, 18)
    common.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    index.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, path]))
    parts.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(index)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(index.length, 4)
  end.writeUInt16LE(index.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, directory, Buffer.from('PK\x05\x06', 'latin1'), end])
}

/** @param {Buffer} bytes @returns {Record<string, Buffer>} */
export function unzip(bytes) {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const files = {}
  let at = bytes.readUInt32LE(end + 16)
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    const [method, packed, path, extra, note, from] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)]
    const start = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28)
    const raw = bytes.subarray(start, start + packed)
    files[bytes.toString('utf8', at + 46, at + 46 + path)] = method === 0 ? raw : inflateRawSync(raw)
    at += 46 + path + extra + note
  }
  return files
}

/**
 * Fills the first sheet of a template as a person does: values under the headers that are there.
 * @param {Buffer} template @param {Record<string, string|number>[]} rows values by header, without what stands in brackets
 */
export function fill(template, rows) {
  const files = unzip(template)
  const path = 'xl/worksheets/sheet1.xml'
  const sheet = files[path].toString('utf8')
  const heads = [...sheet.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((m) => m[1].replace(/（.*）/, ''))
  const unknown = rows.flatMap((r) => Object.keys(r)).find((k) => !heads.includes(k))
  if (unknown) throw new Error(`the template has no column ${unknown}: ${heads.join(' ')}`)
  const lines = sheetXML([heads, ...rows.map((r) => heads.map((h) => r[h] ?? ''))])
  const more = lines.slice(lines.indexOf('<row r="2">'), lines.indexOf('</sheetData>'))
  return zip({ ...files, [path]: sheet.replace('</sheetData>', `${more}</sheetData>`) })
}

/**
 * The cells of the first sheet as texts, row by row, as our exports write them; an empty cell is an empty text.
 * @param {Buffer} book
 */
export function cells(book) {
  const files = unzip(book)
  const plain = (s) => s.replace(/&(?:#(\d+)|(\w+));/g, (_, n, name) => (n ? String.fromCodePoint(Number(n)) : { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name]))
  const texts = (xml) => plain([...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((m) => m[1]).join(''))
  const shared = [...(files['xl/sharedStrings.xml']?.toString('utf8') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map((m) => texts(m[1]))
  return [...files['xl/worksheets/sheet1.xml'].toString('utf8').matchAll(/<row[^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
    const out = []
    for (const [, attributes, body = ''] of row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const at = /r="([A-Z]+)\d+"/.exec(attributes)[1]
      const value = /<v>([^<]*)<\/v>/.exec(body)?.[1] ?? ''
      out[[...at].reduce((n, c) => n * 26 + c.charCodeAt(0) - 64, 0) - 1] = /t="s"/.test(attributes) ? shared[Number(value)] : /t="inlineStr"/.test(attributes) ? texts(body) : plain(value)
    }
    return Array.from(out, (v) => v ?? '')
  })
}
