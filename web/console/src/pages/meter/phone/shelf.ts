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

/** Where they lie until the server has them. */
export interface Shelf {
  all(): Promise<Waiting[]>
  put(one: Waiting): Promise<void>
  drop(key: string): Promise<void>
}

const NAME = 'linli-phone'
const STORE = 'readings'

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the database of the browser gave no reason'))
  })
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' })
  return asked(request)
}

/** The database of the browser: what lies there outlives the page, the browser and a dead battery. */
export function browserShelf(): Shelf {
  let opened: Promise<IDBDatabase> | null = null
  async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    opened ??= open()
    let db: IDBDatabase
    try {
      db = await opened
    } catch (thrown) {
      opened = null
      throw thrown
    }
    const tx = db.transaction(STORE, mode, { durability: 'strict' })
    const done = new Promise<void>((resolve, reject) => {
      tx.oncomplete = () => resolve()
      tx.onabort = () => reject(tx.error ?? new Error('the browser gave up'))
    })
    const result = await asked(act(tx.objectStore(STORE)))
    await done
    return result
  }
  return {
    all: () => run('readonly', (s) => s.getAll() as IDBRequest<Waiting[]>),
    put: async (one) => { await run('readwrite', (s) => s.put(one)) },
    drop: async (key) => { await run('readwrite', (s) => s.delete(key)) },
  }
}
