import { checkPassword } from './password'

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

/** A password to hand over on paper: 12 characters without 0 O 1 l I, of three classes, written in groups of four. */
export function newPassword(random: (below: number) => number = secure): string {
  for (;;) {
    const four = () => Array.from({ length: 4 }, () => pick(ALL, random)).join('')
    const text = `${four()}-${four()}-${four()}`
    if (checkPassword(text.replace(/-/g, '')).mixed) return text
  }
}
