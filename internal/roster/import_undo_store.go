package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const (
	stepMade    = "made"
	stepChanged = "changed"
)

// step is one entry of an import's journal: rows it made, or a row it changed.
type step struct {
	kind, table string
	data        stepData
}

type stepData struct {
	Rows    []id.ID  `json:"rows"`
	Stamps  []uint64 `json:"stamps,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Before  string   `json:"before,omitempty"`
	After   uint64   `json:"after,omitempty"`
}

func digestOf(row string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(row))
	return h.Sum64() >> 1
}

func madeStep(table string, rows []id.ID, now map[id.ID]string) step {
	st := step{kind: stepMade, table: table, data: stepData{Rows: rows}}
	for _, row := range rows {
		st.data.Stamps = append(st.data.Stamps, digestOf(now[row]))
	}
	return st
}

func changedStep(table string, row id.ID, columns []string, before, after string) step {
	return step{kind: stepChanged, table: table, data: stepData{Rows: []id.ID{row}, Columns: columns, Before: before, After: digestOf(after)}}
}

// same refuses when a row of the step is not as the import left it.
func (s *Service) same(ctx context.Context, q db.Q, project id.ID, st *step) error {
	columns, stamps := estate.BulkStamp(st.table), st.data.Stamps
	if st.kind == stepChanged {
		columns, stamps = st.data.Columns, []uint64{st.data.After}
	}
	now, err := s.estate.BulkRows(ctx, q, st.table, columns, project, st.data.Rows)
	if err != nil {
		return err
	}
	for i, row := range st.data.Rows {
		if digestOf(now[row]) == stamps[i] {
			continue
		}
		what, err := s.estate.BulkName(ctx, q, st.table, project, row)
		if err != nil {
			return err
		}
		if what = or(what, "有的内容"); what != "有的内容" {
			what += " "
		}
		return ErrChanged.Say("%s在导入以后被改过，不能整批撤销", what)
	}
	return nil
}

// stepWriter stores a journal, some of it at a time.
type stepWriter struct {
	project, imp id.ID
	stored       int
	waiting      []step
	rows         int // in waiting
}

func (w *stepWriter) add(ctx context.Context, tx *db.Tx, st step) error {
	w.waiting = append(w.waiting, st)
	if w.rows += len(st.data.Rows); w.rows < journalRows {
		return nil
	}
	return w.flush(ctx, tx)
}

func (w *stepWriter) flush(ctx context.Context, tx *db.Tx) error {
	err := tx.Copy(ctx, "estate_import_step", []string{"project_id", "import_id", "no", "kind", "place", "data"}, len(w.waiting), func(i int, dst []any) error {
		st := &w.waiting[i]
		b, err := json.Marshal(st.data)
		copy(dst, []any{int64(w.project), int64(w.imp), int64(w.stored + i + 1), st.kind, st.table, string(b)})
		return err
	})
	w.stored += len(w.waiting)
	w.waiting, w.rows = w.waiting[:0], 0
	return err
}

// stepsAtOnce is how many steps of a journal are read at a time; one holds up
// to a thousand rows.
const stepsAtOnce = 50

// eachStep hands on the journal of an import in its order. fn may write.
func eachStep(ctx context.Context, q db.Q, project, imp id.ID, fn func(st *step) error) error {
	for last := int64(0); ; {
		rows, err := q.Query(ctx, "SELECT no, kind, place, data FROM estate_import_step WHERE project_id = ? AND import_id = ? AND no > ? ORDER BY no LIMIT ?",
			project, imp, last, stepsAtOnce)
		page, err := db.Collect(rows, err, func(row db.Scanner) (step, error) {
			var st step
			var data string
			if err := row.Scan(&last, &st.kind, &st.table, &data); err != nil {
				return st, err
			}
			if !slices.Contains(estate.BulkTables(), st.table) {
				return st, fmt.Errorf("journal names %q", st.table)
			}
			return st, json.Unmarshal([]byte(data), &st.data)
		})
		if err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		for i := range page {
			if err := fn(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < stepsAtOnce {
			return nil
		}
	}
}

func dropSteps(ctx context.Context, tx *db.Tx, project, imp id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM estate_import_step WHERE project_id = ? AND import_id = ?", project, imp); err != nil {
		return fmt.Errorf("drop journal: %w", err)
	}
	return nil
}
