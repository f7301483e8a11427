import { checkPassword, MIN_PASSWORD } from './password'

const LOWER = 'abcdefghijkmnpqrstuvwxyz'
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const DIGITS = '23456789'
const ALL = LOWER + UPPER + DIGITS

function pick(from: string, random: (below: number) => number): string {
  return from[random(from.length)]!
}
function secure(below: number): number {
  const limit = Math.floor(256 / below) * below
  for (;;) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0]!
    if (byte < limit) return byte % below
  }
}

/** A password to hand over on paper: at least 12 characters without 0 O 1 l I, of three classes, in groups of four, as long as the company asks. */
export function newPassword(least = MIN_PASSWORD, random: (below: number) => number = secure): string {
  const groups = Math.max(3, Math.ceil((least + 1) / 5))
  for (;;) {
    const four = () => Array.from({ length: 4 }, () => pick(ALL, random)).join('')
    const text = Array.from({ length: groups }, four).join('-')
    if (checkPassword(text.replace(/-/g, '')).mixed) return text
  }
}
