/** A cell on paper: amounts and areas get their thousands, whole numbers stay as they are, because they may be years or numbers of rows. */
export function grouped(cell: string, column?: { number: boolean }): string {
  if (!column?.number || !/^-?\d+\.\d+$/.test(cell)) return cell
  const [whole = '', part = ''] = cell.split('.')
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${part}`
}
