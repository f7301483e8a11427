// The same morning on PostgreSQL: one setting, LINLI_DB, and nothing else is different.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { database } from '../lib/postgres.mjs'

const db = await database()
process.env.E2E_DB = db.url
await import('./main-job.test.mjs')
after(() => db.drop())

test('[B1][B2][B3][F1][F3][F4][F7][P9] all of it stands in PostgreSQL', () => {
  const count = (table) => Number(db.ask(`SELECT COUNT(*) FROM ${table}`))
  assert.deepEqual(
    ['estate_project', 'estate_room', 'estate_person', 'billing_item', 'cashier_receipt'].map(count),
    [1, 7, 5, 2, 2],
  )
  assert.ok(count('billing_charge') >= 10)
  assert.ok(count('ledger_posting') >= 10)
})
