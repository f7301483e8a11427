/** Ways of paying in the order of the counter: cash first, money that was held already last; others keep their place between them. */
const order = ['cash', 'card', 'transfer', 'wechat', 'alipay', '', 'prepay', 'deposit']
const rank = (method: string) => (order.includes(method) ? order.indexOf(method) : order.indexOf(''))
export const byMethod = <T extends { method: string }>(list: readonly T[]): T[] => [...list].sort((a, b) => rank(a.method) - rank(b.method))
