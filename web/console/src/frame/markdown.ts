/** The part of Markdown that the guide is written in, read into a tree; nothing of it is ever put into the page as HTML. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; of: Inline[] }
  | { kind: 'link'; to: string; of: Inline[] }
  | { kind: 'image'; src: string; alt: string }
export type Block =
  | { kind: 'heading'; level: number; id: string; of: Inline[] }
  | { kind: 'text'; of: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][]; middle: boolean[] }
  | { kind: 'code'; text: string }

/** The anchor of a heading, as GitHub makes it. */
export const slug = (text: string): string => text.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')

/** What is written, without marks. */
export const plain = (of: readonly Inline[]): string => of.map((x) => (x.kind === 'image' ? x.alt : 'text' in x ? x.text : plain(x.of))).join('')

const MARKS = /`([^`]+)`|(?<!\*)\*\*(?!\*)(.+?)\*\*|(!?)\[([^\]]*)\]\(([^)\s]+)\)/g

export function readInline(text: string): Inline[] {
  const out: Inline[] = []
  let from = 0
  for (const m of text.matchAll(MARKS)) {
    if (m.index > from) out.push({ kind: 'text', text: text.slice(from, m.index) })
    if (m[1] !== undefined) out.push({ kind: 'code', text: m[1] })
    else if (m[2] !== undefined) out.push({ kind: 'strong', of: readInline(m[2]) })
    else if (m[3]) out.push({ kind: 'image', alt: m[4] ?? '', src: m[5] ?? '' })
    else out.push({ kind: 'link', to: m[5] ?? '', of: readInline(m[4] ?? '') })
    from = m.index + m[0].length
  }
  if (from < text.length) out.push({ kind: 'text', text: text.slice(from) })
  return out
}

const cells = (line: string): Inline[][] => line.trim().replace(/^\||\|$/g, '').split('|').map((c) => readInline(c.trim()))
const ITEM = /^(?:([-*])|\d+\.)\s+(.*)$/
const starts = (line: string): boolean => /^(#{1,6}\s|\||```)/.test(line) || ITEM.test(line)
/** Two lines of one paragraph: Chinese needs no space between them, Latin words do. */
const join = (lines: string[]): string => lines.map((l) => l.trim()).reduce((a, b) => (a && /[\w,.;:)]$/.test(a) && /^[\w(`]/.test(b) ? `${a} ${b}` : a + b), '')

/** Takes lines from `at` on while they belong together; answers where the next block begins. */
function take(lines: string[], at: number, belongs: (line: string) => boolean): number {
  let end = at
  while (end < lines.length && belongs(lines[end]!)) end++
  return end
}

function listAt(lines: string[], at: number): { block: Block; end: number } {
  const ordered = !/^[-*]/.test(lines[at]!)
  const items: string[][] = []
  let end = at
  for (; end < lines.length; end++) {
    const line = lines[end]!
    const item = ITEM.exec(line)
    if (item && !item[1] === ordered) items.push([item[2]!])
    else if (!item && /^\s+\S/.test(line)) items.at(-1)!.push(line)
    else break
  }
  return { block: { kind: 'list', ordered, items: items.map((i) => readInline(join(i))) }, end }
}

export function readMarkdown(source: string): Block[] {
  const lines = source.replace(/\r/g, '').split('\n')
  const out: Block[] = []
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!
    const heading = /^(#{1,6})\s+(.*)$/.exec(line)
    if (line.trim() === '') at++
    else if (heading) {
      const of = readInline(heading[2]!)
      out.push({ kind: 'heading', level: heading[1]!.length, id: slug(plain(of)), of })
      at++
    } else if (line.startsWith('```')) {
      const end = take(lines, at + 1, (l) => !l.startsWith('```'))
      out.push({ kind: 'code', text: lines.slice(at + 1, end).join('\n') })
      at = end + 1
    } else if (line.startsWith('|')) {
      const end = take(lines, at, (l) => l.startsWith('|'))
      const [head, rule, ...rows] = lines.slice(at, end)
      out.push({ kind: 'table', head: cells(head!), rows: rows.map(cells), middle: (rule ?? '').replace(/^\||\|$/g, '').split('|').map((c) => /^\s*:-+:\s*$/.test(c)) })
      at = end
    } else if (ITEM.test(line)) {
      const list = listAt(lines, at)
      out.push(list.block)
      at = list.end
    } else {
      const end = take(lines, at + 1, (l) => l.trim() !== '' && !starts(l))
      out.push({ kind: 'text', of: readInline(join(lines.slice(at, end))) })
      at = end
    }
  }
  return out
}
