package bench

import (
	"io"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestCallbacks sends a few, to see that the command works and that both sides
// write the same rows; the figures themselves are for `linli bench`.
func TestCallbacks(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			dsn := ""
			if engine == db.Postgres {
				dsn = dbtest.Postgres(t, app.Migrations())
			}
			r, err := callbacksIn(t.Context(), 2, 4, dsn, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if r.Callbacks != 8 || r.Rows < 10 || r.Rate <= 0 || r.RawRate <= 0 {
				t.Errorf("measured %+v", r)
			}
		})
	}
}
