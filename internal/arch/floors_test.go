package arch

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"sort"
	"strings"
)

// importsPointDown is rule 1.
func importsPointDown(tr *tree) []finding {
	var out []finding
	homeless := map[string]bool{}
	for _, s := range tr.files {
		from := room(s.dir)
		if from == "" || from == "arch" {
			continue
		}
		if _, ok := floors[from]; !ok && !strings.Contains(" kit app outside cmd web ", " "+from+" ") && !above[from] && !homeless[from] {
			homeless[from] = true
			out = append(out, finding{s.path, 1, "room " + from + " stands on no floor", "give it a floor in internal/arch/plan_test.go and in docs/architecture.md"})
			continue
		}
		tr.imports(s, func(dir string, line int) {
			if what := forbidden(s, from, dir); what != "" {
				out = append(out, finding{s.path, line, what, "call only downwards with the open tx; news for above is an event, a page over several rooms belongs in screen, an interface for above is a socket plugged in app"})
			}
		})
	}
	return out
}

// forbidden says why a file of one room may not import a folder; "" is allowed.
func forbidden(s *source, from, dir string) string {
	to := room(dir)
	if to == from || to == "kit" {
		return ""
	}
	switch {
	case from == "kit" || from == "web":
		return fmt.Sprintf("%s knows no room, but imports %s", from, dir)
	case from == "cmd":
		if to != "app" && to != "web" && !above[to] {
			return "cmd is thin and reaches the rooms only through app, but imports " + dir
		}
		return ""
	case from == "app":
		if to == "cmd" || to == "arch" || above[to] {
			return "app imports " + dir
		}
		return ""
	case above[from]:
		if to == "cmd" || to == "arch" || above[to] {
			return fmt.Sprintf("%s imports %s", from, dir)
		}
		return ""
	case from == "outside":
		if !sockets[to] {
			return "the street imports the kit and the room whose socket it fills, not " + dir
		}
		return ""
	}
	here, there, known := floors[from], floors[to], false
	_, known = floors[to]
	switch {
	case !known:
		return fmt.Sprintf("room %s imports %s, which is no room", from, dir)
	case there == here:
		return fmt.Sprintf("room %s imports its neighbour %s on floor %d", from, to, there)
	case there > here:
		return fmt.Sprintf("room %s (floor %d) imports %s above it (floor %d)", from, here, to, there)
	}
	for _, n := range never[from] {
		if n == to {
			return fmt.Sprintf("%s must never import %s", from, to)
		}
	}
	return ""
}

var roomEnd = regexp.MustCompile(`Floor (\d+)\. Uses: ([a-z, ]+)\.$`)

// packageComments is rule 2.
func packageComments(tr *tree) []finding {
	var out []finding
	for dir, files := range byFolder(tr.product()) {
		r := room(dir)
		if r == "" || r == "arch" {
			continue
		}
		doc, at := "", finding{path: files[0].path, line: 1}
		for _, s := range files {
			if s.file.Doc != nil {
				doc = strings.Join(strings.Fields(s.file.Doc.Text()), " ")
				at = finding{path: s.path, line: tr.line(s.file.Name)}
			}
		}
		if at.what, at.mend = comment(tr, r, dir, doc, files); at.what != "" {
			out = append(out, at)
		}
	}
	return out
}

func comment(tr *tree, r, dir, doc string, files []*source) (what, mend string) {
	floor, isRoom := floors[r]
	switch {
	case doc == "":
		return "package " + dir + " has no package comment", "say in a sentence what the package is, above its package clause"
	case r == "kit":
		if !strings.HasSuffix(doc, " Kit.") {
			return "the comment of a kit package ends with “Kit.”", "add it"
		}
	case isRoom && dir != "internal/"+r:
		if end := "Part of " + r + "."; !strings.HasSuffix(doc, end) {
			return "the comment of a package inside a room ends with “" + end + "”", "add it"
		}
	case isRoom:
		m := roomEnd.FindStringSubmatch(doc)
		truth := fmt.Sprintf("Floor %d. Uses: %s.", floor, used(tr, r, files))
		if m == nil || m[1] != fmt.Sprint(floor) || !sameRooms(m[2], used(tr, r, files)) {
			return "the comment of room " + r + " does not end with the truth", "end it with “" + truth + "”"
		}
	}
	return "", ""
}

