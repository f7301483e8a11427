// The test files in which something failed, from a TAP report of node:test.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const files = new Set()
let failed = false
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (/^\s*not ok /.test(line)) failed = true
  else if (/^\s*ok /.test(line)) failed = false
  const at = /^\s*location: '(.+?\.test\.mjs)(?::\d+:\d+)?'/.exec(line)
  if (at && failed) files.add(relative(process.cwd(), at[1]))
}
console.log([...files].join('\n'))
