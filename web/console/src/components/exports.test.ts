import { expect, it } from 'vitest'

const pages = import.meta.glob<string>('../pages/**/*.vue', { query: '?raw', import: 'default', eager: true })

/** Lists that are themselves files on their way in or out. */
const files = ['pages/exports/DownloadsPage.vue', 'pages/import/ImportErrors.vue', 'pages/import/ImportsPage.vue', 'pages/meter/SheetsPage.vue']

/** What a page says of the one thing it is about. */
const parts = ['pages/bundles/UsesCard.vue']

const leaves = (text: string): boolean => /<(ExportButton|SheetButton|LogExport)\b/.test(text)

it('every list that goes on for pages leaves as a table', () => {
  const lists = Object.entries(pages).filter(([, text]) => text.includes('<TablePager'))
  expect(lists.length).toBeGreaterThan(20)
  const shown = (path: string): boolean => Object.values(pages).some((text) => leaves(text) && text.includes(`/${path.split('/').pop() ?? ''}'`))
  const without = lists.filter(([path, text]) => !leaves(text) && !shown(path)).map(([path]) => path.replace('../', ''))
  expect(without.sort()).toEqual([...files, ...parts].sort())
})
