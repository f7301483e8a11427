/** Rules of a staff password; the server holds the same ones. */
export const MIN_PASSWORD = 10

export interface PasswordCheck { longEnough: boolean; classes: number; mixed: boolean; ok: boolean }

/** At least 10 characters, or what the company asks for, from 3 of the 4 classes: lower case, upper case, digits, everything else. */
export function checkPassword(password: string, least = MIN_PASSWORD): PasswordCheck {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((c) => c.test(password)).length
  const longEnough = [...password].length >= least
  return { longEnough, classes, mixed: classes >= 3, ok: longEnough && classes >= 3 }
}
