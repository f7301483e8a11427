package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/db"
)

// run runs a command of the product on a folder and gives its exit code and
// what it said.
func run(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := product(ctx, dir, args)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func must(t *testing.T, code int, said string, dir string, args ...string) {
	t.Helper()
	if got, out := run(t, dir, args...); got != code || !strings.Contains(out, said) {
		t.Fatalf("linli %s ended with %d, want %d and %q:\n%s", strings.Join(args, " "), got, code, said, out)
	}
}

// Doctor and backup work beside the running server; what was restored serves.
func TestDoctorAndBackupBesideTheServer(t *testing.T) {
	t.Parallel()
	p, dir := startServe(t)
	if status, body := p.call(t, "POST", "/api/v1/setup", setupBody); status/100 != 2 {
		t.Fatalf("setup: %d %s", status, body)
	}
	must(t, 0, "没有发现问题", dir, "doctor")
	shelf := t.TempDir()
	must(t, 0, "已读回核对", dir, "backup", "--to", shelf)
	made, err := filepath.Glob(filepath.Join(shelf, "linli-*.backup"))
	if err != nil || len(made) != 1 {
		t.Fatalf("made %v %v", made, err)
	}
	if st, err := os.Stat(made[0]); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", st.Mode(), err)
	}
	must(t, 1, "恢复只写入空目录", dir, "restore", "--from", made[0])
	fresh := filepath.Join(t.TempDir(), "fresh")
	must(t, 0, "已恢复到 "+fresh, fresh, "restore", "--from", made[0])
	must(t, 0, "没有发现问题", fresh, "doctor")
	must(t, 1, "没有密钥文件", t.TempDir(), "doctor")
	d, err := db.Open(t.Context(), db.Options{Dir: fresh})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM audit_entry WHERE seq = 1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	must(t, 1, "操作日志第 1 条", fresh, "doctor")
}
