// Package naming is the language in which people spell buildings, units and
// rooms: the names we keep, and the keys that all usual spellings share. Part of estate.
package naming

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"linli/internal/kit/search"
)

// MaxName is the longest name of anything, in characters.
const MaxName = 60

// Clean makes what people type comparable: full-width becomes half-width,
// invisible and control characters go, runs of spaces become one.
func Clean(s string) string {
	return printable(norm.NFKC.String(strings.ToValidUTF8(s, "")))
}

func printable(s string) string {
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

// Sentence makes what people write to each other safe to keep and leaves it as
// it was written: 、，： stay full-width. Invisible and control characters go.
func Sentence(s string) string { return printable(strings.ToValidUTF8(s, "")) }

// Tight is Clean without any space.
func Tight(s string) string { return strings.ReplaceAll(Clean(s), " ", "") }

// Bare takes a number's zeros in front away, so that 01 and 1 are one.
func Bare(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" && Digits(s) {
		return t
	}
	if Digits(s) && s != "" {
		return "0"
	}
	return s
}

// Digits tells whether a text is ASCII digits and nothing else.
func Digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// Cut takes the first tail away that a text has in front of something.
func Cut(s string, tails ...string) string {
	for _, t := range tails {
		if head, ok := strings.CutSuffix(s, t); ok && head != "" {
			return head
		}
	}
	return s
}

// NumberKey is the part of a room key that one name makes: 3栋 → 3. Empty when
// nothing is left.
func NumberKey(s string) string {
	keys := search.RoomKeys("", "", s)
	if len(keys) < 2 {
		return ""
	}
	return keys[1]
}

// BuildingKey is what all spellings of a building share: 3, 3栋, 3# and 三栋 are 3.
// Empty when it cannot be one.
func BuildingKey(s string) string {
	keys := search.RoomKeys(s, "", "1")
	if keys[0] == "0-1" {
		return ""
	}
	return strings.TrimSuffix(keys[1], "-1")
}

// BuildingName is the name of a building as we keep it: 3 is 3栋, a is A座.
func BuildingName(s string) string {
	switch key := BuildingKey(s); {
	case Digits(key) && (Digits(Tight(s)) || strings.HasSuffix(Tight(s), "#")):
		return key + "栋"
	case len(key) == 1 && key >= "a" && key <= "z" && len(Tight(s)) == 1:
		return strings.ToUpper(key) + "座"
	}
	return Tight(s)
}

// UnitKey is empty for rooms without unit, which rosters write as 0.
func UnitKey(s string) string {
	key := strings.TrimSuffix(search.RoomKeys("", s, "1")[0], "-1")
	if key == "0" || strings.Trim(Tight(s), "-/") == "" {
		return ""
	}
	return key
}

// UnitName is the name of a unit as we keep it: 2 is 2单元.
func UnitName(s string) string {
	if key := UnitKey(s); Digits(key) && Digits(Tight(s)) {
		return key + "单元"
	}
	return Tight(s)
}

// RoomName is the name of a room as we keep it: 1502室 is 1502.
func RoomName(s string) string { return Cut(Tight(s), "室", "房") }

// RoomKeys is search.RoomKeys for parts whose keys are known, with a short way
// for plain numbers, because bulk commands make a million of them.
func RoomKeys(building, unit, room string) []string {
	if unit == "" {
		unit = "0"
	}
	if Digits(building) && Digits(unit) && Digits(room) {
		room = Bare(room)
		return []string{building + "-" + unit + "-" + room, building + "-" + room, room}
	}
	return search.RoomKeys(building, unit, room)
}

// SortKey orders names as people count: 2栋 before 10栋. Numbers get their
// length in front.
func SortKey(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		if j > i {
			n := Bare(s[i:j])
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

// FloorKey orders floors with the cellar first.
func FloorKey(floor int) string { return SortKey(strconv.Itoa(floor + 1000)) }

// FullKeys are the complete keys that a room as people spell it may have, for
// RoomsByKey: its parts, or all of it in one text. None when it cannot be a room.
func FullKeys(building, unit, room string) []string {
	if b := BuildingKey(building); building != "" && b != "" && NumberKey(RoomName(room)) != "" {
		return RoomKeys(b, UnitKey(unit), RoomName(room))[:1]
	}
	key, ok := search.RoomKey(room)
	if !ok {
		return nil
	}
	for i, c := range key {
		if c == '-' {
			return []string{key, key[:i] + "-0" + key[i:]}
		}
	}
	return nil
}
