/** The guide of docs/, as it was when this console was built: its pages as text, its pictures by the name that they have there. */
const texts = import.meta.glob<string>(['../../../../docs/guide/*.md', '../../../../docs/ops.md'], { query: '?raw', import: 'default' })
const pictures = import.meta.glob<string>([
  '../../../../docs/guide/pages/*.png', '../../../../docs/design/{counter,counter-done,household,home,run-review}-light.png', '../../../../docs/design/print-receipt-{a4,80}.png',
], { query: '?url', import: 'default', eager: true })

const named = (path: string): string => path.split('/').at(-1) ?? path

export async function readGuide(page: string): Promise<string> {
  const path = Object.keys(texts).find((p) => named(p) === `${page}.md`)
  if (!path) throw new Error(`there is no page ${page} in the guide`)
  return texts[path]!()
}

const byName = new Map(Object.entries(pictures).map(([path, url]) => [named(path), url]))
/** The address of a picture that a page names, such as `pages/roles.png`. */
export const pictureOf = (src: string): string | undefined => byName.get(named(src))
