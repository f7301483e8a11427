package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

const (
	maxReadings  = 4  // combinations of polyphones per name
	maxMixed     = 4  // characters up to which every mixture of full and initials is indexed
	maxNameRunes = 64 // longer names are indexed by their beginning
)

// NameTokens are the index entries of a name. What people type finds the name
// when it is the beginning of one of them: from any character on (陈建国, 建国,
// 国), and in pinyin from any character on, in full (chenjianguo), by initials
// (cjg) or mixed (chenjg, chenjiang…). Entries that another entry begins with are
// left out. Dots and spaces do not matter.
func NameTokens(name string) []string {
	runes, starts := split(name)
	if len(runes) == 0 {
		return nil
	}
	tokens := make([]string, 0, 8*len(starts))
	for _, i := range starts {
		tokens = append(tokens, string(runes[i:]))
	}
	if hasHan(string(runes)) {
		for _, reading := range readings(runes) {
			for _, i := range starts {
				tokens = appendPinyin(tokens, reading[i:])
			}
		}
	}
	return dropBeginnings(tokens)
}

// PinyinKey is the key by which names are sorted: the pinyin of the first
// reading, syllables apart, then the name itself.
func PinyinKey(name string) string {
	runes := []rune(Fold(name))
	if len(runes) == 0 {
		return ""
	}
	return strings.Join(readings(runes[:min(len(runes), maxNameRunes)])[0], " ") + " " + string(runes)
}

// split folds a name and finds the places where a search may begin: every
// character, but of letters and digits only the first of a word.
func split(name string) (runes []rune, starts []int) {
	fresh := true
	for _, r := range Normalize(name) {
		if Fold(string(r)) == "" {
			fresh = true
			continue
		}
		if len(runes) == maxNameRunes {
			break
		}
		inWord := !fresh && latin(r) && latin(runes[len(runes)-1])
		if !inWord && !unicode.Is(unicode.M, r) {
			starts = append(starts, len(runes))
		}
		runes, fresh = append(runes, r), false
	}
	return runes, starts
}

func latin(r rune) bool {
	return !unicode.Is(unicode.Han, r) && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func appendPinyin(tokens, syllables []string) []string {
	full := strings.Join(syllables, "")
	var initials strings.Builder
	offsets := make([]int, len(syllables)+1)
	for i, s := range syllables {
		if s != "" {
			initials.WriteRune([]rune(s)[0])
		}
		offsets[i+1] = initials.Len()
	}
	first := initials.String()
	tokens = append(tokens, full, first)
	last := len(syllables) - 1
	if len(syllables) > maxMixed {
		last = 1
	}
	for k := 1; k <= last; k++ {
		tokens = append(tokens, strings.Join(syllables[:k], "")+first[offsets[k]:])
	}
	return tokens
}

// readings spells a name in pinyin, the likeliest way first. What has no
// pinyin stands for itself.
func readings(runes []rune) [][]string {
	choices := make([][]string, len(runes))
	for i, r := range runes {
		choices[i] = syllables(r)
	}
	if own := lookup(surnameTable, string(runes[0])); own != nil && len(runes) <= maxMixed {
		choices[0] = unique(append(own, choices[0]...))
	}
	if len(runes) >= 2 {
		for i, s := range lookup(compoundTable, string(runes[:2])) {
			choices[i] = unique(append([]string{s}, choices[i]...))
		}
	}
	base := make([]string, len(runes))
	for i, c := range choices {
		base[i] = c[0]
	}
	all := [][]string{base}
	for i, c := range choices {
		for _, reading := range c[1:] {
			for _, known := range slices.Clone(all) {
				if len(all) == maxReadings {
					return all
				}
				other := slices.Clone(known)
				other[i] = reading
				all = append(all, other)
			}
		}
	}
	return all
}

// syllables are the readings of one character without tones.
func syllables(r rune) []string {
	if own := lookup(polyphoneTable, string(r)); own != nil {
		return own
	}
	args := pinyin.Args{Style: pinyin.Normal}
	found := pinyin.SinglePinyin(r, args)
	if len(found) == 0 {
		return []string{string(r)}
	}
	s := strings.ReplaceAll(found[0], "ü", "v")
	if strings.HasPrefix(s, "lv") || strings.HasPrefix(s, "nv") {
		// 吕 is typed lv, written Lyu in passports and Lu on many cards.
		return unique([]string{s, s[:1] + "yu" + s[2:], s[:1] + "u" + s[2:]})
	}
	return []string{s}
}

func unique(list []string) []string {
	out := list[:0:0]
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// dropBeginnings sorts tokens and leaves out those that another begins with.
func dropBeginnings(tokens []string) []string {
	slices.Sort(tokens)
	out := tokens[:0]
	for i, t := range tokens {
		if t == "" || i+1 < len(tokens) && strings.HasPrefix(tokens[i+1], t) {
			continue
		}
		out = append(out, t)
	}
	return out
}
