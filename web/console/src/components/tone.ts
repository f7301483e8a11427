/** The five states of a thing; each has a colour and a shape (● paid, ■ due, ◆ overdue, ● info, ● draft). */
export type Tone = 'paid' | 'due' | 'overdue' | 'info' | 'draft'
