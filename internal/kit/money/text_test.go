package money_test

import (
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/kit/money"
)

// B28: what is no plain amount of yuan is no money.
func TestParseYuan(t *testing.T) {
	good := map[string]money.Fen{
		"0": 0, "0.01": 1, "0.5": 50, "1234.50": 123450, "007": 700, "21474836.48": 2147483648, "9999999999.99": 999999999999,
	}
	for in, want := range good {
		if got, err := money.ParseYuan(in); got != want || err != nil {
			t.Errorf("%q = %d, %v; want %d", in, got, err, want)
		}
	}
	bad := []string{
		"", ".", ".5", "5.", "1.234", "12345678901", "12345678901.00", "-1", "+1", " 1", "1 ", "1,234",
		"0.005", "1/3", "1 000", "Infinity", "1e400", "1e3", "１２", "1．5", "1。5", "0x10", "1.2.3", "一百", "¥5", "NaN", "Inf", "1\n", strings.Repeat("9", 400),
	}
	for _, in := range bad {
		if got, err := money.ParseYuan(in); !errors.Is(err, money.ErrFormat) {
			t.Errorf("%q was read as %d, %v", in, got, err)
		}
	}
}

func TestParseYuanIsTheRegularExpression(t *testing.T) {
	allowed := regexp.MustCompile(`^\d{1,10}(\.\d{1,2})?$`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`[0-9]{0,12}\.?[0-9]{0,4}`), rapid.StringOf(rapid.RuneFrom([]rune("0123456789.-+ e５")))).Draw(t, "s")
		got, err := money.ParseYuan(s)
		if (err == nil) != allowed.MatchString(s) {
			t.Fatalf("%q: %d, %v", s, got, err)
		}
	})
}

func TestAmountsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 999_999_999_999).Draw(t, "n")
		if back, err := money.ParseYuan(money.Fen(n).Yuan()); err != nil || back != money.Fen(n) {
			t.Fatalf("fen %d came back as %d, %v", n, back, err)
		}
		if back, err := money.ParseArea(money.Area(n).String()); err != nil || back != money.Area(n) {
			t.Fatalf("area %d came back as %d, %v", n, back, err)
		}
		if back, err := money.ParseQty(money.Qty(n).String()); err != nil || back != money.Qty(n) {
			t.Fatalf("quantity %d came back as %d, %v", n, back, err)
		}
		if back, err := money.ParsePrice(money.Price(n).String()); err != nil || back != money.Price(n) {
			t.Fatalf("price %d came back as %d, %v", n, back, err)
		}
		comma := money.Fen(-n).Comma()
		if strings.ReplaceAll(comma, ",", "") != money.Fen(-n).Yuan() {
			t.Fatalf("%s against %s", comma, money.Fen(-n).Yuan())
		}
		if n >= 1000 && !regexp.MustCompile(`^-\d{1,3}(,\d{3})*\.\d\d$`).MatchString(comma) {
			t.Fatalf("separators in %s", comma)
		}
	})
}

func TestFormats(t *testing.T) {
	tests := []struct{ got, want string }{
		{money.Fen(123450).Yuan(), "1234.50"},
		{money.Fen(-5).Yuan(), "-0.05"},
		{money.Fen(0).Yuan(), "0.00"},
		{money.Fen(math.MinInt64).Yuan(), "-92233720368547758.08"},
		{money.Fen(123450).Comma(), "1,234.50"},
		{money.Fen(99900).Comma(), "999.00"},
		{money.Fen(-123456789).Comma(), "-1,234,567.89"},
		{money.Price(2_350_000).String(), "2.35"},
		{money.Price(1).String(), "0.000001"},
		{money.Price(0).String(), "0"},
		{money.Area(11842).String(), "118.42"},
		{money.Area(12000).String(), "120"},
		{money.Qty(-125000).String(), "-12.5"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
	if _, err := money.ParsePrice("0.1234567"); !errors.Is(err, money.ErrFormat) {
		t.Errorf("seven decimals: %v", err)
	}
	if _, err := money.ParseArea("89.305"); !errors.Is(err, money.ErrFormat) {
		t.Errorf("three decimals of an area: %v", err)
	}
}

func TestUpper(t *testing.T) {
	tests := []struct {
		fen  money.Fen
		want string
	}{
		{0, "零元整"},
		{5, "伍分"},
		{50, "伍角整"},
		{55, "伍角伍分"},
		{100, "壹元整"},
		{1000, "壹拾元整"},
		{32504, "叁佰贰拾伍元零肆分"},
		{140950, "壹仟肆佰零玖元伍角整"},
		{600714, "陆仟零柒元壹角肆分"},
		{168032, "壹仟陆佰捌拾元叁角贰分"},
		{10700053, "壹拾万柒仟元伍角叁分"},
		{1640902, "壹万陆仟肆佰零玖元零贰分"},
		{242940, "贰仟肆佰贰拾玖元肆角整"},
		{123904, "壹仟贰佰叁拾玖元零肆分"},
		{210984, "贰仟壹佰零玖元捌角肆分"},
		{104028, "壹仟零肆拾元贰角捌分"},
		{1000100, "壹万零壹元整"},
		{100000100, "壹佰万零壹元整"},
		{10000_0000_00, "壹亿元整"},
		{10001_0000_00, "壹亿零壹万元整"},
		{1_0000_5000_00, "壹亿零伍仟元整"},
		{1_2345_6789_01, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"},
		{1_0000_0000_0000_00, "壹万亿元整"},
		{1_0000_5000_0000_00, "壹万亿零伍仟万元整"},
		{1_0002_0000_0003_00, "壹万零贰亿零叁元整"},
		{9999_9999_9999_9999_99, "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"},
		{-123450, "负壹仟贰佰叁拾肆元伍角整"},
	}
	for _, tt := range tests {
		if got := money.Upper(tt.fen); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.fen.Yuan(), got, tt.want)
		}
	}
}

// readUpper turns 大写 back into fen with the grammar of the numerals alone.
func readUpper(s string) (fen int64) {
	digits := map[rune]int64{'零': 0, '壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}
	small := map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}
	var digit, group, total int64
	for _, r := range s {
		d, isDigit := digits[r]
		switch {
		case isDigit:
			digit = d
		case small[r] > 0:
			group += digit * small[r]
			digit = 0
		case r == '万':
			total += (group + digit) * 10000
			group, digit = 0, 0
		case r == '亿':
			total = (total + group + digit) * 1_0000_0000
			group, digit = 0, 0
		case r == '元':
			fen = (total + group + digit) * 100
			digit = 0
		case r == '角':
			fen += digit * 10
			digit = 0
		case r == '分':
			fen += digit
		}
	}
	return fen
}

func TestUpperReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(0, 1_000_000), rapid.Int64Range(0, 9999_9999_9999_9999_99)).Draw(t, "n")
		// Blank out some digits, because the zero rules are where mistakes live.
		for power := int64(1); power <= n; power *= 10 {
			if rapid.Bool().Draw(t, "blank") {
				n -= n / power % 10 * power
			}
			if power > math.MaxInt64/10 {
				break
			}
		}
		text := money.Upper(money.Fen(n))
		if back := readUpper(text); back != n {
			t.Fatalf("%d is %s, reads %d", n, text, back)
		}
		if strings.Contains(text, "零零") {
			t.Fatalf("doubled zero in %s", text)
		}
	})
}
