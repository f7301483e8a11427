/** One reading that this phone has and the server may not have yet. */
export interface Waiting {
  /** Its Idempotency-Key: sent twice it counts once. */
  key: string
  account: string
  project: string
  meter: string
  label: string
  number: string
  month: string
  date: string
  value: number
  previous: number
  estimated: boolean
  rolled: boolean
  /** It stands in place of what is read already this month. */
  correct: boolean
  photo: ArrayBuffer | null
  photoId: string
  /** When it was typed, in milliseconds; they go out in this order. */
  at: number
  /** It was sent at least once, so it may have arrived. */
  tried: boolean
  state: 'waiting' | 'refused'
  code: string
  said: string
}

/** A table of this phone, one row for each key. */
export interface Table<T> {
  all(): Promise<T[]>
  one(key: string): Promise<T | undefined>
  put(row: T): Promise<void>
  drop(key: string): Promise<void>
}

/** Where readings lie until the server has them. */
export type Shelf = Pick<Table<Waiting>, 'all' | 'put' | 'drop'>

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the database of the browser gave no reason'))
  })
}

function open(database: string, table: string): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: 'key' })
  return asked(request)
}

/**
 * A table in the database of the browser: what lies there outlives the page, the browser and a dead battery. Each table has
 * a database of its own, so that a new one never waits for a tab of an older release that holds the old ones open.
 */
export function browserTable<T>(database: string, table: string): Table<T> {
  let opened: Promise<IDBDatabase> | null = null
  async function run<R>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> {
    opened ??= open(database, table)
    let db: IDBDatabase
    try {
      db = await opened
    } catch (thrown) {
      opened = null
      throw thrown
    }
    const tx = db.transaction(table, mode, { durability: 'strict' })
    const done = new Promise<void>((resolve, reject) => {
      tx.oncomplete = () => resolve()
      tx.onabort = () => reject(tx.error ?? new Error('the browser gave up'))
    })
    const result = await asked(act(tx.objectStore(table)))
    await done
    return result
  }
  return {
    all: () => run('readonly', (s) => s.getAll() as IDBRequest<T[]>),
    one: (key) => run('readonly', (s) => s.get(key) as IDBRequest<T | undefined>),
    put: async (row) => { await run('readwrite', (s) => s.put(row)) },
    drop: async (key) => { await run('readwrite', (s) => s.delete(key)) },
  }
}

/** The readings of this phone that the server may not have yet. */
export const browserShelf = (): Shelf => browserTable<Waiting>('linli-phone', 'readings')
