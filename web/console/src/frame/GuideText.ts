import { h, type FunctionalComponent, type VNode } from 'vue'
import { RouterLink } from 'vue-router'
import { isGuidePage } from './guide'
import { pictureOf } from './guideFiles'
import { plain, type Block, type Inline } from './markdown'

/** Where a link of the guide leads: another page or chapter of it, a picture, an address outside, or nowhere in the product. */
export function linkOf(to: string): { page?: string; hash: string } | { file: string } | null {
  if (/^https?:\/\//.test(to)) return { file: to }
  const [path = '', anchor = ''] = decodeURIComponent(to).split('#')
  const hash = anchor ? `#${anchor}` : ''
  const name = path.split('/').at(-1)?.replace(/\.md$/, '') ?? ''
  if (path === '') return { hash }
  if (path.endsWith('.md')) return isGuidePage(name) ? { page: name, hash } : null
  const picture = pictureOf(path)
  return picture ? { file: picture } : null
}

function inline(x: Inline): VNode | string {
  if (x.kind === 'text') return x.text
  if (x.kind === 'code') return h('code', x.text)
  if (x.kind === 'strong') return h('strong', x.of.map(inline))
  if (x.kind === 'image') {
    const src = pictureOf(x.src)
    return src ? h('a', { href: src, target: '_blank', class: 'picture' }, h('img', { src, alt: x.alt, loading: 'lazy' })) : x.alt
  }
  const target = linkOf(x.to)
  if (!target) return h('span', x.of.map(inline))
  if ('file' in target) return h('a', { href: target.file, target: '_blank', rel: 'noopener' }, x.of.map(inline))
  return h(RouterLink, { to: { name: 'guide', ...(target.page ? { params: { page: target.page } } : {}), hash: target.hash } }, () => x.of.map(inline))
}

function block(x: Block): VNode {
  switch (x.kind) {
    case 'heading': return h(`h${Math.min(x.level, 4)}`, { id: x.id }, x.of.map(inline))
    case 'text': return h('p', x.of.map(inline))
    case 'code': return h('pre', { tabindex: 0 }, h('code', x.text))
    case 'list': return h(x.ordered ? 'ol' : 'ul', x.items.map((i) => h('li', i.map(inline))))
    case 'table': return h('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': x.head.map(plain).filter(Boolean).join('、') }, h('table', [
      h('thead', h('tr', x.head.map((c, n) => h('th', { scope: 'col', class: { c: x.middle[n] } }, c.map(inline))))),
      h('tbody', x.rows.map((r) => h('tr', r.map((c, n) => h('td', { class: { c: x.middle[n] } }, c.map(inline)))))),
    ]))
  }
}

/** Blocks of the guide as they are read. */
const GuideText: FunctionalComponent<{ blocks: Block[] }> = ({ blocks }) => blocks.map(block)
GuideText.props = { blocks: { type: Array, required: true } }
export default GuideText