// sameRooms compares two lists; their order is the author's.
func sameRooms(a, b string) bool {
	x, y := strings.Split(a, ", "), strings.Split(b, ", ")
	sort.Strings(x)
	sort.Strings(y)
	return strings.Join(x, " ") == strings.Join(y, " ")
}

// used lists the rooms that the files of one room import, or "nothing".
func used(tr *tree, r string, files []*source) string {
	rooms := map[string]bool{}
	for _, s := range files {
		tr.imports(s, func(dir string, _ int) {
			if to := room(dir); to != r && to != "kit" && to != "" {
				rooms[to] = true
			}
		})
	}
	if len(rooms) == 0 {
		return "nothing"
	}
	list := []string{}
	for r := range rooms {
		list = append(list, r)
	}
	sort.Slice(list, func(i, j int) bool {
		if floors[list[i]] != floors[list[j]] {
			return floors[list[i]] < floors[list[j]]
		}
		return list[i] < list[j]
	})
	return strings.Join(list, ", ")
}

func byFolder(files []*source) map[string][]*source {
	out := map[string][]*source{}
	for _, s := range files {
		out[s.dir] = append(out[s.dir], s)
	}
	return out
}

// permissions is rule 6 as far as the source shows it: every operation names
// its permission or stands in one of two short lists.
func permissions(tr *tree) []finding {
	var out []finding
	for _, s := range tr.product() {
		if room(s.dir) == "kit" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || lit.Type == nil {
				return true
			}
			if pkg, name := called(s, lit.Type); pkg != module+"/internal/kit/web" || name != "Op" {
				return true
			}
			op := map[string]ast.Expr{}
			for _, e := range lit.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if k, ok := kv.Key.(*ast.Ident); ok {
						op[k.Name] = kv.Value
					}
				}
			}
			id := "?"
			if op["ID"] != nil {
				id, _ = joined(op["ID"])
			}
			_, named := op["Permission"]
			if p, ok := op["Public"].(*ast.Ident); ok && p.Name == "true" {
				if !publicOperations[id] {
					out = append(out, finding{s.path, tr.line(lit), "operation " + id + " is public", "give it a permission, or list it under publicOperations in internal/arch/plan_test.go with good reason"})
				}
			} else if !named && !anySignedIn[id] {
				out = append(out, finding{s.path, tr.line(lit), "operation " + id + " names no permission", "give it one, or list it under anySignedIn in internal/arch/plan_test.go"})
			}
			return true
		})
	}
	return out
}

var badWords = regexp.MustCompile(`(?i)^(utils?|common|helpers?|misc|base|shared)$`)

// words keeps names that say nothing out of the house.
func words(tr *tree) []finding {
	const mend = "name it after what it is or does, in the field's terms (docs/glossary.md)"
	var out []finding
	for _, s := range tr.product() {
		if base := strings.TrimSuffix(path.Base(s.path), ".go"); badWords.MatchString(base) || badWords.MatchString(path.Base(s.dir)) {
			out = append(out, finding{s.path, 1, "a file or package called " + base + " collects what belongs nowhere", mend})
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				// GetStatus is asked for by huma's StatusError.
				if n := d.Name.Name; getter.MatchString(n) && n != "GetStatus" {
					out = append(out, finding{s.path, tr.line(d), n + " begins with Get", "reads are nouns: Bills, not GetBills"})
				}
			case *ast.GenDecl:
				for _, sp := range d.Specs {
					if ts, ok := sp.(*ast.TypeSpec); ok && strings.HasSuffix(ts.Name.Name, "Impl") {
						out = append(out, finding{s.path, tr.line(ts), ts.Name.Name + " ends in Impl", mend})
					}
				}
			}
		}
	}
	return out
}

var getter = regexp.MustCompile(`^Get[A-Z]`)
