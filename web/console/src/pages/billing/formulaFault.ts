/** Where the server found the mistake in a formula: `第 3 个字符：…`, counted in characters from 1. */
export interface FormulaFault { before: string; at: string; after: string; position: number; text: string }

/** Splits the formula at the character the server points to; null when the message names none. */
export function formulaFault(formula: string, message: string | undefined | null): FormulaFault | null {
  const match = /第 (\d+) 个字符：(.*)$/s.exec(message ?? '')
  if (!match) return null
  const chars = [...formula]
  const position = Math.min(Math.max(1, Number(match[1])), chars.length + 1)
  return { before: chars.slice(0, position - 1).join(''), at: chars[position - 1] ?? '', after: chars.slice(position).join(''), position, text: match[2] ?? '' }
}
