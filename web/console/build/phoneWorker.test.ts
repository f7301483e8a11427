import { expect, it } from 'vitest'
import { releaseOf, type Piece } from './phoneWorker.ts'

const chunk = (fileName: string, more: Partial<Piece> = {}): [string, Piece] => [fileName, { type: 'chunk', fileName, imports: [], ...more }]
const styles = (...css: string[]) => ({ importedCss: new Set(css), importedAssets: new Set<string>() })
const bundle = (phone = 'assets/PhonePage-1.js') => Object.fromEntries([
  chunk('assets/index-1.js', { isEntry: true, imports: ['assets/vue-1.js'], viteMetadata: styles('assets/index-1.css') }),
  chunk('assets/vue-1.js', { imports: ['assets/index-1.js'] }),
  chunk(phone, { facadeModuleId: '/src/pages/meter/phone/PhonePage.vue', imports: ['assets/quantity-1.js'], viteMetadata: styles('assets/PhonePage-1.css') }),
  chunk('assets/quantity-1.js'),
  chunk('assets/ReportsPage-1.js', { facadeModuleId: '/src/pages/reports/ReportsPage.vue', viteMetadata: styles('assets/ReportsPage-1.css') }),
  ['assets/index-1.css', { type: 'asset', fileName: 'assets/index-1.css' } as Piece],
])
const shell = { 'index.html': '<html>', 'theme.js': 'dark' }
const of = (b = bundle(), s: Record<string, string> = shell) => releaseOf(b, 'meter/phone/PhonePage.vue', s)

it('has what the phone page loads at once, and no page besides', () => {
  expect(of()).toMatchObject({
    entry: '/assets/index-1.js', parts: ['/theme.js'],
    assets: ['/assets/PhonePage-1.css', '/assets/PhonePage-1.js', '/assets/index-1.css', '/assets/index-1.js', '/assets/quantity-1.js', '/assets/vue-1.js'],
  })
})
it('is another one when a file of it is another', () => {
  expect(of().version).toBe(of().version)
  expect(new Set([of().version, of(bundle('assets/PhonePage-2.js')).version, of(bundle(), { ...shell, 'theme.js': 'light' }).version, of(bundle(), { ...shell, 'index.html': '<html lang>' }).version]).size).toBe(4)
})
it('does not come about without the page', () => {
  expect(() => releaseOf(bundle(), 'meter/phone/Gone.vue', shell)).toThrow('Gone.vue')
})
