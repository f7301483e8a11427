import type { Plugin } from 'vite'

const importLine = /import\s*\{([^}]*)\}\s*from\s*['"]element-plus['"];?/g

/** Component file names of the Element Plus names in one import list: `ElDatePicker` → `date-picker`. */
export function styleFolders(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim().split(/\s+as\s+/)[0] ?? '')
    .filter((name) => /^El[A-Z]/.test(name))
    .map((name) => name.slice(2).replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase())
}

/** Adds the style of every Element Plus component where the component is imported, so that no page loads the full style sheet. */
export function elementStyles(): Plugin {
  return {
    name: 'linli-element-styles',
    enforce: 'post',
    transform(code, id) {
      if (id.includes('node_modules') || !/\.(vue|ts)(\?|$)/.test(id) || !code.includes('element-plus')) return null
      const folders = new Set<string>()
      for (const match of code.matchAll(importLine)) styleFolders(match[1] ?? '').forEach((f) => folders.add(f))
      if (folders.size === 0) return null
      const lines = [...folders].map((f) => `import 'element-plus/es/components/${f}/style/css';`)
      return { code: `${lines.join('')}${code}`, map: null }
    },
  }
}
