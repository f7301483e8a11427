import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { areas } from '@/router/menu'
import { chapters, guideFor, guideOf, guidePages } from './guide'
import { linkOf } from './GuideText'
import { pictureOf } from './guideFiles'
import { plain, readInline, readMarkdown, slug, type Block, type Inline } from './markdown'

const docs = resolve(import.meta.dirname, '../../../../docs')
const read = (page: string): Block[] => readMarkdown(readFileSync(resolve(docs, page === 'ops' ? 'ops.md' : `guide/${page}.md`), 'utf8'))
const anchors = (page: string): string[] => read(page).flatMap((b) => (b.kind === 'heading' ? [b.id] : []))
const inlines = (b: Block): Inline[] => (b.kind === 'list' ? b.items.flat() : b.kind === 'table' ? [...b.head, ...b.rows.flat()].flat() : b.kind === 'code' ? [] : b.of)
const deep = (of: Inline[]): Inline[] => of.flatMap((x) => [x, ...('of' in x ? deep(x.of) : [])])

describe('what is read', () => {
  it('a paragraph, its marks, and a list over lines', () => {
    expect(readMarkdown('## 头 A\n\n第一行 `x|y` 和**粗 `c`**，\n第二行\n- 一\n  接着\n- 二\n1. 甲\n')).toEqual([
      { kind: 'heading', level: 2, id: '头-a', of: [{ kind: 'text', text: '头 A' }] },
      { kind: 'text', of: [{ kind: 'text', text: '第一行 ' }, { kind: 'code', text: 'x|y' }, { kind: 'text', text: ' 和' }, { kind: 'strong', of: [{ kind: 'text', text: '粗 ' }, { kind: 'code', text: 'c' }] }, { kind: 'text', text: '，第二行' }] },
      { kind: 'list', ordered: false, items: [[{ kind: 'text', text: '一接着' }], [{ kind: 'text', text: '二' }]] },
      { kind: 'list', ordered: true, items: [[{ kind: 'text', text: '甲' }]] },
    ])
  })
  it('a table and a block of code', () => {
    expect(readMarkdown('| a | b |\n|---|:-:|\n| 1 | ● |\n```\n# no heading\n```')).toMatchObject([{ kind: 'table', middle: [false, true], rows: [[[{ text: '1' }], [{ text: '●' }]]] }, { kind: 'code', text: '# no heading' }])
  })
  it('a masked number is no mark', () => expect(plain(readInline('138****5678 与 **粗**'))).toBe('138****5678 与 粗'))
  it('markup stays text', () => expect(plain(readInline('<b onclick="x()">a</b>'))).toBe('<b onclick="x()">a</b>'))
  it('an anchor as GitHub makes it', () => expect(slug('恢复：linli restore')).toBe('恢复linli-restore'))
})

describe.each(guidePages)('the page %s', (page) => {
  const all = read(page).flatMap(inlines)
  it('is read to the end: no mark is left over', () => expect(deep(all).flatMap((x) => (x.kind === 'text' && /\*\*\p{L}|\]\(|^#/u.test(x.text) ? [x.text] : []))).toEqual([]))
  it('shows every picture it names', () => expect(deep(all).flatMap((x) => (x.kind === 'image' && !pictureOf(x.src) ? [x.src] : []))).toEqual([]))
  it('links to chapters that are there', () => {
    const broken = deep(all).flatMap((x) => {
      if (x.kind !== 'link' || /^https?:/.test(x.to)) return []
      const to = linkOf(x.to)
      if (!to) return page === 'ops' ? [] : [x.to]
      return 'file' in to || to.hash === '' || anchors(to.page ?? page).includes(to.hash.slice(1)) ? [] : [x.to]
    })
    expect(broken).toEqual([])
  })
})

describe('help', () => {
  const who = (...held: string[]) => { const can = (p: string) => held.includes(p); return { can, canHere: can, canEverywhere: can } }
  it('leads from pages that exist to chapters that exist', () => {
    const names = new Set(areas.flatMap((a) => a.routes).map((r) => String(r.name)))
    expect(Object.keys(chapters).filter((name) => !names.has(name))).toEqual([])
    expect(Object.values(chapters).filter((c) => !anchors(c.split('#')[0]!).includes(c.split('#')[1]!))).toEqual([])
  })
  it.each([
    [['identity.manage', 'cashier.receive'], 'admin'], [['cashier.receive'], 'cashier'], [['billing.run', 'billing.release'], 'accountant'], [['billing.release'], 'manager'], [['estate.write'], 'front-desk'], [[], 'README'],
  ])('is the page of the desk: %s', (held, page) => expect(guideOf(who(...held))).toBe(page))
  it('knows the page that is open', () => {
    expect(guideFor('bank', who())).toEqual({ name: 'guide', params: { page: 'accountant' }, hash: '#银行流水' })
    expect(guideFor('home', who('cashier.receive'))).toEqual({ name: 'guide', params: { page: 'cashier' } })
  })
})
