package estate

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"linli/internal/kit/search"
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

func cut(s string, tails ...string) string {
	for _, t := range tails {
		if head, ok := strings.CutSuffix(s, t); ok && head != "" {
			return head
		}
	}
	return s
}

// numberKey is the part of a room key that one name makes: 3栋 → 3. Empty when
// nothing is left.
func numberKey(s string) string {
	keys := search.RoomKeys("", "", s)
	if len(keys) < 2 {
		return ""
	}
	return keys[1]
}

func buildingKey(s string) string {
	keys := search.RoomKeys(s, "", "1")
	if keys[0] == "0-1" {
		return ""
	}
	return strings.TrimSuffix(keys[1], "-1")
}

func buildingName(s string) string {
	switch key := buildingKey(s); {
	case digits(key) && (digits(tight(s)) || strings.HasSuffix(tight(s), "#")):
		return key + "栋"
	case len(key) == 1 && key >= "a" && key <= "z" && len(tight(s)) == 1:
		return strings.ToUpper(key) + "座"
	}
	return tight(s)
}

// unitKey is empty for rooms without unit, which rosters write as 0.
func unitKey(s string) string {
	key := strings.TrimSuffix(search.RoomKeys("", s, "1")[0], "-1")
	if key == "0" || strings.Trim(tight(s), "-/") == "" {
		return ""
	}
	return key
}

func unitName(s string) string {
	if key := unitKey(s); digits(key) && digits(tight(s)) {
		return key + "单元"
	}
	return tight(s)
}

func roomName(s string) string { return cut(tight(s), "室", "房") }

// roomKeys is search.RoomKeys for parts whose keys are known, with a short way
// for plain numbers, because bulk commands make a million of them.
func roomKeys(building, unit, room string) []string {
	if unit == "" {
		unit = "0"
	}
	if digits(building) && digits(unit) && digits(room) {
		room = bare(room)
		return []string{building + "-" + unit + "-" + room, building + "-" + room, room}
	}
	return search.RoomKeys(building, unit, room)
}

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
