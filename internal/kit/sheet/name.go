package sheet

import (
	"path/filepath"
	"strings"
	"unicode"
)

// PlainName keeps what can be shown and stored of the name that a file was sent
// under: no folders, no invisible or direction-changing characters, at most 120
// characters with the extension kept.
func PlainName(name string) string {
	const longest = 120
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if name == "" || name == "." || name == ".." {
		return "未命名"
	}
	if r := []rune(name); len(r) > longest {
		ext := []rune(filepath.Ext(name))
		if len(ext) > 10 {
			ext = nil
		}
		name = string(r[:longest-len(ext)]) + string(ext)
	}
	return name
}
