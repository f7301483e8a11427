import { expect, it } from 'vitest'
import { findProjects } from './projects'

const all = ['翠湖花园', '滨江翠苑', '翠湖花园二期', 'Park 花园', '云栖小镇'].map((name, n) => ({ id: String(n), name }))
const names = (query: string) => findProjects(all, query).map((p) => p.name)

it.each([
  ['', ['翠湖花园', '滨江翠苑', '翠湖花园二期', 'Park 花园', '云栖小镇']],
  ['  ', ['翠湖花园', '滨江翠苑', '翠湖花园二期', 'Park 花园', '云栖小镇']],
  ['翠', ['翠湖花园', '翠湖花园二期', '滨江翠苑']],
  ['花园 二', ['翠湖花园二期']],
  ['park', ['Park 花园']],
  ['西湖', []],
])('a project is found by a part of its name: %s', (query, want) => expect(names(query)).toEqual(want))
