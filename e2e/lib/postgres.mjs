// An empty PostgreSQL database for one test file: on the server of
// LINLI_TEST_PG, or on one that is started for it.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const script = resolve(import.meta.dirname, '../../scripts/pg.sh')

/** @returns {Promise<{url: string, ask: (sql: string) => string, drop: () => void}>} ask answers what psql prints, without frame */
export async function database() {
  const own = !process.env.LINLI_TEST_PG
  const port = String(await freePort())
  const env = { ...process.env, LINLI_PG_DIR: join(tmpdir(), `linli-pg-e2e-${port}`), LINLI_PG_PORT: port }
  const server = own ? execFileSync(script, ['start'], { env, encoding: 'utf8' }).trim() : process.env.LINLI_TEST_PG
  const name = `linli_e2e_${randomBytes(6).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  const ask = (at, sql) => execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', at, '-c', sql], { encoding: 'utf8' }).trim()
  ask(server, `CREATE DATABASE ${name}`)
  return {
    url: url.href,
    ask: (sql) => ask(url.href, sql),
    drop: () => (own ? void execFileSync(script, ['stop'], { env }) : ask(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
