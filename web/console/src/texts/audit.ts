import words from '../../../../internal/audit/words.json'

/** What the acts of the log are called, by the name the program gives them; the export of the log says the same words. */
const acts: Record<string, string> = words.acts

export const searchTexts = {
  text: '收据号、房号、姓名等',
  who: '谁',
  act: '动作',
  lookedTo: (when: string) => `已找到 ${when} 为止，更早的点“下一页”继续找。`,
  lookedNone: '这一段没有，更早的还没找',
  goOn: '继续往前找',
  onlyPerson: '只看涉及这位住户的',
  actName: (action: string) => acts[action] ?? action,
}
