package audit_test

import (
	"errors"
	"fmt"
	"testing"

	"linli/internal/audit"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// batch records a change of n records, whose subjects begin at 1000.
func batch(t *testing.T, d *db.DB, s *audit.Service, project id.ID, words string, n int, end error) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		b := s.Batch(tx, project, words)
		for i := range n {
			err := b.Add(t.Context(), tx, audit.Part{Subject: id.ID(1000 + i), Kind: "room", Note: fmt.Sprint("第 ", i), Before: map[string]any{"Area": i}, After: map[string]any{"Area": i + 1}})
			if err != nil {
				return err
			}
		}
		if err := b.Record(t.Context(), tx, audit.Entry{Project: project, Who: clerk, Action: "estate.imported", Kind: "import", Subject: 77, Summary: words + "：很多", After: map[string]any{"n": n}}); err != nil {
			return err
		}
		return end
	})
	if !errors.Is(err, end) {
		t.Fatal(err)
	}
}

func history(t *testing.T, s *audit.Service, project id.ID, about audit.About) (all []audit.Row) {
	t.Helper()
	for {
		l, err := s.History(t.Context(), project, about)
		if err != nil || about.Limit > 0 && len(l.Items) > about.Limit {
			t.Fatalf("%d entries: %v", len(l.Items), err)
		}
		all = append(all, l.Items...)
		if about.Cursor = l.Next; l.Next == "" {
			return all
		}
	}
}

// TestBatchTellsEachRecord: one entry in the log for all, and in the history of
// each record its own before and after, in order with what else was done to it.
func TestBatchTellsEachRecord(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		s := service(d)
		record(t, d, s, audit.Entry{Project: 3, Who: clerk, Action: "estate.room_created", Kind: "room", Subject: 2500, Summary: "新建"})
		batch(t, d, s, 3, "导入 一.xlsx", 2300, nil)
		record(t, d, s, audit.Entry{Project: 3, Who: clerk, Action: "estate.room_changed", Kind: "room", Subject: 2500, Summary: "修改"},
			audit.Entry{Project: 3, Who: clerk, Action: "dunning.called", Kind: "room", Subject: 2500, Summary: "电话"})
		batch(t, d, s, 3, "导入 二.xlsx", 1600, nil)
		batch(t, d, s, 4, "导入 别处.xlsx", 1600, nil)
		batch(t, d, s, 3, "没有成的", 1200, errors.New("taken back"))
		if n := len(entries(t, s, 3, audit.Filter{})); n != 5 {
			t.Errorf("%d entries in the log", n)
		}
		want := []string{"导入 二.xlsx，第 1500", "修改", "导入 一.xlsx，第 1500", "新建"}
		for _, limit := range []int{0, 1, 2, 3} {
			got := history(t, s, 3, audit.About{Request: page.Request{Limit: limit}, Subjects: []id.ID{2500}, Room: "estate"})
			if len(got) != len(want) {
				t.Fatalf("by %d: %+v", limit, got)
			}
			for i, r := range got {
				if r.Summary != want[i] || r.Name != clerk.Name || r.Kind != "room" || r.Subject != 2500 {
					t.Errorf("by %d, %d: %+v", limit, i, r)
				}
			}
			if got[0].Before != `{"Area":1500}` || got[0].After != `{"Area":1501}` {
				t.Errorf("before %s after %s", got[0].Before, got[0].After)
			}
		}
		if all := history(t, s, 3, audit.About{Subjects: []id.ID{2500}, Kinds: []string{"room"}}); len(all) != 5 {
			t.Errorf("of all rooms of the house: %+v", all)
		}
		if parts, err := s.Parts(t.Context(), 3, []id.ID{2500, 2501}, 3); err != nil || len(parts) != 3 || parts[0].Summary != "导入 二.xlsx，第 1501" {
			t.Errorf("parts: %+v %v", parts, err)
		}
		if err := s.VerifyAll(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestBatchIsSealed: what the log says of many records cannot be changed, left
// out or added to unseen.
func TestBatchIsSealed(t *testing.T) {
	for name, harm := range map[string]string{
		"changed":   "UPDATE audit_part SET after = '{}' WHERE subject_id = 1004",
		"left out":  "DELETE FROM audit_part WHERE no = 7",
		"added":     "INSERT INTO audit_part (project_id, batch_id, no, subject_id, kind, record_id, note, before, after) SELECT project_id, batch_id, 99, 1, kind, 1, note, before, after FROM audit_part WHERE no = 1",
		"moved":     "UPDATE audit_part SET subject_id = 5 WHERE no = 2",
		"renamed":   "UPDATE audit_batch SET words = '导入 别的.xlsx'",
		"cut off":   "DELETE FROM audit_batch",
		"rehanged":  "UPDATE audit_batch SET seq = 1",
		"reordered": "UPDATE audit_part SET no = no + 100 WHERE no = 3",
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
				s := service(d)
				record(t, d, s, audit.Entry{Project: 3, Who: clerk, Action: "x.y", Kind: "z", Summary: "前"})
				batch(t, d, s, 3, "导入 一.xlsx", 12, nil)
				if err := s.Verify(t.Context(), 3); err != nil {
					t.Fatal(err)
				}
				if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), harm); return err }); err != nil {
					t.Fatal(err)
				}
				var b *audit.Broken
				if err := s.Verify(t.Context(), 3); !errors.As(err, &b) || b.Seq != 2 {
					t.Errorf("verify: %v", err)
				}
			})
		})
	}
}
