package audit_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

func TestSearchFindsWords(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := service(d)
		record(t, d, s,
			audit.Entry{Project: 1, Who: clerk, Summary: "收款 SJ2026-000123，3栋2单元1502，100% 现金"},
			audit.Entry{Project: 1, Who: actor.Actor{Account: 8, Name: "Wang", Address: "10.0.0.7"}, Summary: "修改收费项目 Parking"},
			audit.Entry{Project: 2, Who: clerk, Summary: "收款 SJ2026-000123，别的项目"})
		for _, c := range []struct {
			text string
			want int
		}{
			{"sj2026-000123", 1}, {"收款 1502", 1}, {"1502 改价", 0}, {"parking wang", 1}, {"李雪梅", 1}, {"10.0.0.", 2},
			{"100%", 1}, {"2026_000", 0}, {`\`, 0}, {"  ", 2}, {"'", 0},
		} {
			if got := entries(t, s, 1, audit.Filter{Text: c.text}); len(got) != c.want {
				t.Errorf("%q: %d entries, want %d", c.text, len(got), c.want)
			}
		}
	})
}

// TestSearchGoesOnWhereItStopped looks for two entries among 4,000: the pages
// stop after so many entries, say how far they looked, and miss and repeat nothing.
func TestSearchGoesOnWhereItStopped(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		s, start := service(d), now.Now()
		const n = 4000
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			columns := []string{"project_id", "seq", "at", "account_id", "account_name", "session", "address", "action", "kind", "subject_id", "person_id", "summary", "before", "after", "mac"}
			return tx.Copy(t.Context(), "audit_entry", columns, n, func(i int, dst []any) error {
				text := "改价 " + strconv.Itoa(i)
				if i == 7 || i == 3990 {
					text = "找得到 " + strconv.Itoa(i)
				}
				// Ten entries share an instant.
				copy(dst, []any{int64(1), int64(i + 1), start.Add(time.Duration(i/10) * time.Minute).UnixMicro(), int64(1 + i%3), "员工" + strconv.Itoa(i%3), "", "",
					[]string{"a.one", "a.two"}[i%2], "item", int64(0), int64(0), text, "", "", []byte{}})
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Step(25) // 1,250 entries a page
		var seen []int64
		f, pages, stops := audit.Filter{Text: "找得到", Request: page.Request{Limit: 10}}, 0, 0
		for pages = 1; ; pages++ {
			found, err := s.Search(t.Context(), 1, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range found.Items {
				seen = append(seen, r.Seq)
			}
			if (found.Next != "") != !found.LookedTo.IsZero() {
				t.Errorf("page %d: next %q, looked to %v", pages, found.Next, found.LookedTo)
			}
			if !found.LookedTo.IsZero() {
				stops++
			}
			if f.Cursor = found.Next; found.Next == "" {
				break
			}
		}
		if !slices.Equal(seen, []int64{3991, 8}) || stops != 3 {
			t.Errorf("found %v on %d pages, stopped %d times", seen, pages, stops)
		}
		got := entries(t, s, 1, audit.Filter{Request: page.Request{Limit: 200}, Account: 2, Action: "a.two",
			Since: start.Add(100 * time.Minute), Until: start.Add(110 * time.Minute)})
		if len(got) == 0 || !slices.IsSortedFunc(got, func(a, b audit.Row) int { return int(b.Seq - a.Seq) }) {
			t.Errorf("%d entries out of order", len(got))
		}
		for _, r := range got {
			if i := r.Seq - 1; i < 1000 || i >= 1100 || i%3 != 1 || i%2 != 1 {
				t.Errorf("entry %d does not fit", r.Seq)
			}
		}
		c, err := s.Choices(t.Context(), 1)
		if err != nil || !slices.Equal(c.Kinds, []string{"item"}) || !slices.Equal(c.Actions, []string{"a.one", "a.two"}) ||
			!slices.Equal(c.Doers, []audit.Doer{{Account: 1, Name: "员工0"}, {Account: 2, Name: "员工1"}, {Account: 3, Name: "员工2"}}) {
			t.Errorf("choices %+v %v", c, err)
		}
		if c, err := s.Choices(t.Context(), id.ID(9)); err != nil || len(c.Doers)+len(c.Kinds)+len(c.Actions) != 0 {
			t.Errorf("choices of an empty log %+v %v", c, err)
		}
	})
}
