package bench

import (
	"io"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestLists reads the lists of a small house, to see that every one of them
// answers and that both sides were measured; the figures are for `linli bench`.
func TestLists(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			o := ListsOptions{Rooms: 200, Big: 300, Months: 2, For: 100 * time.Millisecond}
			if engine == db.Postgres {
				o.DSN = dbtest.Postgres(t, app.Migrations())
			}
			r, err := Lists(t.Context(), o, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if r.Rooms != 500 || r.Charges != 3*200+2*3*300 || r.Open == 0 || len(r.Lists) != 6 {
				t.Errorf("measured %+v", r)
			}
			for _, l := range r.Lists {
				if l.Samples == 0 || l.P99 <= 0 || l.BareP99 <= 0 || l.Bytes == 0 {
					t.Errorf("measured %+v", l)
				}
			}
		})
	}
}
