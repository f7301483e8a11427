// Package faults holds mistakes that are planted on purpose, one patch each;
// `make faults` plants them and demands that a test finds each. This test only
// keeps the patches fit for that.
package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestPatchesFitTheTree(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	patches, err := filepath.Glob("*.patch")
	if err != nil || len(patches) < 10 {
		t.Fatalf("%d patches, %v", len(patches), err)
	}
	for _, p := range patches {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		head := map[string]string{}
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && head[name] == "" {
				head[name] = value
			}
		}
		name := strings.TrimSuffix(p, ".patch")
		if !strings.Contains(string(readme), "| "+name+" |") {
			t.Errorf("%s has no line in README.md", name)
		}
		if _, err := regexp.Compile(head["Says"]); err != nil || head["Says"] == "" || head["Breaks"] == "" || head["Promise"] == "" {
			t.Errorf("%s: head %v, %v", p, head, err)
		}
		folder, test, _ := strings.Cut(head["Test"], " ")
		if !declared(t, folder, strings.TrimSuffix(strings.Split(test, "/")[0], "$")) {
			t.Errorf("%s: there is no %s in %s", p, test, folder)
		}
		apply := exec.CommandContext(t.Context(), "git", "apply", "--check", "-p1", filepath.Join("faults", p))
		apply.Dir = ".."
		if out, err := apply.CombinedOutput(); err != nil {
			t.Errorf("%s does not fit any more; plant the same mistake in the code of today (docs/adr/0006-planted-faults.md): %s", p, out)
		}
	}
}

func declared(t *testing.T, folder, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "func "+test+"(") {
			return true
		}
	}
	return false
}
