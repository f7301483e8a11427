package arch

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"
)

var (
	title    = regexp.MustCompile("(?m)^\\s*(?:test|it)(?:\\.only)?\\(\\s*['\"`]((?:\\[[A-Z]\\d+\\]\\s*)+)")
	rowID    = regexp.MustCompile(`\[([A-Z]\d+)\]`)
	tableRow = regexp.MustCompile(`^\| ([A-Z]\d+) \|.*\| ([^|]*) \|$`)
	fileName = regexp.MustCompile("`([^`]+)`")
)

// requirementsShown compares the column “shown by” with the titles of the
// browser tests, both ways.
func requirementsShown(tr *tree) []finding {
	const pagePath = "docs/requirements.md"
	shown := map[string]map[string]bool{} // row → files
	for _, x := range tr.texts {
		if !strings.HasPrefix(x.path, "e2e/tests/") || path.Ext(x.path) != ".mjs" {
			continue
		}
		for _, m := range title.FindAllStringSubmatch(x.body, -1) {
			for _, id := range rowID.FindAllStringSubmatch(m[1], -1) {
				if shown[id[1]] == nil {
					shown[id[1]] = map[string]bool{}
				}
				shown[id[1]][strings.TrimSuffix(path.Base(x.path), ".test.mjs")] = true
			}
		}
	}
	var out []finding
	for i, l := range strings.Split(tr.text(pagePath), "\n") {
		m := tableRow.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		said := map[string]bool{}
		for _, f := range fileName.FindAllStringSubmatch(m[2], -1) {
			said[f[1]] = true
		}
		if a, b := sorted(said), sorted(shown[m[1]]); a != b {
			out = append(out, finding{pagePath, i + 1, fmt.Sprintf("row %s says %s, the test titles say %s", m[1], a, b), "name exactly the files of e2e/tests whose titles carry [" + m[1] + "], as `file`, or –"})
		}
		delete(shown, m[1])
	}
	for id, files := range shown {
		out = append(out, finding{pagePath, 1, fmt.Sprintf("%s names the row %s, which does not exist", sorted(files), id), "correct the title"})
	}
	return out
}

func sorted(set map[string]bool) string {
	list := []string{}
	for s := range set {
		list = append(list, s)
	}
	if len(list) == 0 {
		return "–"
	}
	sort.Strings(list)
	return strings.Join(list, ", ")
}

var picture = regexp.MustCompile(`!\[[^\]]*\]\(([^)]+)\)`)

// pictures finds those that a page of docs shows and that are not there, and
// those of the guides that no page shows.
func pictures(tr *tree) []finding {
	const guide = "docs/guide/"
	there, shown := map[string]bool{}, map[string]bool{}
	for _, x := range tr.texts {
		there[x.path] = path.Ext(x.path) == ".png"
	}
	var out []finding
	for _, x := range tr.texts {
		if !strings.HasPrefix(x.path, "docs/") || path.Ext(x.path) != ".md" {
			continue
		}
		for i, l := range strings.Split(x.body, "\n") {
			for _, m := range picture.FindAllStringSubmatch(l, -1) {
				file := path.Join(path.Dir(x.path), m[1])
				if shown[file] = true; !there[file] {
					out = append(out, finding{x.path, i + 1, m[1] + " is not there", "run the browser test that makes it with KEEP=1, or take it out"})
				}
			}
		}
	}
	for file := range there {
		if there[file] && strings.HasPrefix(file, guide) && !shown[file] {
			out = append(out, finding{file, 1, "no page shows this picture", "show it in a guide, or delete it and the keep of its test"})
		}
	}
	return out
}
