package estate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

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

// rows are the rows that the step made.
func (st *step) rows() []id.ID {
	if st.kind == stepMade {
		return st.data.Rows
	}
	return nil
}

// same refuses when a row of the step is not as the import left it.
func (st *step) same(ctx context.Context, q db.Q, project id.ID) error {
	columns, stamps := stamp(st.table), st.data.Stamps
	if st.kind == stepChanged {
		columns, stamps = st.data.Columns, []uint64{st.data.After}
	}
	now, err := readRows(ctx, q, st.table, columns, project, st.data.Rows)
	if err != nil {
		return err
	}
	for i, row := range st.data.Rows {
		if digestOf(now[row]) == stamps[i] {
			continue
		}
		what, err := nameRow(ctx, q, st.table, project, row)
		if err != nil {
			return err
		}
		return ErrChanged.Say("%s在导入以后被改过，不能整批撤销", what)
	}
	return nil
}

func nameRow(ctx context.Context, q db.Q, table string, project, row id.ID) (string, error) {
	query := "SELECT name FROM " + table + " WHERE project_id = ? AND id = ?"
	switch table {
	case "estate_room":
		query = "SELECT label FROM estate_room WHERE project_id = ? AND id = ?"
	case "estate_occupant":
		query = "SELECT r.label FROM estate_occupant o JOIN estate_room r ON r.project_id = o.project_id AND r.id = o.room_id WHERE o.project_id = ? AND o.id = ?"
	}
	rows, err := q.Query(ctx, query, project, row)
	list, err := db.Collect(rows, err, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) })
	if err != nil {
		return "", fmt.Errorf("name row: %w", err)
	}
	if len(list) == 0 {
		return "有的内容", nil
	}
	return list[0] + " ", nil
}

// restore writes a changed row back as it was.
func (st *step) restore(ctx context.Context, tx *db.Tx, project id.ID) error {
	if st.kind != stepChanged {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(st.data.Before)))
	dec.UseNumber()
	var values []any
	if err := dec.Decode(&values); err != nil || len(values) != len(st.data.Columns) {
		return fmt.Errorf("restore row: %w", errors.Join(err, fmt.Errorf("%d values", len(values))))
	}
	var set []string
	var args []any
	for i, c := range st.data.Columns {
		if c == "project_id" || c == "id" {
			continue
		}
		v := values[i]
		if n, ok := v.(json.Number); ok {
			whole, err := n.Int64()
			if err != nil {
				return fmt.Errorf("restore row: %w", err)
			}
			v = whole
		}
		set, args = append(set, c+" = ?"), append(args, v)
	}
	_, err := tx.Exec(ctx, "UPDATE "+st.table+" SET "+strings.Join(set, ", ")+" WHERE project_id = ? AND id = ?", append(args, project, st.data.Rows[0])...)
	if err != nil {
		return fmt.Errorf("restore row: %w", err)
	}
	return nil
}

// readRows reads rows as JSON arrays of their columns.
func readRows(ctx context.Context, q db.Q, table string, columns []string, project id.ID, ids []id.ID) (map[id.ID]string, error) {
	out := make(map[id.ID]string, len(ids))
	values, targets := make([]any, len(columns)), make([]any, len(columns)+1)
	var row id.ID
	targets[0] = &row
	for i := range values {
		targets[i+1] = &values[i]
	}
	for chunk := range slices.Chunk(ids, 500) {
		rows, err := q.Query(ctx, "SELECT id, "+strings.Join(columns, ", ")+" FROM "+table+" WHERE project_id = ? AND id IN ("+db.In(len(chunk))+")", idArgs(project, chunk)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			if err := r.Scan(targets...); err != nil {
				return struct{}{}, err
			}
			b, err := json.Marshal(values)
			out[row] = string(b)
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("read rows of %s: %w", table, err)
		}
	}
	return out, nil
}

func copySteps(ctx context.Context, tx *db.Tx, project, imp id.ID, steps []step) error {
	return tx.Copy(ctx, "estate_import_step", []string{"project_id", "import_id", "no", "kind", "place", "data"}, len(steps), func(i int, dst []any) error {
		b, err := json.Marshal(steps[i].data)
		copy(dst, []any{int64(project), int64(imp), int64(i + 1), steps[i].kind, steps[i].table, string(b)})
		return err
	})
}

func readSteps(ctx context.Context, q db.Q, project, imp id.ID) ([]step, error) {
	rows, err := q.Query(ctx, "SELECT kind, place, data FROM estate_import_step WHERE project_id = ? AND import_id = ? ORDER BY no", project, imp)
	out, err := db.Collect(rows, err, func(row db.Scanner) (step, error) {
		var st step
		var data string
		if err := row.Scan(&st.kind, &st.table, &data); err != nil {
			return st, err
		}
		if !slices.Contains(rosterTables(), st.table) {
			return st, fmt.Errorf("journal names %q", st.table)
		}
		return st, json.Unmarshal([]byte(data), &st.data)
	})
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return out, nil
}

func dropSteps(ctx context.Context, tx *db.Tx, project, imp id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM estate_import_step WHERE project_id = ? AND import_id = ?", project, imp); err != nil {
		return fmt.Errorf("drop journal: %w", err)
	}
	return nil
}

// dropMade deletes what an import made, and its entries in the search index.
func dropMade(ctx context.Context, tx *db.Tx, project id.ID, fresh map[string][]id.ID) error {
	people, err := peopleByID(ctx, tx, project, fresh["estate_person"])
	if err != nil {
		return err
	}
	for _, p := range people {
		for _, t := range p.terms() {
			if _, err := tx.Exec(ctx, "DELETE FROM estate_term WHERE project_id = ? AND term = ? AND person_id = ?", project, t.text, t.person); err != nil {
				return fmt.Errorf("drop terms: %w", err)
			}
		}
	}
	for chunk := range slices.Chunk(fresh["estate_room"], 500) {
		if _, err := tx.Exec(ctx, "DELETE FROM estate_term WHERE project_id = ? AND room_id <> 0 AND room_id IN ("+db.In(len(chunk))+")", idArgs(project, chunk)...); err != nil {
			return fmt.Errorf("drop terms: %w", err)
		}
	}
	for _, table := range rosterTables() {
		for chunk := range slices.Chunk(fresh[table], 500) {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE project_id = ? AND id IN ("+db.In(len(chunk))+")", idArgs(project, chunk)...); err != nil {
				return fmt.Errorf("undo %s: %w", table, err)
			}
		}
	}
	return nil
}
