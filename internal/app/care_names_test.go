package app

import (
	"log/slog"
	"testing"

	"linli/internal/kit/clock"
)

// Every job that can stop is named in words on the page of the administrator.
func TestJobsHaveNames(t *testing.T) {
	a, err := New(t.Context(), Config{Dir: t.TempDir(), Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	kinds := a.Jobs.Kinds()
	if len(kinds) < 20 {
		t.Fatalf("only %d kinds of jobs: %v", len(kinds), kinds)
	}
	for _, kind := range kinds {
		if kindName(kind) == kind {
			t.Errorf("%s has no name", kind)
		}
	}
}

// The password that is made up keeps the longest rule.
func TestNewPassword(t *testing.T) {
	t.Parallel()
	for _, least := range []int{10, 16, 64} {
		if p := newPassword(least); len(p) < least || len(p) > 128 || newPassword(least) == p {
			t.Errorf("%d: %s", least, p)
		}
	}
}
