export const dictionaryTexts = {
  title: '字典',
  hint: '填写时供点选的词，按自己公司的说法改；也可以另写别的，改了以后已写下的不变',
  columns: { name: '字典', words: '词', change: '操作' },
  none: '没有词，只能自己写',
  change: (name: string) => `改字典：${name}`,
  edit: '改',
  words: '一行一个词',
  wordsHint: '最多 30 个词，每个最多 20 个字，按次序出现',
  ready: '换回现成的',
  action: (name: string) => `保存字典 ${name}`,
  faults: { many: '最多 30 个词', long: (word: string) => `“${word}”太长，最多 20 个字`, twice: (word: string) => `“${word}”写了两次` },
}
