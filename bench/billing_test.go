package bench

import (
	"io"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestBilling measures a small house, to see that the command works and that
// both sides count the same rows; the figures themselves are for `linli bench`.
func TestBilling(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			dsn := ""
			if engine == db.Postgres {
				dsn = dbtest.Postgres(t, app.Migrations())
			}
			r, err := Billing(t.Context(), 1000, dsn, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if r.Charges != 3000 || r.Postings != 3000 || r.Ratio <= 0 || r.PeakMB <= 0 {
				t.Errorf("measured %+v", r)
			}
		})
	}
}
