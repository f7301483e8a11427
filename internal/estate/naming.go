package estate

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxName is the longest name of anything, in characters.
const maxName = 60

// clean makes what people type comparable: full-width becomes half-width,
// invisible and control characters go, runs of spaces become one.
func clean(s string) string {
	s = norm.NFKC.String(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\uFFFD', r == '\uFFFE', r == '\uFFFF':
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func tight(s string) string { return strings.ReplaceAll(clean(s), " ", "") }

// bare takes a number's zeros in front away, so that 01 and 1 are one.
func bare(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" && digits(s) {
		return t
	}
	if digits(s) && s != "" {
		return "0"
	}
	return s
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// chinese reads 一…九十九, as building and unit numbers are written.
func chinese(s string) (string, bool) {
	n, tens := 0, false
	for _, r := range s {
		if r == '十' {
			if tens {
				return "", false
			}
			tens = true
			n = max(n, 1) * 10
			continue
		}
		i := strings.IndexRune("零一二三四五六七八九", r)
		if i < 0 || (n%10 != 0) || (n > 0 && !tens) {
			return "", false
		}
		n += i / len("零")
	}
	if n == 0 {
		return "", false
	}
	return itoa(n), true
}

func cut(s string, tails ...string) string {
	for _, t := range tails {
		if head, ok := strings.CutSuffix(s, t); ok && head != "" {
			return head
		}
	}
	return s
}

func number(s string) string {
	if n, ok := chinese(s); ok {
		return n
	}
	return bare(s)
}

func buildingKey(s string) string {
	return number(cut(strings.ToUpper(tight(s)), "号楼", "号栋", "栋", "幢", "座", "楼", "#", "号"))
}

func buildingName(s string) string {
	s = clean(s)
	t := cut(tight(s), "#", "栋")
	if digits(t) {
		return bare(t) + "栋"
	}
	if k := strings.ToUpper(t); len(k) == 1 && k >= "A" && k <= "Z" {
		return k + "座"
	}
	return s
}

// unitKey is empty for rooms without unit, which rosters write as 0.
func unitKey(s string) string {
	k := number(cut(strings.ToUpper(tight(s)), "单元", "门洞", "门", "梯"))
	switch k {
	case "0", "无", "-", "/":
		return ""
	}
	return k
}

func unitName(s string) string {
	k := unitKey(s)
	if digits(k) {
		return k + "单元"
	}
	return clean(s)
}

func roomKey(s string) string {
	return bare(cut(strings.ToUpper(tight(s)), "号房", "室", "房", "号"))
}

func roomName(s string) string { return cut(tight(s), "室", "房") }

// sortKey orders names as people count: 2栋 before 10栋. Numbers get their
// length in front.
func sortKey(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		if j > i {
			n := bare(s[i:j])
			b.WriteByte(byte('a' + min(len(n), 25)))
			b.WriteString(n)
			i = j
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// floorKey orders floors with the cellar first.
func floorKey(floor int) string { return sortKey(itoa(floor + 1000)) }
