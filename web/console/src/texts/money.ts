import type { AmountFault } from '@/lib/money'

export const amountFaults: Record<AmountFault, string> = {
  empty: '请填写金额',
  notNumber: '金额只能是数字，例如 1100 或 1,100.50',
  decimals: '金额最多两位小数',
  commas: '千分位逗号的位置不对，可以不写逗号',
  tooLarge: '金额太大，请核对',
  negative: '金额不能是负数',
}
