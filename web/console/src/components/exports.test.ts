import { expect, it } from 'vitest'

const pages = import.meta.glob<string>('../pages/**/*.vue', { query: '?raw', import: 'default', eager: true })

/** Lists that are themselves files on their way in or out. */
const files = ['pages/exports/DownloadsPage.vue', 'pages/import/ImportErrors.vue', 'pages/import/ImportsPage.vue', 'pages/meter/SheetsPage.vue']

it('every list that goes on for pages leaves as a table', () => {
  const lists = Object.entries(pages).filter(([, text]) => text.includes('<TablePager'))
  expect(lists.length).toBeGreaterThan(20)
  const without = lists.filter(([, text]) => !/<(ExportButton|SheetButton|LogExport)\b/.test(text)).map(([path]) => path.replace('../', ''))
  expect(without.sort()).toEqual(files)
})
