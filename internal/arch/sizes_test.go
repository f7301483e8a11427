package arch

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"sort"
	"strings"
)

// sizes is rule 8 for files, functions and rooms.
func sizes(tr *tree) []finding {
	var out []finding
	rooms := map[string]int{}
	for _, s := range tr.product() {
		if _, ok := floors[room(s.dir)]; ok {
			rooms[s.dir] += s.lines // a language inside a room is split off already
		}
		if s.lines > maxFileLines {
			out = append(out, finding{s.path, 1, fmt.Sprintf("%d lines", s.lines), fmt.Sprintf("split it by noun; %d lines are the limit", maxFileLines)})
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := tr.fset.Position(f.End()).Line - tr.line(f) + 1; n > maxFuncLines && !isTable(f) {
				out = append(out, finding{s.path, tr.line(f), fmt.Sprintf("func %s has %d lines", f.Name.Name, n), fmt.Sprintf("name its steps; %d lines are the limit", maxFuncLines)})
			}
		}
	}
	for _, x := range tr.texts {
		front := path.Ext(x.path) == ".vue" || path.Ext(x.path) == ".ts" && !strings.Contains(x.path, ".test.") && !strings.HasSuffix(x.path, "schema.d.ts")
		if n := strings.Count(x.body, "\n"); front && n > maxFileLines {
			out = append(out, finding{x.path, 1, fmt.Sprintf("%d lines", n), "move a part of the page into a component or composable"})
		}
	}
	for r, n := range rooms {
		limit := maxRoomLines
		if wide, ok := wideRooms[room(r)]; ok {
			limit = wide
		}
		if n > limit {
			out = append(out, finding{r, 1, fmt.Sprintf("the room has %d lines", n), fmt.Sprintf("split the room; %d lines are the limit", limit)})
		}
	}
	return out
}

// isTable tells a function that only looks up: one switch whose every case
// returns a value. Its length is the length of its data.
func isTable(f *ast.FuncDecl) bool {
	if f.Body == nil || len(f.Body.List) == 0 || len(f.Body.List) > 2 {
		return false
	}
	sw, ok := f.Body.List[0].(*ast.SwitchStmt)
	if !ok {
		return false
	}
	for _, c := range sw.Body.List {
		body := c.(*ast.CaseClause).Body
		if len(body) != 1 {
			return false
		}
		if _, ok := body[0].(*ast.ReturnStmt); !ok {
			return false
		}
	}
	return true
}

var required = regexp.MustCompile(`^\s*(?:require\s+)?([a-z0-9.\-]+\.[a-z]+/\S+)\s+v\S+(\s+// indirect)?`)

// dependencies is rule 8 for what we build on: few, and each with its reason.
func dependencies(tr *tree) []finding {
	const page = "docs/dependencies.md"
	reasons := tr.text(page)
	var out []finding
	direct := 0
	for i, l := range strings.Split(tr.text("go.mod"), "\n") {
		m := required.FindStringSubmatch(l)
		if m == nil || m[2] != "" {
			continue
		}
		direct++
		if !strings.Contains(reasons, "`"+m[1]+"`") {
			out = append(out, finding{"go.mod", i + 1, m[1] + " has no reason in " + page, "say there what it is for and why not without it"})
		}
	}
	if direct > maxDependencies {
		out = append(out, finding{"go.mod", 1, fmt.Sprintf("%d direct dependencies", direct), fmt.Sprintf("%d are the limit", maxDependencies)})
	}
	for _, x := range tr.texts {
		if path.Base(x.path) != "package.json" {
			continue
		}
		var p struct{ Dependencies, DevDependencies map[string]string }
		if err := json.Unmarshal([]byte(x.body), &p); err != nil {
			out = append(out, finding{x.path, 1, err.Error(), "mend the JSON"})
			continue
		}
		names := []string{}
		for _, list := range []map[string]string{p.Dependencies, p.DevDependencies} {
			for n, v := range list {
				if !exact.MatchString(v) {
					out = append(out, finding{x.path, lineOf(x.body, `"`+n+`"`), n + " is pinned to no exact version: " + v, "write the exact version"})
				}
				names = append(names, n)
			}
		}
		sort.Strings(names)
		for _, n := range names {
			if !strings.Contains(reasons, "`"+n+"`") {
				out = append(out, finding{x.path, lineOf(x.body, `"`+n+`"`), n + " has no reason in " + page, "say there what it is for"})
			}
		}
	}
	return out
}

var exact = regexp.MustCompile(`^\d+\.\d+\.\d+[\w.\-]*$`)

func lineOf(body, word string) int {
	before, _, ok := strings.Cut(body, word)
	if !ok {
		return 1
	}
	return strings.Count(before, "\n") + 1
}

var unfinishedWords = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|[Nn]ot implemented yet|敬请期待|暂未开放`)

// unfinished: what is not working is not there.
func unfinished(tr *tree) []finding {
	const mend = "finish it, or take it out and write an issue"
	var out []finding
	for _, s := range tr.files {
		if room(s.dir) == "arch" {
			continue
		}
		for _, g := range s.file.Comments {
			for _, c := range g.List {
				if m := unfinishedWords.FindString(c.Text); m != "" {
					out = append(out, finding{s.path, tr.line(c), "“" + m + "” in a comment", mend})
				}
			}
		}
		if !s.test {
			continue
		}
		out = append(out, skips(tr, s)...)
	}
	for _, x := range tr.texts {
		if ext := path.Ext(x.path); ext != ".vue" && ext != ".ts" && ext != ".mjs" && ext != ".sql" {
			continue
		}
		for i, l := range strings.Split(x.body, "\n") {
			if m := unfinishedWords.FindString(l); m != "" {
				out = append(out, finding{x.path, i + 1, "“" + m + "”", mend})
			}
		}
	}
	return out
}

// skips finds t.Skip of the testing package; rapid's t.Skip only throws one
// generated case away.
func skips(tr *tree, s *source) []finding {
	var out []finding
	var walk func(n ast.Node, kind string)
	walk = func(n ast.Node, kind string) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				walk(m.Body, tOf(m.Type, kind))
				return false
			case *ast.SelectorExpr:
				x, ok := m.X.(*ast.Ident)
				if ok && x.Name == "t" && strings.HasPrefix(m.Sel.Name, "Skip") && m.Sel.Name != "Skipped" && kind == "testing" {
					out = append(out, finding{s.path, tr.line(m), "a test that skips itself", "let it run or delete it; a missing PostgreSQL is dbtest's business"})
				}
			}
			return true
		})
	}
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			walk(f.Body, tOf(f.Type, ""))
		}
	}
	return out
}

// tOf is the package that the parameter t of a function comes from; before is
// that of the function around it.
func tOf(f *ast.FuncType, before string) string {
	for _, p := range f.Params.List {
		for _, n := range p.Names {
			star, ok := p.Type.(*ast.StarExpr)
			if n.Name != "t" || !ok {
				continue
			}
			if sel, ok := star.X.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok {
					return x.Name
				}
			}
		}
	}
	return before
}
