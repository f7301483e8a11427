package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "linli"

// source is one Go file.
type source struct {
	path  string // slash-separated, from the root of the repository
	dir   string
	file  *ast.File
	lines int
	test  bool
}

// text is a file that is not Go: SQL, TypeScript, go.mod.
type text struct {
	path string
	body string
}

// tree is the repository, or a planted one.
type tree struct {
	fset  *token.FileSet
	files []*source
	texts []text
}

// finding is one broken rule and what to do about it.
type finding struct {
	path string
	line int
	what string
	mend string
}

var skipped = map[string]bool{"node_modules": true, "testdata": true, "dist": true, ".git": true, "bin": true, "data-demo": true, "data": true, ".cache": true, "out": true}

func load(t *testing.T, root fs.FS) *tree {
	t.Helper()
	tr := &tree{fset: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped[d.Name()] {
				return fs.SkipDir
			}
			return nil
		}
		return tr.add(root, p)
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func (tr *tree) add(root fs.FS, p string) error {
	switch path.Ext(p) {
	case ".go", ".sql", ".mod", ".md", ".json", ".ts", ".vue", ".mjs":
	case ".png":
		tr.texts = append(tr.texts, text{path: p})
		return nil
	default:
		return nil
	}
	body, err := fs.ReadFile(root, p)
	if err != nil {
		return err
	}
	if path.Ext(p) != ".go" {
		tr.texts = append(tr.texts, text{p, string(body)})
		return nil
	}
	f, err := parser.ParseFile(tr.fset, p, body, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	tr.files = append(tr.files, &source{path: p, dir: path.Dir(p), file: f, lines: strings.Count(string(body), "\n"), test: strings.HasSuffix(p, "_test.go")})
	return nil
}

// product are the files that are not tests.
func (tr *tree) product() []*source {
	var out []*source
	for _, f := range tr.files {
		if !f.test {
			out = append(out, f)
		}
	}
	return out
}

func (tr *tree) line(n ast.Node) int { return tr.fset.Position(n.Pos()).Line }

func (tr *tree) text(p string) string {
	for _, x := range tr.texts {
		if x.path == p {
			return x.body
		}
	}
	return ""
}

// room is the room that a folder belongs to: "billing" for internal/billing and
// what is below it, "kit", "app", "arch", "outside", "cmd", "web", "bench", "drive", or "".
func room(dir string) string {
	parts := strings.Split(dir, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[1]
	}
	if parts[0] == "cmd" || parts[0] == "web" || parts[0] == "bench" || parts[0] == "drive" {
		return parts[0]
	}
	return ""
}

// imports calls f for every import from this module, as a folder.
func (tr *tree) imports(s *source, f func(dir string, line int)) {
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil && strings.HasPrefix(p, module+"/") {
			f(strings.TrimPrefix(p, module+"/"), tr.line(i))
		}
	}
}

// called names the imported package and the function of pkg.Func, with the
// path of the import; both are empty for anything else.
func called(s *source, e ast.Expr) (pkg, name string) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		local := path.Base(p)
		if versioned.MatchString(local) {
			local = path.Base(path.Dir(p))
		}
		if i.Name != nil {
			local = i.Name.Name
		}
		if local == x.Name {
			return p, sel.Sel.Name
		}
	}
	return "", ""
}

var versioned = regexp.MustCompile(`^v\d+$`)

// strings calls f for every string constant of the file; parts joined with +
// arrive as one.
func (tr *tree) strings(s *source, f func(value string, line int)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil { // struct tags are another rule's business
				ast.Inspect(n.Type, func(ast.Node) bool { return true })
				return false
			}
		case *ast.BinaryExpr:
			if n.Op == token.ADD {
				if v, ok := joined(n); ok {
					f(v, tr.line(n))
					return false
				}
			}
		case *ast.BasicLit:
			if v, ok := joined(n); ok {
				f(v, tr.line(n))
			}
		}
		return true
	})
}

// joined is the text of a string expression; what is not constant becomes a
// blank. It is false when there is no string in it.
func joined(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			v, err := strconv.Unquote(e.Value)
			return v, err == nil
		}
	case *ast.BinaryExpr:
		l, lok := joined(e.X)
		r, rok := joined(e.Y)
		if e.Op == token.ADD && (lok || rok) {
			return l + r, true
		}
	case *ast.ParenExpr:
		return joined(e.X)
	}
	return " ", false
}

func under(p string, list []string) bool {
	for _, l := range list {
		if p == l || strings.HasSuffix(l, "/") && strings.HasPrefix(p, l) {
			return true
		}
	}
	return false
}
