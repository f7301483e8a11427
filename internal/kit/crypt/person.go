package crypt

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"linli/internal/kit/fault"
)

// What a number is refused for; the text says what is wrong with it.
var (
	ErrPhone = fault.New(fault.Invalid, "phone", "手机号不正确，请核对")
	ErrID    = fault.New(fault.Invalid, "id_number", "身份证号不正确，请核对")
)

var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^(010|02\d|0[3-9]\d{2})([1-8]\d{6,7})$`)
	withExt  = regexp.MustCompile(`^(0\d{2,3}-?[1-8]\d{6,7})-(\d{1,6})$`)
	service  = regexp.MustCompile(`^[48]00\d{7}$`)
	foreign  = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
)

// NormalizePhone brings a phone number to the one form that is stored and
// indexed: a mobile number as 11 digits, a landline as 0755-1234567 or
// 0755-1234567-8, 400 and 800 numbers as 10 digits, a foreign one as + and
// digits. Width, spaces, brackets, dashes and +86 do not matter. Other text is ErrPhone.
func NormalizePhone(s string) (string, error) {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '(', r == '.':
			return -1
		case unicode.Is(unicode.Pd, r), r == ')', r == '−', r == '转':
			return '-'
		}
		return r
	}, norm.NFKC.String(s))
	s = strings.Trim(s, "-")
	for _, prefix := range []string{"+86", "0086"} {
		s = strings.TrimPrefix(strings.TrimPrefix(s, prefix), "-")
	}
	digits := strings.ReplaceAll(s, "-", "")
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	if len(digits) == 12 && digits[:2] == "01" && digits[2] >= '3' {
		digits = digits[1:]
	}
	switch {
	case mobile.MatchString(digits), service.MatchString(digits), foreign.MatchString(digits):
		return digits, nil
	}
	if m := withExt.FindStringSubmatch(s); m != nil {
		if number, ok := splitLandline(strings.ReplaceAll(m[1], "-", "")); ok {
			return number + "-" + m[2], nil
		}
	}
	if number, ok := splitLandline(digits); ok {
		return number, nil
	}
	return "", phoneFault(s, digits)
}

func splitLandline(digits string) (string, bool) {
	m := landline.FindStringSubmatch(digits)
	if m == nil {
		return "", false
	}
	return m[1] + "-" + m[2], true
}

func phoneFault(s, digits string) error {
	switch {
	case digits == "":
		return ErrPhone.Say("请填写手机号")
	case strings.Trim(digits, "0123456789") != "":
		return ErrPhone.Say("手机号只能有数字，请核对")
	case digits[0] == '0':
		return ErrPhone.Say("座机号不正确，请写成 0755-12345678")
	case len(digits) != 11:
		return ErrPhone.Say("手机号应为 11 位，现在是 %d 位", len(digits))
	}
	return ErrPhone.Say("手机号应以 13 到 19 开头，请核对")
}

// CheckID checks a resident identity number and returns it in the one form
// that is stored: 18 characters with an upper-case X, or the old 15 digits as they
// are. Rule: GB 11643-1999, check character ISO 7064 MOD 11-2. Other text is ErrID.
func CheckID(s string) (string, error) {
	s = strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s)))
	body, birth := s, ""
	switch len(s) {
	case 18:
		body, birth = s[:17], s[6:14]
	case 15:
		birth = "19" + s[6:12]
	default:
		if strings.Trim(s, "0123456789X") != "" {
			return "", ErrID.Say("身份证号只能有数字和末位 X，请核对")
		}
		return "", ErrID.Say("身份证号应为 18 位，现在是 %d 位", len(s))
	}
	if strings.Trim(body, "0123456789") != "" || len(s) == 18 && !strings.ContainsAny(s[17:], "0123456789X") {
		return "", ErrID.Say("身份证号只能有数字和末位 X，请核对")
	}
	if s[0] == '0' {
		return "", ErrID.Say("身份证号的地区码不存在，请核对")
	}
	if t, err := time.Parse("20060102", birth); err != nil || t.Year() < 1900 || t.Year() > 2100 {
		return "", ErrID.Say("身份证号里的出生日期 %s 不存在，请核对", birth)
	}
	if len(s) == 18 && s[17] != checkDigit(body) {
		return "", ErrID.Say("身份证号的末位校验不对，请核对有没有输错一位")
	}
	return s, nil
}

// checkDigit is the last character of an 18-character number: the weights are
// powers of two modulo 11.
func checkDigit(body string) byte {
	sum := 0
	for i := range len(body) {
		weight := 1
		for range 17 - i {
			weight = weight * 2 % 11
		}
		sum += int(body[i]-'0') * weight
	}
	return "10X98765432"[sum%11]
}

// MaskPhone shows a phone number as 138****5678 and a landline with its area
// code; what is shorter shows less.
func MaskPhone(s string) string {
	if area, _, ok := strings.Cut(s, "-"); ok {
		return mask(s, len(area), 3)
	}
	switch n := len([]rune(s)); {
	case n >= 10:
		return mask(s, 3, 4)
	case n >= 7:
		return mask(s, 2, 2)
	}
	return mask(s, 0, 0)
}

// MaskName leaves the first character of a name: 张*, 欧**.
func MaskName(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + strings.Repeat("*", min(max(len(r)-1, 1), 3))
}

// MaskID shows an identity number as 330106********0031, other papers by
// their first and last two characters.
func MaskID(s string) string {
	switch n := len([]rune(s)); {
	case n == 18:
		return mask(s, 6, 4)
	case n == 15:
		return mask(s, 6, 3)
	case n >= 7:
		return mask(s, 1, 2)
	}
	return mask(s, 0, 0)
}

// mask keeps the ends and the hyphens.
func mask(s string, head, tail int) string {
	runes := []rune(s)
	for i := range runes {
		if i >= head && i < len(runes)-tail && runes[i] != '-' {
			runes[i] = '*'
		}
	}
	return string(runes)
}
