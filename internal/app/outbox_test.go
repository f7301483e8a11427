package app_test

import (
	"errors"
	"log/slog"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

// A message is durable together with what it tells, not a moment later, and
// not without it (promise 11).
func TestMessageIsInTheTransactionOfItsBusiness(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, app.Migrations(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		const project = id.ID(7)
		undo := errors.New("undo")
		for i, want := range []error{nil, undo} {
			inside, after := 0, 0
			count := func(q db.Q, n *int) error {
				return q.QueryRow(t.Context(), "SELECT COUNT(*) FROM notify_message WHERE project_id = ?", project).Scan(n)
			}
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				posted, err := a.Notify.Post(t.Context(), tx, project, notify.Draft{Dedupe: []string{"kept", "undone"}[i], Kind: notify.KindTest, Addresses: []notify.Address{{Channel: "mail", To: "a@example.cn"}}})
				if err != nil || !posted {
					t.Errorf("posted %v, %v", posted, err)
				}
				if err := count(tx, &inside); err != nil {
					return err
				}
				return want
			})
			if !errors.Is(err, want) {
				t.Fatal(err)
			}
			if err := count(d.Reader(t.Context()), &after); err != nil || inside != i+1 || after != 1 {
				t.Errorf("%d messages before the commit, %d after it, %v", inside, after, err)
			}
		}
	})
}
