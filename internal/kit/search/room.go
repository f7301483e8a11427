package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var (
	numeral   = regexp.MustCompile(`([零〇一二三四五六七八九十]+)(号楼|号院|栋|幢|座|期|单元|门|梯|号|楼|室|层|区)`)
	marker    = regexp.MustCompile(`([0-9a-z甲乙丙丁东西南北中])\s*(?:号楼|号院|栋|幢|座|单元)|([0-9a-z])\s*(?:门|梯|期|楼|号|#|室|户|房)`)
	separator = regexp.MustCompile(`[-‐‑–—―−_/\\、,.·|~#\s]+`)
	zeros     = regexp.MustCompile(`(^|[^0-9])0+([0-9])`)
	onlyHan   = regexp.MustCompile(`^[零〇一二三四五六七八九十]+$`)
)

// maxRoomKey bounds a key in bytes; longer text is no room.
const maxRoomKey = 60

// RoomKey brings one spelling of a room to its key: 1栋1单元101室, 1#1-101,
// １－１－１０１ and 1-1-101 are all 1-1-101. False when the text cannot be a
// room. The key of 1栋101 is 1-101, which is one of the RoomKeys of every room 101
// in building 1.
func RoomKey(s string) (string, bool) {
	key := canonical(s)
	if key == "" || len(key) > maxRoomKey || !strings.ContainsAny(key, "0123456789") {
		return "", false
	}
	if strings.Trim(key, "0123456789") == "" && len(key) > 6 {
		return "", false
	}
	for _, r := range key {
		if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return "", false
		}
	}
	return key, true
}

// RoomKeys are the keys under which a stored room is found; the first is the
// complete one and tells rooms of a project apart (no unit and unit 0 are the same).
// Parts may carry their words (1栋, 一单元, 101室) or not, and a room's own
// number may hold a hyphen.
func RoomKeys(building, unit, room string) []string {
	b, u, r := canonicalPart(building), canonicalPart(unit), canonicalPart(room)
	if u == "" || u == "无" {
		u = "0"
	}
	if r == "" {
		return nil
	}
	join := func(parts ...string) string {
		return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "-")
	}
	keys := []string{join(b, u, r), join(b, r), r}
	for _, own := range []string{join(b, u), b} {
		if short, ok := strings.CutPrefix(r, own+"-"); ok && own != "" {
			keys = append(keys, join(b, u, short), join(b, short), short)
			break
		}
	}
	return withSqueezed(keys)
}

// QueryRoomKeys are the keys to look a typed room up by: exactly, or by
// KeyRange while it is being typed. None when it cannot be a room.
func QueryRoomKeys(q string) []string {
	key, ok := RoomKey(q)
	if !ok {
		return nil
	}
	return withSqueezed([]string{key})
}

// withSqueezed adds to each key the form without hyphens between letters and
// digits, so that A101, A-101 and A栋101 meet.
func withSqueezed(keys []string) []string {
	out := make([]string, 0, 2*len(keys))
	add := func(k string) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, k := range keys {
		add(k)
	}
	for _, k := range keys {
		add(squeeze(k))
	}
	return out
}

func squeeze(key string) string {
	runes := []rune(key)
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		if r == '-' && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) != unicode.IsDigit(runes[i+1]) {
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

func canonicalPart(s string) string {
	s = Normalize(s)
	if onlyHan.MatchString(s) {
		s = hanNumber(s)
	}
	return canonical(s)
}

func canonical(s string) string {
	s = Normalize(s)
	s = numeral.ReplaceAllStringFunc(s, func(m string) string {
		parts := numeral.FindStringSubmatch(m)
		return hanNumber(parts[1]) + parts[2]
	})
	s = marker.ReplaceAllString(s, "$1$2-")
	s = strings.Trim(separator.ReplaceAllString(s, "-"), "-")
	return zeros.ReplaceAllString(s, "$1$2")
}

// hanNumber reads 一 to 九十九 and digits in a row (一〇一); other text stays.
func hanNumber(s string) string {
	const digits = "零一二三四五六七八九"
	value := func(r rune) int {
		if r == '〇' {
			return 0
		}
		return strings.IndexRune(digits, r) / len("零")
	}
	tens, ones, found := strings.Cut(s, "十")
	if !found {
		var out strings.Builder
		for _, r := range s {
			out.WriteString(strconv.Itoa(value(r)))
		}
		return out.String()
	}
	t, o := []rune(tens), []rune(ones)
	if len(t) > 1 || len(o) > 1 || strings.Contains(ones, "十") {
		return s
	}
	n := 10
	if len(t) == 1 {
		n = 10 * value(t[0])
	}
	if len(o) == 1 {
		n += value(o[0])
	}
	return strconv.Itoa(n)
}
