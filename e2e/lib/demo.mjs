// The demo as `linli demo` makes it, a tenth of its size, with its staff signed in.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLinli } from './linli.mjs'
import { signIn } from './seed.mjs'

/** @returns {Promise<{origin: string, who: Record<string, Awaited<ReturnType<typeof signIn>>>, project: string, stop: () => Promise<void>}>} who by login */
export async function startDemo() {
  const parent = mkdtempSync(join(tmpdir(), 'linli-e2e-demo-'))
  const folder = join(parent, 'demo')
  const linli = await startLinli({ args: ['demo', '--small'], data: folder, timeout: 300_000 })
  const who = {}
  for (const line of readFileSync(join(folder, 'demo-accounts.txt'), 'utf8').trim().split('\n')) {
    const [, login, password] = line.split('\t')
    who[login] = await signIn(linli.origin, login, password)
  }
  const project = (await who.admin.get('/projects')).body.items.find((p) => p.name === '翠湖花园').id
  return {
    origin: linli.origin,
    who,
    project,
    stop: async () => {
      await linli.stop()
      rmSync(parent, { recursive: true, force: true })
    },
  }
}
