package sharedcost

import (
	"fmt"
	"regexp"
	"strings"

	"linli/internal/estate/naming"
	"linli/internal/kit/money"
	"linli/internal/kit/search"
)

// line is one that was pasted, with something in it.
type line struct {
	number int // of all lines, the empty ones too
	text   string
	room   string
	weight money.Qty
	why    string // what is wrong with it
}

var (
	thousands = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)
	around    = regexp.MustCompile(`\s*,\s*`)
	plain     = regexp.MustCompile(`^\d+(\.\d{1,4})?$`)
	decimals  = regexp.MustCompile(`^\d+\.\d{5,}$`)
)

// maxText is how much of a line is shown again, in characters.
const maxText = 60

// readLines takes two columns apart. The titles of the columns may stand above.
func readLines(text string) []line {
	out := []line{}
	for i, raw := range strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		shown := []rune(naming.Clean(raw))
		if len(shown) == 0 {
			continue
		}
		l := line{number: i + 1, text: string(shown[:min(len(shown), maxText)])}
		var number string
		l.room, number, l.why = twoColumns(raw)
		if _, room := search.RoomKey(l.room); !room && len(out) == 0 && strings.ContainsAny(l.room, "房室户号") && !strings.ContainsAny(number, "0123456789") {
			continue
		}
		if l.why == "" {
			l.weight, l.why = readWeight(number)
		}
		out = append(out, l)
	}
	return out
}

// twoColumns are the room and the weight of a line, parted by a tab, a comma or
// spaces, or why they cannot be told apart.
func twoColumns(raw string) (room, weight, why string) {
	if strings.Contains(strings.TrimSpace(raw), "\t") {
		return cells(raw)
	}
	clean := around.ReplaceAllString(strings.NewReplacer("、", ",", "。", ".").Replace(naming.Clean(raw)), ",")
	parts := strings.Split(clean, ",")
	head, last := clean, ""
	if i := strings.LastIndex(clean, " "); i > 0 {
		head, last = clean[:i], clean[i+1:]
	}
	switch {
	case len(parts) > 2, len(parts) == 2 && thousands.MatchString(last):
		return "", "", "分不清哪个逗号隔开两列、哪个是千分位；请去掉千分位的逗号，或从 Excel 直接复制两列"
	case len(parts) == 2:
		return parts[0], parts[1], needs(parts[0], parts[1])
	}
	return head, last, needs(head, last)
}

// cells are those of a sheet, which are copied with tabs between them.
func cells(raw string) (room, weight, why string) {
	full := []string{}
	for _, cell := range strings.Split(raw, "\t") {
		if cell = naming.Clean(cell); cell != "" {
			full = append(full, cell)
		}
	}
	if len(full) > 2 {
		return "", "", fmt.Sprintf("这一行有 %d 列，只要房号和权重两列", len(full))
	}
	full = append(full, "", "")
	return full[0], full[1], needs(full[0], full[1])
}

func needs(room, weight string) string {
	switch {
	case weight == "":
		return "没有权重；每行写房号和权重两列"
	case room == "":
		return "没有房号；每行写房号和权重两列"
	}
	return ""
}

// readWeight reads 1286, １２８６.５ and 1,286, and says why it does not.
func readWeight(text string) (money.Qty, string) {
	t := strings.NewReplacer("、", ",", "。", ".", "−", "-").Replace(text)
	if thousands.MatchString(t) {
		t = strings.ReplaceAll(t, ",", "")
	}
	if decimals.MatchString(t) { // as the sheet is formatted
		whole, rest, _ := strings.Cut(t, ".")
		t = whole + "." + rest[:4] + strings.TrimRight(rest[4:], "0")
	}
	w, err := money.ParseQty(t)
	switch {
	case err == nil && w <= maxWeight:
		return w, ""
	case plain.MatchString(t):
		return 0, "权重最大 100,000,000"
	case strings.HasPrefix(t, "-"):
		return 0, "权重不能是负数"
	case decimals.MatchString(t):
		return 0, fmt.Sprintf("“%s”的小数超过 4 位；可以把整列都乘以同一个数再粘贴，分摊的比例不变", text)
	case strings.Contains(t, ","):
		return 0, fmt.Sprintf("“%s”里的逗号分不清是千分位还是小数点；小数请写成 47.5 这样", text)
	}
	return 0, fmt.Sprintf("“%s”不是权重；只写数字，最多 4 位小数", text)
}
