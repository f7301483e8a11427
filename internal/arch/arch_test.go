package arch

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

type rule struct {
	name  string
	check func(*tree) []finding
}

var rules = []rule{
	{"imports-point-down", importsPointDown},
	{"package-comment", packageComments},
	{"sql-in-stores", sqlInStores},
	{"http-in-api", httpInAPI},
	{"own-tables", ownTables},
	{"migrations", migrations},
	{"no-init-no-state", noState},
	{"no-global-log", noGlobalLog},
	{"ask-the-clock", askTheClock},
	{"no-background-context", noBackground},
	{"no-float-near-money", noFloat},
	{"routes-name-permission", permissions},
	{"words", words},
	{"nothing-unfinished", unfinished},
	{"sizes", sizes},
	{"dependencies", dependencies},
	{"requirements-shown", requirementsShown},
	{"pictures", pictures},
}

// TestPlan runs every rule over the repository.
func TestPlan(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("the repository is not where this test expects it: %v", err)
	}
	tr := load(t, os.DirFS(root))
	if len(tr.product()) < 20 {
		t.Fatalf("only %d Go files found below %s; the rules would pass on nothing", len(tr.product()), root)
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.check(tr) {
				t.Errorf("%s:%d: %s. Mend: %s", f.path, f.line, f.what, f.mend)
			}
		})
	}
}

var want = regexp.MustCompile(`(?://|--|#) want\b`)

// TestPlanted shows that each rule finds what was planted for it, at the marked
// lines and nowhere else.
func TestPlanted(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			a, err := txtar.ParseFile(filepath.Join("testdata", r.name+".txtar"))
			if err != nil {
				t.Fatalf("a rule without a planted violation proves nothing: %v", err)
			}
			files, wanted := fstest.MapFS{}, map[string]bool{}
			for _, f := range a.Files {
				if f.Name == "WANT" { // for files that cannot carry a comment
					for _, at := range strings.Fields(string(f.Data)) {
						wanted[at] = true
					}
					continue
				}
				files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: fs.ModePerm}
				for i, l := range strings.Split(string(f.Data), "\n") {
					if want.MatchString(l) {
						wanted[fmt.Sprintf("%s:%d", f.Name, i+1)] = true
					}
				}
			}
			if r.name == "sizes" {
				plantSizes(files, wanted)
			}
			if len(wanted) == 0 {
				t.Fatal("nothing is planted for this rule")
			}
			compare(t, wanted, r.check(load(t, files)))
		})
	}
}

func compare(t *testing.T, wanted map[string]bool, got []finding) {
	t.Helper()
	found := map[string]bool{}
	for _, f := range got {
		at := fmt.Sprintf("%s:%d", f.path, f.line)
		found[at] = true
		if !wanted[at] {
			t.Errorf("false alarm at %s: %s", at, f.what)
		}
		if f.mend == "" {
			t.Errorf("%s does not say how to mend it", at)
		}
	}
	missed := []string{}
	for at := range wanted {
		if !found[at] {
			missed = append(missed, at)
		}
	}
	sort.Strings(missed)
	for _, at := range missed {
		t.Errorf("not found: %s", at)
	}
}

// plantSizes adds what would be long to write down: a file, a function and a
// room over their limits.
func plantSizes(files fstest.MapFS, wanted map[string]bool) {
	long := func(p, head string, lines int, tail string) {
		files[p] = &fstest.MapFile{Data: []byte(head + strings.Repeat("\n", lines) + tail)}
		wanted[p+":1"] = true
	}
	long("internal/file/long.go", "package file\n", maxFileLines, "")
	long("web/console/src/Long.vue", "<template>", maxFileLines+1, "</template>")
	files["internal/file/func.go"] = &fstest.MapFile{Data: []byte("package file\n\nfunc long() {\n" + strings.Repeat("\t_ = 1\n", maxFuncLines) + "}\n")}
	wanted["internal/file/func.go:3"] = true
	for i := range maxRoomLines/maxFileLines + 1 {
		files[fmt.Sprintf("internal/stock/s%02d.go", i)] = &fstest.MapFile{Data: []byte("package stock\n" + strings.Repeat("\n", maxFileLines-1))}
	}
	wanted["internal/stock:1"] = true
}
