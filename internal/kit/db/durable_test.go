package db_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"testing"

	"linli/internal/kit/db"
)

// Promise 4: what is committed has reached the disk. The other tests do not wait
// for theirs, so this one looks in a process of its own.
func TestCommitsWaitForTheDisk(t *testing.T) {
	const alone = "LINLI_TEST_ALONE"
	if os.Getenv(alone) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("no tests to run")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	ctx := t.Context()
	d, err := db.Open(ctx, db.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var level int
	var journal string
	err = d.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(tx.QueryRow(ctx, "PRAGMA synchronous").Scan(&level), tx.QueryRow(ctx, "PRAGMA journal_mode").Scan(&journal))
	})
	const full = 2
	if err != nil || level != full || journal != "wal" {
		t.Errorf("synchronous is %d and not FULL (%d), the journal is %s, %v", level, full, journal, err)
	}
}
