// Shows the events of `go test -json` shortly: a line per package, and the
// whole output of each test that failed.
import { readFileSync } from 'node:fs'

const output = new Map()
const lines = []
// The frame that go test draws around each test says nothing.
const own = (text = '') => text.split('\n').filter((l) => !/^=== (RUN|PAUSE|CONT|NAME)/.test(l)).join('\n').trimEnd()
const key = (e) => `${e.Package ?? e.ImportPath}\u0000${e.Test ?? ''}`
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (!line.startsWith('{')) { if (line) lines.push(line); continue }
  const e = JSON.parse(line)
  const k = key(e)
  if (e.Action === 'output' || e.Action === 'build-output') output.set(k, (output.get(k) ?? '') + e.Output)
  else if (e.Action === 'fail' || e.Action === 'build-fail') lines.push(own(output.get(k)) || `FAIL ${e.Package} ${e.Test ?? ''}`)
  else if (e.Action === 'skip' && e.Test) lines.push(`skipped: ${e.Package} ${e.Test}\n${(output.get(k) ?? '').trimEnd()}`)
  else if (e.Action === 'pass' && !e.Test) lines.push(`ok   ${e.Package}  ${e.Elapsed}s`)
}
console.log(lines.join('\n'))
