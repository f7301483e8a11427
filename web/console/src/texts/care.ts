export const careTexts = {
  title: '系统维护',
  what: '系统维护',
  backupNow: '现在备份',
  drillNow: '做一次恢复演练',
  asked: { backup: '备份已开始，完成后出现在下面的列表里', drill: '恢复演练已开始，完成后在这里显示结果', job: '任务已重新排队' },
  backups: '备份',
  plan: (hour: number, days: number, sealed: boolean) => `每天 ${hour} 点后自动备份，保留 ${days} 天，${sealed ? '已加密' : '没有加密'}`,
  folder: '目录',
  noneTitle: '还没有备份',
  noneText: '点“现在备份”做第一次，之后每天自动做。',
  making: '正在备份…',
  columns: { file: '文件', at: '时间', size: '大小' },
  drill: '恢复演练',
  drillWhat: {
    sqlite: '把最近的备份恢复到临时目录，完整检查一遍，再删掉。不影响正在使用的数据。',
    postgres: '把最近的备份恢复到临时目录和一个临时数据库，完整检查一遍，再删掉。不影响正在使用的数据。',
  } as Record<string, string>,
  drillNone: '还没有做过',
  drillOK: '通过',
  drillBad: '没有通过',
  drillLine: (file: string, seconds: number) => `${file}，用了 ${seconds} 秒`,
  drilling: '正在演练…',
  machine: '运行',
  version: '版本',
  engine: '数据库',
  engines: { sqlite: 'SQLite', postgres: 'PostgreSQL' } as Record<string, string>,
  since: '启动于',
  disk: '磁盘剩余',
  diskOf: (free: string, total: string) => `${free}，共 ${total}`,
  jobs: '停下来的任务',
  jobsNone: '没有停下来的任务',
  jobColumns: { kind: '任务', error: '原因', died: '停下时间' },
  retry: '再做一次',
  toCare: '去系统维护',
}

/** Bytes in words: 1.2 GB. */
export function spaceWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let n = bytes
  let unit = 0
  while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit++ }
  return `${n >= 100 || unit === 0 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`
}
