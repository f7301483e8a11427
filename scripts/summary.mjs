// The last lines of `make test`: how many tests of each kind passed and failed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, seconds, status] = process.argv.slice(2)
const read = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '')
const total = { passed: 0, failed: 0 }
const row = (name, passed, failed) => {
  total.passed += passed
  total.failed += failed
  console.log(`${name}: ${passed} passed, ${failed} failed`)
}
for (const [name, file] of [['go', 'all.json'], ['go -race', 'race.json']]) {
  const events = read(file).split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)).filter((e) => e.Test)
  row(name, events.filter((e) => e.Action === 'pass').length, events.filter((e) => e.Action === 'fail').length)
}
for (const [name, file] of [['console', 'unit.json'], ['pay', 'pay.json']]) {
  const unit = JSON.parse(read(file) || '{}')
  row(name, unit.numPassedTests ?? 0, unit.numFailedTests ?? 0)
}
const tap = read('e2e.tap')
const count = (word) => Number(new RegExp(`^# ${word} (\\d+)`, 'm').exec(tap)?.[1] ?? 0)
const again = /^# second try needed: (.+)/m.exec(tap)?.[1]
if (again) console.log(`e2e: passed at the second try only, to be mended: ${again}`)
row('e2e', count('pass') + (again ? count('fail') : 0), again ? 0 : count('fail'))
// A step that is no test (vet, build) failed.
if (status !== '0' && total.failed === 0) row('steps', 0, 1)
console.log(`make test: ${seconds} s`)
console.log(`${total.passed} passed, ${total.failed} failed`)
if (total.failed > 0 || total.passed === 0) process.exit(1)
