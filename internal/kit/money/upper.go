package money

import "strings"

// Upper writes an amount in 大写, as receipts and demands carry it beside the
// figures. Rules: 正确填写票据和结算凭证的基本规定 (支付结算办法, annex 1). Where
// the annex leaves a choice Linli writes 整 after 角 and no 零 between a round 元
// and a 角 (1,040.28 is 壹仟零肆拾元贰角捌分). Negative amounts begin with 负.
func Upper(f Fen) string {
	m := magnitude(int64(f))
	yuan, jiao, fen := m/fenPerYuan, m/10%10, m%10
	var b strings.Builder
	if f < 0 {
		b.WriteString("负")
	}
	if yuan > 0 || m == 0 {
		writeYuan(&b, yuan)
		b.WriteString("元")
	}
	if jiao > 0 {
		b.WriteString(upperDigit(jiao))
		b.WriteString("角")
	} else if fen > 0 && yuan > 0 {
		b.WriteString("零")
	}
	if fen > 0 {
		b.WriteString(upperDigit(fen))
		b.WriteString("分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

// writeYuan writes whole yuan in groups of four digits: 亿亿, 万亿, 亿, 万, 元.
func writeYuan(b *strings.Builder, yuan uint64) {
	if yuan == 0 {
		b.WriteString("零")
		return
	}
	units := [...]string{"", "万", "亿", "万", "亿"}
	var groups [len(units)]uint64
	for i := range groups {
		groups[i] = yuan % 10000
		yuan /= 10000
	}
	started, gap := false, false
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		if g == 0 {
			gap = started
		} else {
			if started && (gap || g < 1000) {
				b.WriteString("零")
			}
			writeGroup(b, g)
			b.WriteString(units[i])
			started, gap = true, false
		}
		if i == 2 && g == 0 && started {
			b.WriteString(units[i])
		}
	}
}

func writeGroup(b *strings.Builder, g uint64) {
	started, gap := false, false
	for _, place := range [...]struct {
		value uint64
		name  string
	}{{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}} {
		d := g / place.value % 10
		if d == 0 {
			gap = started
			continue
		}
		if gap {
			b.WriteString("零")
		}
		b.WriteString(upperDigit(d))
		b.WriteString(place.name)
		started, gap = true, false
	}
}

func upperDigit(d uint64) string {
	return [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}[d]
}
