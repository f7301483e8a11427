// Package search turns names, rooms and what people type into keys that meet
// in a plain index: two characters of a name, a surname, pinyin in full, by
// beginning or by initials, and a room in every usual spelling. It is pure
// text; the tables are the rooms'. Columns that hold tokens need the C
// collation. Kit.
package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"linli/internal/kit/fault"
)

// What a name is refused for.
var (
	ErrEmpty     = fault.New(fault.Invalid, "text_empty", "不能为空，请填写")
	ErrCharacter = fault.New(fault.Invalid, "text_character", "含有看不见或认不出的字符，请重新输入")
)

// maxMarks is how many combining marks one letter may carry; Vietnamese and
// Tibetan need up to three.
const maxMarks = 4

// Normalize is the form in which texts are compared: full-width letters become
// half-width, upper case lower, any middle dot of a name ·, spaces one space,
// and characters that cannot be seen disappear.
func Normalize(s string) string {
	s = strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, "")))
	var out strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError:
			continue
		case isDot(r):
			r = '·'
		case r == 'ü':
			r = 'v'
		}
		if space && out.Len() > 0 {
			out.WriteByte(' ')
		}
		space = false
		out.WriteRune(r)
	}
	return dotsInNames(out.String())
}

func isDot(r rune) bool { return strings.ContainsRune("·•・‧∙⋅●᛫ꞏ", r) }

// dotsInNames turns a full stop between two characters that are not ASCII
// into a middle dot: 阿卜杜拉.买买提.
func dotsInNames(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	runes := []rune(s)
	for i := 1; i+1 < len(runes); i++ {
		if runes[i] == '.' && runes[i-1] > unicode.MaxASCII && runes[i+1] > unicode.MaxASCII {
			runes[i] = '·'
		}
	}
	return string(runes)
}

// Fold is Normalize without spaces, dots and apostrophes: tokens and queries
// both go through it, so that any way of writing them meets.
func Fold(s string) string {
	// What is left may compose anew where a space stood before a mark, so it is
	// folded until it stays as it is; two rounds are enough for any name.
	for range 4 {
		folded := strings.Map(func(r rune) rune {
			if r == ' ' || r == '·' || r == '\'' || r == '’' {
				return -1
			}
			return r
		}, Normalize(s))
		if folded == s {
			break
		}
		s = folded
	}
	return s
}

// CleanName prepares a name for storing as it was meant: trimmed of every kind
// of space, composed, inner spaces single. ErrEmpty when nothing is left,
// ErrCharacter for control and format characters (right-to-left override,
// zero width …), broken UTF-8 and piled-up marks. Emoji keep their joiners.
func CleanName(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrCharacter
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, s)
	s = norm.NFC.String(strings.Trim(s, " "))
	if s == "" {
		return "", ErrEmpty
	}
	runes := []rune(s)
	marks := 0
	for i, r := range runes {
		if r == '\u200D' && joinsEmoji(runes, i) {
			continue
		}
		if !allowed(r) {
			return "", ErrCharacter.Say("第 %d 个字符看不见或认不出（U+%04X），请重新输入", i+1, r)
		}
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > maxMarks {
			return "", ErrCharacter.Say("第 %d 个字符上叠加的符号太多，请重新输入", i+1-marks)
		}
	}
	return strings.Join(strings.Fields(s), " "), nil
}

func allowed(r rune) bool {
	if r == utf8.RuneError || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF {
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}

func joinsEmoji(runes []rune, i int) bool {
	if i == 0 || i+1 == len(runes) {
		return false
	}
	before := runes[i-1]
	return (unicode.In(before, unicode.So, unicode.Sk) || before == '\uFE0F') && unicode.Is(unicode.So, runes[i+1])
}

// PrefixRange bounds the tokens that begin with what was typed: lo ≤ token < hi
// in byte order. Both are empty when nothing was typed.
func PrefixRange(q string) (lo, hi string) { return KeyRange(Fold(q)) }

// KeyRange is PrefixRange for a key that is already in its stored form, such
// as one of QueryRoomKeys.
func KeyRange(key string) (lo, hi string) {
	runes := []rune(key)
	for n := len(runes); n > 0; n-- {
		last := runes[n-1] + 1
		if last >= 0xD800 && last <= 0xDFFF {
			last = 0xE000
		}
		if last <= unicode.MaxRune {
			return key, string(runes[:n-1]) + string(last)
		}
	}
	return key, ""
}

// Kind says what a query can be; several bits may be set.
type Kind uint8

// The kinds of queries. 1101 is both a room and the end of a phone number.
const (
	Room Kind = 1 << iota
	PhoneFull
	PhoneTail // exactly four digits
	Pinyin    // letters only
	Name      // holds characters beyond ASCII
)

// Has reports whether all bits of k are set.
func (kind Kind) Has(k Kind) bool { return kind&k == k }

// Classify says which indexes a query is to be looked up in. Zero means none.
func Classify(q string) Kind {
	folded := Fold(q)
	if folded == "" {
		return 0
	}
	var kind Kind
	digits, letters, other := 0, 0, 0
	for _, r := range folded {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z':
			letters++
		case r > unicode.MaxASCII:
			other++
		}
	}
	if isPhone(folded) {
		return PhoneFull
	}
	if key, ok := RoomKey(q); ok {
		kind |= Room
		if digits > 0 && other > 0 && !hasHan(key) {
			return kind
		}
	}
	if digits == 4 && len(folded) == 4 {
		kind |= PhoneTail
	}
	if letters > 0 && digits == 0 && other == 0 {
		kind |= Pinyin
	}
	if other > 0 || letters > 0 && digits > 0 {
		kind |= Name
	}
	return kind
}

func hasHan(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}

// isPhone knows a mobile number with or without +86 and a landline with its
// area code.
func isPhone(s string) bool {
	s = strings.NewReplacer("-", "", "(", "", ")", "").Replace(s)
	if trimmed, ok := strings.CutPrefix(s, "+86"); ok {
		s = trimmed
	} else if len(s) == 13 {
		s = strings.TrimPrefix(s, "86")
	}
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return false
	}
	return len(s) == 11 && s[0] == '1' || s[0] == '0' && len(s) >= 10 && len(s) <= 12
}
