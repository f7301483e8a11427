package sheet

import (
	"fmt"
	"strconv"
	"strings"
)

// numFormat is what a number format means for reading.
type numFormat struct {
	date     bool
	width    int // 0000 shows 7 as 0007
	decimals int // 0.00 shows 0.1 as 0.10
}

// readFormats reads what the styles mean for values. It does not ask excelize,
// which panics on a style that points outside of its tables.
func (w *workbook) readFormats() error {
	if w.zip["xl/styles.xml"] == nil {
		return nil
	}
	var doc struct {
		Custom []struct {
			ID   string `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			ID string `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode("xl/styles.xml", &doc); err != nil {
		return err
	}
	custom := make(map[string]numFormat, len(doc.Custom))
	for _, c := range doc.Custom {
		custom[c.ID] = customFormat(c.Code)
	}
	w.formats = make([]numFormat, len(doc.Cells))
	for i, c := range doc.Cells {
		f, ok := custom[c.ID]
		if id, err := strconv.Atoi(c.ID); !ok && err == nil {
			f = builtinFormat(id)
		}
		w.formats[i] = f
	}
	return nil
}

// format is what a style means; a style that does not exist means nothing.
func (w *workbook) format(style int) numFormat {
	if style >= len(w.formats) {
		return numFormat{}
	}
	return w.formats[style]
}

// builtinFormat knows the numbered formats of ECMA-376 part 1, 18.8.30, with
// the East Asian dates.
func builtinFormat(id int) numFormat {
	switch {
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 45 && id <= 47, id >= 50 && id <= 58:
		return numFormat{date: true}
	case id == 2, id == 4, id == 7, id == 8, id == 39, id == 40, id == 43, id == 44:
		return numFormat{decimals: 2}
	}
	return numFormat{}
}

func customFormat(code string) numFormat {
	bare := bareFormat(code)
	if strings.ContainsAny(strings.ToLower(bare), "ymdhs年月日") && !strings.EqualFold(bare, "general") {
		return numFormat{date: true}
	}
	if len(bare) > 1 && strings.Trim(bare, "0") == "" {
		return numFormat{width: min(len(bare), 15)}
	}
	whole, dec, found := strings.Cut(bare, ".")
	if found && dec != "" && strings.Trim(whole, "#,0¥￥$-_ ") == "" && strings.Trim(dec, "0_ ") == "" {
		return numFormat{decimals: min(strings.Count(dec, "0"), 10)}
	}
	return numFormat{}
}

// bareFormat is the first section of a format code without literals and colours.
func bareFormat(code string) string {
	var out strings.Builder
	quoted, bracket, escaped := false, false, false
	for _, r := range code {
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted = r != '"'
		case bracket:
			bracket = r != ']'
		case r == '\\':
			escaped = true
		case r == '"':
			quoted = true
		case r == '[':
			bracket = true
		case r == ';':
			return out.String()
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// number reads a numeric cell without ever going through a float.
func (b *Book) number(cell *Cell, f numFormat) {
	if strings.TrimSpace(cell.Text) == "" {
		cell.Kind, cell.Text = KindEmpty, ""
		return
	}
	cell.Kind = KindNumber
	text, ok := plainNumber(cell.Text)
	if !ok {
		cell.Problem = fmt.Sprintf("“%s”不是能用的数字；号码请把该列设为文本后重新填写（Excel 只保留 15 位数字）", visible(cell.Text))
		return
	}
	cell.Text = text
	if f.date {
		cell.Kind = KindDate
		day, err := b.Dates().serial(text)
		if err != nil {
			cell.Problem = err.Text
			return
		}
		cell.Text = day
		return
	}
	cell.Text = pad(text, f)
}

// pad adds the zeros the format shows; it never rounds.
func pad(text string, f numFormat) string {
	whole, dec, point := strings.Cut(text, ".")
	if f.width > 0 && !point && !strings.HasPrefix(whole, "-") {
		return strings.Repeat("0", max(0, f.width-len(whole))) + whole
	}
	if n := f.decimals - len(dec); n > 0 {
		return whole + "." + dec + strings.Repeat("0", n)
	}
	return text
}

// plainNumber writes a number as stored by Excel (17 digits, exponents) as the
// plain decimal of 15 significant digits that Excel shows. False when it is
// no number or has more than 15 digits before the point, whose end Excel has lost.
func plainNumber(s string) (string, bool) {
	s = strings.TrimSpace(s)
	mantissa, exp, hasExp := strings.Cut(strings.ToUpper(s), "E")
	shift := 0
	if hasExp {
		n, err := strconv.Atoi(exp)
		if err != nil || n > 400 || n < -400 {
			return "", false
		}
		shift = n
	}
	neg := strings.HasPrefix(mantissa, "-")
	mantissa = strings.TrimLeft(mantissa, "+-")
	whole, dec, _ := strings.Cut(mantissa, ".")
	digits := whole + dec
	if digits == "" || strings.Trim(digits, "0123456789") != "" || len(digits) > 400 {
		return "", false
	}
	point := len(whole) + shift
	lead := len(digits) - len(strings.TrimLeft(digits, "0"))
	digits, point = digits[lead:], point-lead
	digits, point = round15(digits, point)
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "":
		return "0", true
	case point > 15:
		return "", false
	case point < -20:
		return "0", true
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if neg {
		digits = "-" + digits
	}
	return digits, true
}

// round15 keeps 15 significant digits, half up, as Excel shows them.
func round15(digits string, point int) (string, int) {
	if len(digits) <= 15 {
		return digits, point
	}
	b := []byte(digits[:15])
	if digits[15] < '5' {
		return string(b), point
	}
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '9' {
			b[i]++
			return string(b), point
		}
		b[i] = '0'
	}
	return "1" + string(b[:14]), point + 1
}
