package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Why an import cannot be taken back.
var (
	ErrNotApplied = fault.New(fault.Conflict, "import_not_applied", "这份文件没有导入，或已经撤销")
	ErrNoJournal  = fault.New(fault.Conflict, "import_no_journal", "这次导入在能撤销之前完成，不能撤销，请在房屋页更正")
	ErrUsed       = fault.New(fault.Conflict, "import_used", "导入的房屋或住户已经用在别处，不能整批撤销")
	ErrChanged    = fault.New(fault.Conflict, "import_changed", "导入以后有内容被改过，不能整批撤销")
)

// journal remembers what an import does, so that it can be taken back.
type journal struct {
	tables []db.Table
	before map[string]map[id.ID]string // table → row → its values, of what the import may change
}

// beginJournal reads the rows that a plan may change, before it changes them.
func (s *Service) beginJournal(ctx context.Context, tx *db.Tx, p *plan) (*journal, error) {
	tables, err := s.db.ProjectTables(ctx)
	if err != nil {
		return nil, err
	}
	j := &journal{tables: tables, before: map[string]map[id.ID]string{}}
	touched := map[string][]id.ID{}
	for _, r := range p.order {
		if r.old != nil {
			touched["estate_room"] = append(touched["estate_room"], r.ID)
		}
		for _, o := range r.live {
			touched["estate_occupant"] = append(touched["estate_occupant"], o.ID)
		}
	}
	for _, w := range p.people.all {
		if w.changed {
			touched["estate_person"] = append(touched["estate_person"], w.id)
		}
	}
	for _, b := range p.buildings {
		if b.isNew || !b.changed {
			continue
		}
		touched["estate_building"] = append(touched["estate_building"], b.ID)
		rooms, err := s.estate.RoomsOfBuilding(ctx, tx, p.project.ID, b.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rooms {
			touched["estate_room"] = append(touched["estate_room"], r.ID)
		}
	}
	for table, ids := range touched {
		slices.Sort(ids)
		if j.before[table], err = s.estate.BulkRows(ctx, tx, table, j.columns(table), p.project.ID, slices.Compact(ids)); err != nil {
			return nil, err
		}
	}
	return j, nil
}

func (j *journal) columns(table string) []string {
	for _, t := range j.tables {
		if t.Name == table {
			return t.Columns
		}
	}
	return nil
}

// made lists what a plan has created, by table.
func made(p *plan) map[string][]id.ID {
	out := map[string][]id.ID{}
	add := func(table string, row id.ID) { out[table] = append(out[table], row) }
	for _, b := range p.buildings {
		if b.isNew {
			add("estate_building", b.ID)
		}
	}
	for _, u := range p.newUnits {
		add("estate_unit", u.ID)
	}
	for _, r := range p.order {
		if r.old == nil {
			add("estate_room", r.ID)
		}
	}
	for _, w := range p.people.all {
		if w.old == nil {
			add("estate_person", w.id)
		}
	}
	for _, o := range p.added {
		add("estate_occupant", o.ID)
	}
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out
}

// closeJournal stores the journal after the plan has been written.
func (s *Service) closeJournal(ctx context.Context, tx *db.Tx, j *journal, project, imp id.ID, p *plan) error {
	var steps []step
	fresh := made(p)
	for _, table := range estate.BulkTables() {
		for part := range slices.Chunk(fresh[table], 1000) {
			now, err := s.estate.BulkRows(ctx, tx, table, estate.BulkStamp(table), project, part)
			if err != nil {
				return err
			}
			steps = append(steps, madeStep(table, part, now))
		}
		before := j.before[table]
		rows := make([]id.ID, 0, len(before))
		for row := range before {
			rows = append(rows, row)
		}
		slices.Sort(rows)
		after, err := s.estate.BulkRows(ctx, tx, table, j.columns(table), project, rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if before[row] != after[row] {
				steps = append(steps, changedStep(table, row, j.columns(table), before[row], after[row]))
			}
		}
	}
	return copySteps(ctx, tx, project, imp, steps)
}

// UndoImport takes a whole import back: what it made is deleted, what it
// changed is as it was before, to the letter. Refused as soon as anything of
// it was changed, billed or used since. Errors: ErrNotApplied, ErrNoJournal,
// ErrUsed, ErrChanged, fault.ErrNotFound.
func (s *Service) UndoImport(ctx context.Context, who actor.Actor, project, imp id.ID) (Import, error) {
	tables, err := s.db.ProjectTables(ctx)
	if err != nil {
		return Import{}, err
	}
	var im Import
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		if err := lockImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if im, err = oneImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if im.State != ImportApplied {
			return ErrNotApplied
		}
		if im.Kind != KindRoster {
			return s.undoKind(ctx, tx, who, project, &im)
		}
		steps, err := readSteps(ctx, tx, project, imp)
		if err != nil {
			return err
		}
		if len(steps) == 0 {
			return ErrNoJournal
		}
		if err := dropKept(ctx, tx, project, imp); err != nil {
			return err
		}
		if err := s.takeBack(ctx, tx, project, tables, steps, id.At(im.AppliedAt)+1<<22); err != nil {
			return err
		}
		c := im.Report.Counts
		im.State, im.UndoneBy, im.UndoneAt = ImportUndone, who.Name, tx.Now()
		if err := dropSteps(ctx, tx, project, imp); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.import_undone", Kind: "import", Subject: imp,
			Summary: fmt.Sprintf("撤销导入 %s：删去房屋 %d、住户 %d，还原房屋 %d、住户 %d", im.FileName, c.Rooms, c.People, c.RoomsChanged, c.PeopleChanged),
			After:   map[string]any{"sha256": im.Hash, "counts": c}})
		return updateImport(ctx, tx, project, &im)
	})
	return im, err
}

