// Waiting for what is so in a moment. A page shows what a request brings, so no
// test looks at it once: it looks until it is right, or until the time is over.

/** How long anything may take before a test gives up, in milliseconds; a busy machine takes its time. */
export const PATIENCE = 30_000

/**
 * Repeats a check until it holds; when the time is over, its last complaint fails the test.
 * @template T @param {() => T | Promise<T>} check throws while it is not yet so @returns {Promise<T>} what the check answers
 */
export async function eventually(check, { timeout = PATIENCE, every = 50 } = {}) {
  const end = Date.now() + timeout
  for (;;) {
    try {
      return await check()
    } catch (e) {
      if (Date.now() > end) throw e
    }
    await new Promise((r) => setTimeout(r, every))
  }
}

/** Repeats read until done says yes; for jobs that a test waits for. */
export async function until(read, done, { timeout = 2 * PATIENCE, every = 100 } = {}) {
  return eventually(async () => {
    const value = await read()
    if (!done(value)) throw new Error(`not done: ${JSON.stringify(value)}`)
    return value
  }, { timeout, every })
}
