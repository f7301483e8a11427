import type { Session } from '@/api/session'
import type { Kind, Reading, SheetRow } from '../calls'
import { browserTable, type Table } from './shelf'

/** How long what the server said is used while it cannot be asked again, in milliseconds: seven days. */
const KEEP = 7 * 24 * 3_600_000

/** The meters of one kind and month, as the server gave them. */
export interface PhoneSheet {
  project: string
  kind: Kind
  month: string
  rows: SheetRow[]
  /** When the server gave them, in milliseconds. */
  at: number
}

/** One answer of the server that this phone keeps for its account. */
export interface Copy { key: string; account: string; at: number; session?: Session; sheet?: PhoneSheet }

const SESSION = 'session'
const sheetKey = (s: Pick<PhoneSheet, 'project' | 'kind' | 'month'>): string => `sheet/${s.project}/${s.kind}/${s.month}`

/**
 * What the phone page needs besides its own files to open without a signal: who reads here with which rights, and the meters
 * he loaded. It belongs to one account and goes when that one signs out; the readings that wait lie elsewhere and stay. A
 * phone that keeps nothing only has to be online when the page is opened, so no failure here stops anything.
 */
export class Kept {
  constructor(private readonly table: Table<Copy>, private readonly clock: () => number = Date.now) {}

  /** Who was signed in when the page was last opened; null when nobody was, or too long ago. */
  async session(): Promise<Session | null> {
    return (await this.read(SESSION))?.session ?? null
  }

  async keepSession(session: Session): Promise<void> {
    await this.quietly(async () => {
      for (const old of await this.table.all()) if (this.tooOld(old)) await this.table.drop(old.key)
      await this.table.put({ key: SESSION, account: session.account.id, at: this.clock(), session: JSON.parse(JSON.stringify(session)) as Session })
    })
  }

  async sheet(account: string, of: Pick<PhoneSheet, 'project' | 'kind' | 'month'>): Promise<PhoneSheet | null> {
    const copy = await this.read(sheetKey(of))
    return copy?.account === account ? (copy.sheet ?? null) : null
  }

  async keepSheet(account: string, sheet: PhoneSheet): Promise<void> {
    await this.quietly(() => this.table.put({ key: sheetKey(sheet), account, at: sheet.at, sheet }))
  }

  /** Notes that the server has a reading, so that its meter does not count as unread when the page opens without a signal. */
  async landed(project: string, meter: string, month: string, reading: Reading): Promise<void> {
    await this.quietly(async () => {
      for (const copy of await this.table.all()) {
        const sheet = copy.sheet
        if (sheet?.project !== project || sheet.month !== month || !sheet.rows.some((r) => r.meter.id === meter)) continue
        await this.table.put({ ...copy, sheet: { ...sheet, rows: sheet.rows.map((r) => (r.meter.id === meter ? { ...r, reading } : r)) } })
      }
    })
  }

  /**
   * Takes over what the server says about who is signed in here: what belongs to anybody else goes, everything when nobody
   * is, and a session that is kept gets the rights of now, so that none outlives its withdrawal.
   */
  async known(now: Session | null): Promise<void> {
    await this.quietly(async () => {
      for (const copy of await this.table.all()) if (copy.account !== now?.account.id) await this.table.drop(copy.key)
      if (now && (await this.table.one(SESSION))) await this.keepSession(now)
    })
  }

  private async read(key: string): Promise<Copy | null> {
    let copy: Copy | undefined
    await this.quietly(async () => { copy = await this.table.one(key) })
    return copy && !this.tooOld(copy) ? copy : null
  }

  private tooOld(copy: Copy): boolean {
    return this.clock() - copy.at > KEEP
  }

  private async quietly(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch {
      // Without the database of the browser the page opens with a signal only.
    }
  }
}

/** What this phone keeps. */
export const kept = new Kept(browserTable<Copy>('linli-phone-kept', 'copies'))