func (s *Service) takeBack(ctx context.Context, tx *db.Tx, project id.ID, tables []db.Table, steps []step, since id.ID) error {
	fresh, edited, mine := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for _, st := range steps {
		if err := s.same(ctx, tx, project, &st); err != nil {
			return err
		}
		for _, row := range st.data.Rows {
			if mine[int64(row)] = true; st.kind == stepMade {
				fresh[int64(row)] = true
			} else {
				edited[int64(row)] = true
			}
		}
	}
	others := slices.DeleteFunc(slices.Clone(tables), func(t db.Table) bool {
		return t.Name == "estate_term" || strings.HasPrefix(t.Name, "estate_import") || !usesRooms(t.Name)
	})
	table, err := tx.Mention(ctx, others, int64(project), fresh, mine, 0)
	if err == nil && table == "" {
		billed := slices.DeleteFunc(others, func(t db.Table) bool { return strings.HasPrefix(t.Name, "estate_") })
		table, err = tx.Mention(ctx, billed, int64(project), edited, mine, int64(since))
	}
	if err != nil {
		return err
	}
	if table != "" {
		return ErrUsed.Say("导入的房屋或住户%s，不能整批撤销", use(table))
	}
	drop := map[string][]id.ID{}
	for _, st := range steps {
		drop[st.table] = append(drop[st.table], st.rows()...)
	}
	if err := s.estate.DropRows(ctx, tx, project, drop); err != nil {
		return err
	}
	for _, st := range steps {
		if st.kind != stepChanged {
			continue
		}
		if err := s.estate.RestoreRow(ctx, tx, st.table, st.data.Columns, project, st.data.Rows[0], st.data.Before); err != nil {
			return err
		}
	}
	return nil
}

// usesRooms leaves out the tables that only tell what happened.
func usesRooms(table string) bool {
	room, _, _ := strings.Cut(table, "_")
	return room != "audit" && room != "kit" && room != "file" && room != "identity"
}

// use says what a table has to do with a room.
func use(table string) string {
	switch room, rest, _ := strings.Cut(table, "_"); room {
	case "billing":
		return "已经出过账或设了费用"
	case "cashier", "payment", "ledger":
		return "已经收过款"
	case "estate":
		if rest == "occupant" {
			return "后来又登记了别的人"
		}
		if rest == "room" || rest == "unit" {
			return "所在的楼后来又加了房屋"
		}
		return "后来又登记了别的内容"
	}
	return "已经用在别处"
}
