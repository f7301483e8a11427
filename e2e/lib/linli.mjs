// Starts the real binary on an empty folder and a free port, and ends it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const binary = process.env.LINLI_BIN ?? resolve(import.meta.dirname, '../../bin/linli')

/**
 * @param {{args?: string[], env?: Record<string, string>, data?: string, timeout?: number}} [options]
 *   args default to ['serve']; data keeps a folder over several starts.
 * @returns {Promise<{origin: string, data: string, log: () => string, pid: number, stop: () => Promise<number|null>, kill: () => Promise<void>}>}
 */
export async function startLinli({ args = ['serve'], env = {}, data, timeout = 120_000 } = {}) {
  if (!existsSync(binary)) throw new Error('bin/linli is missing: run make build')
  const own = data === undefined
  const folder = data ?? mkdtempSync(join(tmpdir(), 'linli-e2e-'))
  const child = spawn(binary, args, {
    // The system picks a free port and “ready” names it.
    env: { ...machine(), LINLI_ADDR: '127.0.0.1:0', LINLI_DATA: folder, LINLI_DB: '', TZ: 'UTC', LINLI_OUTBOUND_ALLOW: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (s) => (log += s))
  child.stderr.setEncoding('utf8').on('data', (s) => (log += s))
  const gone = once(child, 'exit')
  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
      await gone
      clearTimeout(late)
    }
    if (own) rmSync(folder, { recursive: true, force: true })
    return child.exitCode
  }
  let origin
  try {
    origin = await ready(() => log, gone, timeout)
  } catch (e) {
    await end('SIGKILL')
    throw e
  }
  return { origin, data: folder, log: () => log, pid: child.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

/**
 * Starts the server at an address that it knows, for links that lead away and
 * back. A port that is free now may be somebody's in a moment: then another one.
 */
export async function startReachable(env) {
  for (let tries = 1; ; tries++) {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const at = `127.0.0.1:${free.address().port}`
    free.close()
    await once(free, 'close')
    try {
      return await startLinli({ env: { ...env, LINLI_ADDR: at, LINLI_URL: `http://${at}` } })
    } catch (e) {
      if (tries === 5 || !/已被别的程序占用/.test(String(e))) throw e
    }
  }
}

/** The environment without settings of Linli that somebody's shell may hold. */
const machine = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LINLI_')))

async function ready(log, gone, timeout) {
  let exited = false
  gone.then(() => (exited = true))
  const until = Date.now() + timeout
  while (Date.now() < until) {
    const m = /ready (http:\/\/\S+)/.exec(log())
    if (m) return m[1].replace(/\/$/, '')
    if (exited) throw new Error(`linli ended before it was ready:\n${log()}`)
    await new Promise((r) => setTimeout(r, 25))
  }
  throw new Error(`linli was not ready in ${timeout / 1000} s:\n${log()}`)
}
