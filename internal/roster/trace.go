package roster

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// tracer tells the history of every record what an import, or its undo, did to
// it. What the records themselves came or went with is told once, as new.
type tracer struct {
	*audit.Batch
	s       *Service
	project id.ID
	fresh   map[string][]id.ID // what the import made, by table, ascending
	waiting []occupancy
}

// occupancy is what became of one person in one room; shown is nil where there
// was nothing.
type occupancy struct {
	room, person  id.ID
	before, after map[string]any
}

func (s *Service) trace(tx *db.Tx, project id.ID, words string, fresh map[string][]id.ID) *tracer {
	for _, ids := range fresh {
		slices.Sort(ids)
	}
	return &tracer{Batch: s.audit.Batch(tx, project, words), s: s, project: project, fresh: fresh}
}

func (t *tracer) isFresh(table string, row id.ID) bool {
	_, ok := slices.BinarySearch(t.fresh[table], row)
	return ok
}

// kindOf is how the audit log names the rows of a table; empty when they have no
// history of their own.
func kindOf(table string) string {
	switch table {
	case "estate_room":
		return "room"
	case "estate_person":
		return "person"
	case "estate_building":
		return "building"
	}
	return ""
}

// shownColumns are the columns that people see, by the name of their field.
func shownColumns(table string) map[string]string {
	switch table {
	case "estate_room":
		return map[string]string{"name": "Name", "floor": "Floor", "layout": "Layout", "kind": "Kind", "area": "Area", "inner_area": "InnerArea", "state": "State", "handover": "Handover"}
	case "estate_person":
		return map[string]string{"name": "Name", "kind": "Kind", "gender": "Gender", "email": "Email", "phone_mask": "PhoneMask", "id_mask": "IDMask"}
	case "estate_building":
		return map[string]string{"name": "Name", "kind": "Kind", "floors": "Floors"}
	case "estate_occupant":
		return map[string]string{"part": "Part", "since": "Since", "until": "Until", "payer": "Payer", "share": "Share"}
	}
	return nil
}

// made tells of new rows; now are their stamps.
func (t *tracer) made(ctx context.Context, tx *db.Tx, table string, rows []id.ID, now map[id.ID]string) error {
	if table == "estate_occupant" {
		return t.came(ctx, tx, rows, now, false)
	}
	kind := kindOf(table)
	if kind == "" {
		return nil
	}
	for _, r := range rows {
		if err := t.Add(ctx, tx, audit.Part{Subject: r, Kind: kind, Note: "新建"}); err != nil {
			return err
		}
	}
	return nil
}

// came tells rooms and people, those that were there before, who became what to
// whom; gone is the other way round.
func (t *tracer) came(ctx context.Context, tx *db.Tx, rows []id.ID, now map[id.ID]string, gone bool) error {
	const table = "estate_occupant"
	for _, r := range rows {
		o, err := readRow(table, estate.BulkStamp(table), now[r])
		if err != nil {
			return err
		}
		x := occupancy{o.room, o.person, nil, o.shown}
		if gone {
			x.before, x.after = o.shown, nil
		}
		if err := t.occupied(ctx, tx, x); err != nil {
			return err
		}
	}
	return nil
}

// changed tells of a row that was one thing and is another.
func (t *tracer) changed(ctx context.Context, tx *db.Tx, table string, subject id.ID, columns []string, before, after string) error {
	was, err := readRow(table, columns, before)
	if err != nil {
		return err
	}
	is, err := readRow(table, columns, after)
	if err != nil {
		return err
	}
	differ := false
	for name, v := range is.shown {
		if was.shown[name] == v {
			delete(was.shown, name)
			delete(is.shown, name)
		} else {
			differ = true
		}
	}
	// Another number may look alike behind its mask.
	for name, other := range map[string]bool{"PhoneMask": was.phone != is.phone, "IDMask": was.paper != is.paper} {
		if _, told := is.shown[name]; other && !told {
			is.shown[name], differ = "另一个号码", true
		}
	}
	switch {
	case !differ:
		return nil
	case table == "estate_occupant":
		return t.occupied(ctx, tx, occupancy{is.room, is.person, was.shown, is.shown})
	case kindOf(table) == "":
		return nil
	}
	return t.Add(ctx, tx, audit.Part{Subject: subject, Kind: kindOf(table), Before: was.shown, After: is.shown})
}

// leaving tells of what an undo is about to delete.
func (t *tracer) leaving(ctx context.Context, tx *db.Tx, st *step) error {
	if st.table != "estate_occupant" {
		return nil
	}
	now, err := t.s.estate.BulkRows(ctx, tx, st.table, estate.BulkStamp(st.table), t.project, st.data.Rows)
	if err != nil {
		return err
	}
	if err := t.came(ctx, tx, st.data.Rows, now, true); err != nil {
		return err
	}
	return t.flush(ctx, tx) // while those who go still have names
}

// returning tells of a row that an undo is about to put back.
func (t *tracer) returning(ctx context.Context, tx *db.Tx, st *step) error {
	row := st.data.Rows[0]
	now, err := t.s.estate.BulkRows(ctx, tx, st.table, st.data.Columns, t.project, st.data.Rows)
	if err != nil {
		return err
	}
	return t.changed(ctx, tx, st.table, row, st.data.Columns, now[row], st.data.Before)
}

func (t *tracer) occupied(ctx context.Context, tx *db.Tx, o occupancy) error {
	if t.isFresh("estate_room", o.room) && t.isFresh("estate_person", o.person) {
		return nil
	}
	if t.waiting = append(t.waiting, o); len(t.waiting) < journalRows {
		return nil
	}
	return t.flush(ctx, tx)
}

// flush tells of the occupants that wait for names.
func (t *tracer) flush(ctx context.Context, tx *db.Tx) error {
	rooms, people := make([]id.ID, len(t.waiting)), make([]id.ID, len(t.waiting))
	for i, o := range t.waiting {
		rooms[i], people[i] = o.room, o.person
	}
	labels, err := t.s.estate.Labels(ctx, tx, t.project, rooms)
	if err != nil {
		return err
	}
	names, err := t.s.estate.PersonNames(ctx, tx, t.project, people)
	if err != nil {
		return err
	}
	for _, o := range t.waiting {
		both := []audit.Part{{Subject: o.room, Kind: "room", Note: names[o.person]}, {Subject: o.person, Kind: "room", Record: o.room, Note: labels[o.room]}}
		for i, table := range []string{"estate_room", "estate_person"} {
			p := both[i]
			if p.Before, p.After = orNothing(o.before), orNothing(o.after); t.isFresh(table, p.Subject) {
				continue
			}
			if err := t.Add(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	t.waiting = t.waiting[:0]
	return nil
}

// orNothing keeps a map that is nil from being written as null.
func orNothing(shown map[string]any) any {
	if shown == nil {
		return nil
	}
	return shown
}

// end writes the entry of the whole.
func (t *tracer) end(ctx context.Context, tx *db.Tx, e audit.Entry) error {
	if err := t.flush(ctx, tx); err != nil {
		return fmt.Errorf("trace import: %w", err)
	}
	return t.Record(ctx, tx, e)
}
