import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import type { Release } from '../src/pages/meter/phone/keeper.ts'

const PAGE = 'src/pages/meter/phone/PhonePage.vue'
const WORKER = 'src/pages/meter/phone/worker.ts'

/** What is asked of a built file here. */
export interface Piece {
  type: 'chunk' | 'asset'
  fileName: string
  isEntry?: boolean
  facadeModuleId?: string | null
  moduleIds?: string[]
  imports?: string[]
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> }
}

/** Everything that the console's entry and the phone page load at once, with their styles; what other pages load on demand is not in it. */
export function releaseOf(bundle: Record<string, Piece>, page: string, shell: Record<string, string>): Release {
  const chunks = Object.values(bundle).filter((p) => p.type === 'chunk')
  const entry = chunks.find((c) => c.isEntry)
  const pages = chunks.filter((c) => c.facadeModuleId?.endsWith(page) || c.moduleIds?.some((id) => id.endsWith(page)))
  if (!entry || pages.length === 0) throw new Error(`the build has no ${entry ? page : 'entry'}`)
  const found = new Set<string>()
  const visit = (name: string): void => {
    const piece = bundle[name]
    if (!piece || found.has(name)) return
    found.add(name)
    piece.viteMetadata?.importedCss.forEach((f) => found.add(f))
    piece.viteMetadata?.importedAssets.forEach((f) => found.add(f))
    piece.imports?.forEach(visit)
  }
  for (const chunk of [entry, ...pages]) visit(chunk.fileName)
  const assets = [...found].sort().map((f) => `/${f}`)
  const { 'index.html': _, ...parts } = shell
  const version = createHash('sha256').update(JSON.stringify([assets, Object.entries(shell).sort()])).digest('hex').slice(0, 16)
  return { version, entry: `/${entry.fileName}`, assets, parts: Object.keys(parts).sort().map((f) => `/${f}`) }
}

/** Builds the service worker of the phone page as one file at the root, with the list of the files it looks after. */
export function phoneWorker(): Plugin {
  let root = ''
  return {
    name: 'linli-phone-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      root = config.root
    },
    async generateBundle(_options, bundle) {
      const shell = Object.fromEntries(readdirSync(join(root, 'public')).filter((f) => !f.startsWith('.')).map((f) => [f, readFileSync(join(root, 'public', f), 'utf8')]))
      shell['index.html'] = readFileSync(join(root, 'index.html'), 'utf8')
      const release = releaseOf(bundle as unknown as Record<string, Piece>, PAGE, shell)
      const built = await build({
        root,
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        define: { __RELEASE__: JSON.stringify(release) },
        build: { write: false, target: 'es2022', lib: { entry: join(root, WORKER), formats: ['iife'], name: 'linliPhone', fileName: () => 'phone-worker.js' } },
      })
      const one = Array.isArray(built) ? built[0] : built
      if (!one || !('output' in one)) throw new Error('the phone worker was not built')
      this.emitFile({ type: 'asset', fileName: 'phone-worker.js', source: one.output[0].code })
    },
  }
}
