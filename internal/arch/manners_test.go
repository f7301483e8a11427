package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// noState is the first half of rule 5: no init, no package variables that
// change. Errors, embedded files and tables that nobody writes to are constants
// in spirit.
func noState(tr *tree) []finding {
	var out []finding
	for _, files := range byFolder(tr.product()) {
		if room(files[0].dir) == "" || under(files[0].path, rootContext) {
			continue
		}
		written := writtenNames(files)
		for _, s := range files {
			out = append(out, stateOf(tr, s, written)...)
		}
	}
	return out
}

func stateOf(tr *tree, s *source, written map[string]bool) []finding {
	const mend = "keep it in a Service that New builds and app wires"
	var out []finding
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				out = append(out, finding{s.path, tr.line(d), "func init runs behind the reader's back", mend})
			}
		case *ast.GenDecl:
			if d.Tok != token.VAR {
				continue
			}
			for _, sp := range d.Specs {
				v := sp.(*ast.ValueSpec)
				if embedded(d, v) {
					continue
				}
				for i, name := range v.Names {
					if name.Name != "_" && (written[name.Name] || i >= len(v.Values) || !constantInSpirit(s, v.Values[i])) {
						out = append(out, finding{s.path, tr.line(name), "package variable " + name.Name + " is state", mend})
					}
				}
			}
		}
	}
	if _, ok := foreignState[s.path]; ok {
		return out
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.ASSIGN {
			for _, l := range a.Lhs {
				if pkg, name := called(s, l); pkg != "" && ast.IsExported(name) && !shadowed(s, a, l) {
					out = append(out, finding{s.path, tr.line(l), "sets the variable " + name + " of package " + pkg, "pass an option instead; what a library forces on us is listed under foreignState in internal/arch/plan_test.go"})
				}
			}
		}
		return true
	})
	return out
}

// shadowed tells whether a local variable or parameter hides the import that
// the left side seems to name.
func shadowed(s *source, a *ast.AssignStmt, l ast.Expr) bool {
	name := l.(*ast.SelectorExpr).X.(*ast.Ident).Name
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || a.Pos() < f.Pos() || a.Pos() > f.End() {
			continue
		}
		hidden := false
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				for _, i := range n.Names {
					hidden = hidden || i.Name == name
				}
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					if i, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE && i.Name == name {
						hidden = true
					}
				}
			case *ast.ValueSpec:
				for _, i := range n.Names {
					hidden = hidden || i.Name == name
				}
			}
			return true
		})
		return hidden
	}
	return false
}

func embedded(d *ast.GenDecl, v *ast.ValueSpec) bool {
	for _, g := range []*ast.CommentGroup{d.Doc, v.Doc} {
		if g != nil {
			for _, c := range g.List {
				if strings.HasPrefix(c.Text, "//go:embed ") {
					return true
				}
			}
		}
	}
	return false
}

// makers build values that nobody can change afterwards.
var makers = map[string]bool{
	"errors.New": true, "fmt.Errorf": true, module + "/internal/kit/fault.New": true,
	"regexp.MustCompile": true, "strings.NewReplacer": true, "time.FixedZone": true, "time.Date": true, "math/big.NewInt": true,
	"html/template.Must": true, "text/template.Must": true, "reflect.TypeFor": true, "reflect.TypeOf": true,
	"slices.Sorted": true, "sync.OnceValue": true, "encoding/binary.BigEndian": true,
}

func constantInSpirit(s *source, e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		switch e.Type.(type) {
		case *ast.ArrayType, *ast.MapType, *ast.StructType:
			return true
		}
		return false
	case *ast.CallExpr:
		fun := e.Fun
		if g, ok := fun.(*ast.IndexExpr); ok {
			fun = g.X
		}
		if i, ok := fun.(*ast.Ident); ok {
			return i.Name == "New" && s.dir == "internal/kit/fault"
		}
		if pkg, name := called(s, fun); pkg != "" {
			return makers[pkg+"."+name]
		}
		if sel, ok := fun.(*ast.SelectorExpr); ok { // fault.New(…).Say(…)
			return constantInSpirit(s, sel.X)
		}
		if len(e.Args) == 1 { // []byte("…")
			if _, ok := fun.(*ast.ArrayType); ok {
				return true
			}
		}
	}
	return false
}

// writtenNames are the names that some file of the package assigns to, counts
// up, deletes from or takes the address of.
func writtenNames(files []*source) map[string]bool {
	out := map[string]bool{}
	mark := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.Ident:
				out[x.Name] = true
			}
			return
		}
	}
	for _, s := range files {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						for _, l := range n.Lhs {
							mark(l)
						}
					}
				case *ast.IncDecStmt:
					mark(n.X)
				case *ast.CallExpr:
					if i, ok := n.Fun.(*ast.Ident); ok && (i.Name == "delete" || i.Name == "clear") {
						mark(n.Args[0])
					}
				}
				return true
			})
		}
	}
	return out
}

// uses reports every use of the named functions of one package.
func uses(tr *tree, pkg string, names *regexp.Regexp, allowed []string, what, mend string) []finding {
	var out []finding
	for _, s := range tr.product() {
		if room(s.dir) == "" || under(s.path, allowed) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if p, name := called(s, e); p == pkg && names.MatchString(name) {
					out = append(out, finding{s.path, tr.line(n), strings.ReplaceAll(what, "%", name), mend})
				}
			}
			return true
		})
	}
	return out
}

var (
	logCalls   = regexp.MustCompile(`^(Debug|Info|Warn|Error|Log|LogAttrs|Default|SetDefault)(Context)?$`)
	nowCalls   = regexp.MustCompile(`^(Now|Since|Until)$`)
	rootCalls  = regexp.MustCompile(`^(Background|TODO)$`)
	parseFloat = regexp.MustCompile(`^(ParseFloat|FormatFloat|AppendFloat)$`)
)

func noGlobalLog(tr *tree) []finding {
	const mend = "take a *slog.Logger through Deps"
	out := uses(tr, "log/slog", logCalls, []string{"cmd/"}, "slog.% uses the global logger", mend)
	for _, s := range tr.product() {
		for _, i := range s.file.Imports {
			if i.Path.Value == `"log"` && room(s.dir) != "" {
				out = append(out, finding{s.path, tr.line(i), "package log is the global logger", mend})
			}
		}
	}
	return out
}

func askTheClock(tr *tree) []finding {
	return uses(tr, "time", nowCalls, wallClock, "time.% reads the machine's clock", "ask clock.Clock or tx.Now(), so that tests and the demo can move time")
}

func noBackground(tr *tree) []finding {
	return uses(tr, "context", rootCalls, rootContext, "context.% cuts the caller's cancellation", "hand the caller's ctx down")
}

// noFloat keeps binary fractions out of every room that counts money.
func noFloat(tr *tree) []finding {
	const mend = "use the integers of kit/money (fen, yuan ×10⁻⁶, ㎡ ×10⁻²)"
	var out []finding
	for _, s := range tr.product() {
		if !moneyRooms[s.dir] {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if n.Name == "float32" || n.Name == "float64" {
					out = append(out, finding{s.path, tr.line(n), n.Name + " in a money room", mend})
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT {
					out = append(out, finding{s.path, tr.line(n), "the fraction " + n.Value + " in a money room", mend})
				}
			case *ast.SelectorExpr:
				if p, name := called(s, n); p == "strconv" && parseFloat.MatchString(name) {
					out = append(out, finding{s.path, tr.line(n), "strconv." + name + " in a money room", mend})
				}
			}
			return true
		})
	}
	return out
}
