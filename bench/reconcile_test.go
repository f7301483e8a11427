package bench

import (
	"io"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestReconcile holds a short bill of each channel, to see that the command
// works: it fails by itself when not exactly what was planted is reported.
func TestReconcile(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, channel := range []string{"wechat", "alipay"} {
			t.Run(string(engine)+"/"+channel, func(t *testing.T) {
				dsn := ""
				if engine == db.Postgres {
					dsn = dbtest.Postgres(t, app.Migrations())
				}
				r, err := Reconcile(t.Context(), ReconcileOptions{Lines: 250, Channel: channel, DSN: dsn}, io.Discard)
				if err != nil {
					t.Fatal(err)
				}
				if r.Lines != 250 || r.Planted != 6 || r.Rate <= 0 || r.Bare <= 0 || r.FileMB <= 0 {
					t.Errorf("measured %+v", r)
				}
			})
		}
	}
}
