import { readonly, ref } from 'vue'

export type Theme = 'light' | 'dark'
const KEY = 'linli.theme'

function kept(): Theme | null {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // A browser that keeps nothing still switches for this visit.
  }
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  document.documentElement.classList.toggle('dark', theme === 'dark')
}

/** The colour theme: what the user chose, else what the system prefers. Tokens follow data-theme, Element Plus the class. */
export function useTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const theme = ref<Theme>(kept() ?? (system.matches ? 'dark' : 'light'))
  apply(theme.value)
  function toggle(): void {
    theme.value = theme.value === 'dark' ? 'light' : 'dark'
    apply(theme.value)
    keep(theme.value)
  }
  return { theme: readonly(theme), toggle }
}
