package bench

import (
	"io"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestReports opens the reports of a small project, to see that they say what
// the rows say on both days; the figures are for `linli bench`.
func TestReports(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			dsn := ""
			if engine == db.Postgres {
				dsn = dbtest.Postgres(t, app.Migrations())
			}
			r, err := Reports(t.Context(), 14*60, 14, dsn, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if r.Charges != 14*60 || r.Sums == 0 || len(r.Reports) != 6 || r.Reports[0].On == r.Reports[3].On {
				t.Errorf("measured %+v", r)
			}
			for _, x := range r.Reports {
				if x.Seconds <= 0 || x.Bare <= 0 || x.Ratio <= 0 {
					t.Errorf("measured %+v", x)
				}
			}
		})
	}
}
