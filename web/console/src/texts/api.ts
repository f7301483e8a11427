/** What is said when a request fails and the server sent no words of its own. */
export const apiTexts = {
  networkTitle: '没有连上服务器',
  network: '没有连上服务器，已填的内容还在，请检查网络后再试',
  unknown: '页面出了问题，请刷新后再试；仍不行请联系管理员',
  byStatus(status: number): string {
    if (status === 401) return '登录已过期，请重新登录'
    if (status === 403) return '您没有这项权限，可请管理员授权'
    if (status === 404) return '没有找到，可能已被删除'
    if (status === 409) return '内容刚被别人改过，请刷新后再试'
    if (status === 413) return '文件太大，请缩小后再传'
    if (status === 429) return '操作太频繁，请稍等一分钟再试'
    if (status >= 500) return '服务器没有处理完，请稍后再试'
    return `请求没有被接受（${status}），请检查后再试`
  },
}
