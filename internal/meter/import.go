package meter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
	"linli/internal/kit/spool"
	"linli/internal/kit/supply"
	"linli/internal/roster"
)

// importPrefix begins the names of the imports of readings; the kind of meter
// follows, for sheets that do not say it themselves.
const importPrefix = "reading_"

// maxListed is how many readings a preview lists.
const maxListed = 200

// What is refused of sheets of readings.
var (
	ErrImportBilled = fault.New(fault.Conflict, "reading_import_billed", "导入的读数已出账，不能整批撤销；先撤回出账，再撤销导入")
	ErrImportUsed   = fault.New(fault.Conflict, "reading_import_used", "导入以后又抄过或改过，不能整批撤销")
)

// ImportKind is the kind of import that takes sheets of readings in.
func ImportKind(k supply.Kind) string { return importPrefix + string(k) }

// readings takes sheets of 抄表 in; kind is of the meters when the sheet names
// none.
type readings struct {
	s    *Service
	kind supply.Kind
}

func (r readings) Kind() string                 { return ImportKind(r.kind) }
func (r readings) Permission() actor.Permission { return PermRecord }
func (r readings) Template() (name string, s sheet.Sheet) {
	return r.kind.Label() + "表抄表单.xlsx", sheet.Template("抄表", sheetColumns())
}

// readingSheet is one file of readings; its rows, and what they say that is new,
// lie in spools.
type readingSheet struct {
	s       *Service
	project id.ID
	kind    supply.Kind
	table   *sheet.Table
	read    int        // problems of the reading of the file
	rows    spool.File // sheetLine
	count   int
	blank   int        // rows without a value: meters that were not read
	found   spool.File // foundReading
	sum     foundSum
}

// foundSum adds up what is found.
type foundSum struct {
	found, same, review int
	usage               money.Qty
	odd, plain          []roster.Change // the first of those that have to be looked at, and of the others
}

// foundReading is a row that says something new of a meter.
type foundReading struct {
	line    int
	meter   Meter
	reading Reading
	begins  bool // the sheet's previous value is the meter's start
}

// Code names what of it lies in the spool: the rest is read and gauged anew.
func (f *foundReading) Code(c *spool.Coder) {
	spool.Int(c, &f.line)
	spool.Int(c, &f.meter.ID)
	spool.Int(c, &f.meter.Start)
	r := &f.reading
	spool.Int(c, &r.Month)
	spool.Int(c, &r.Date)
	spool.Int(c, &r.Value)
	for _, b := range []*bool{&r.Rolled, &r.Estimated, &f.begins} {
		c.Bool(b)
	}
	c.Text(&r.Note)
}

// atOnce is how many rows are held against what is stored together.
const atOnce = 2000

// Close gives back what the rows lie in.
func (x *readingSheet) Close() error { return errors.Join(x.rows.Close(), x.found.Close()) }

// Plan finds the meters and what each row would be; nothing is written.
func (x *readingSheet) Plan(ctx context.Context, q db.Q, im *roster.Import) (roster.Findings, error) {
	if err := x.found.Close(); err != nil {
		return roster.Findings{}, err
	}
	x.table.Problems, x.sum = x.table.Problems[:x.read], foundSum{}
	if x.count == 0 && x.read == 0 {
		x.table.Problems = append(x.table.Problems, sheet.TableProblem{Message: "表里一个本期读数也没有填，请填好再传"})
	}
	hung, err := x.s.index(ctx, q, x.project)
	if err == nil {
		seen := map[id.ID]int32{}
		err = spool.Some(&x.rows, atOnce, func(rows []sheetLine) error {
			where, err := x.s.places(ctx, q, x.project, hung, rows)
			for i := 0; i < len(rows) && err == nil; i++ {
				err = x.plan(ctx, q, &rows[i], where, seen, im.ID)
			}
			return err
		})
	}
	if err != nil {
		return roster.Findings{}, fmt.Errorf("plan readings: %w", err)
	}
	return x.findings(), nil
}

// plan is Plan for one row.
func (x *readingSheet) plan(ctx context.Context, q db.Q, r *sheetLine, where *places, seen map[id.ID]int32, im id.ID) error {
	m, label, wrong := where.find(r)
	if wrong == nil {
		if first := seen[m.ID]; first != 0 {
			wrong = &cellFault{colNumber, fmt.Sprintf("和第 %d 行是同一块表", first)}
		}
	}
	var err error
	if wrong == nil {
		seen[m.ID] = int32(r.line)
		wrong, err = x.look(ctx, q, r, &m, label, im)
	}
	if err == nil && wrong != nil && !r.bad {
		x.table.Refuse(r.line, wrong.field, r.cell(wrong.field), wrong.message)
	}
	return err
}

// look holds a row against what is known of its meter.
func (x *readingSheet) look(ctx context.Context, q db.Q, r *sheetLine, m *Meter, label string, im id.ID) (*cellFault, error) {
	if r.bad {
		return nil, nil
	}
	reading := Reading{Date: r.date, Month: r.month, Value: r.value, Estimated: r.estimated, Rolled: r.rolled, Note: r.note, Import: im}
	if err := reading.check(m, clock.DateOf(x.s.db.Clock().Now())); err != nil {
		return faultOf(err)
	}
	past, err := lastReadings(ctx, q, x.project, m.ID, 2)
	if err != nil {
		return nil, err
	}
	if len(past) > 0 && past[0].Month == reading.Month && past[0].Value == reading.Value {
		x.sum.same++
		return nil, nil
	}
	begins := m.begin(r.previous, past)
	if err := x.s.gauge(ctx, q, x.project, m, &reading, past); err != nil {
		return faultOf(err)
	}
	if r.previous >= 0 && r.previous != reading.Previous {
		return &cellFault{colPrevious, fmt.Sprintf("系统里的上期读数是 %s，请核对是不是这块表；确认无误就把这一格留空", reading.Previous)}, nil
	}
	f := foundReading{r.line, *m, reading, begins}
	x.sum.add(&f, label)
	f.reading.Rolled = f.reading.Rolled || f.reading.told
	_, err = x.found.Add(&f)
	return nil, err
}

// add counts a reading and describes the first of them.
func (t *foundSum) add(f *foundReading, label string) {
	t.found++
	t.usage += f.reading.Usage
	list := &t.plain
	if f.reading.State == Review {
		t.review++
		list = &t.odd
	}
	if len(*list) < maxListed {
		*list = append(*list, roster.Change{Row: f.line, Label: label, Text: f.text()})
	}
}

// text says what is read of a meter.
func (f *foundReading) text() string {
	m, r := &f.meter, &f.reading
	text := fmt.Sprintf("%s表 %s %s：%s → %s，用量 %s", m.Kind.Label(), m.Number, r.Month, r.Previous, r.Value, r.Usage)
	if f.begins {
		text += "，第一次抄，起始读数按表上的上期读数"
	}
	if r.Rolled {
		text += "，表字翻转"
	}
	if r.Estimated {
		text += "，估抄"
	}
	if r.State == Review {
		text += fmt.Sprintf("，待复核（前几期平均 %s）", r.Mean)
	}
	return text
}

func (x *readingSheet) findings() roster.Findings {
	x.table.Rows = x.count
	t := &x.sum
	f := roster.Findings{Table: x.table, Facts: []roster.Fact{{Title: "将录入", Value: strconv.Itoa(t.found) + " 块表"},
		{Title: "其中待复核", Value: strconv.Itoa(t.review) + " 块"}, {Title: "已抄过、读数一样", Value: strconv.Itoa(t.same) + " 块"},
		{Title: "没填本期读数", Value: strconv.Itoa(x.blank) + " 行"}, {Title: "用量合计", Value: t.usage.String()}}}
	// What has to be looked at stands first.
	f.Changes = slices.Concat(t.odd, t.plain)
	f.Changes = f.Changes[:min(len(f.Changes), maxListed)]
	return f
}

// Write enters the readings; each is gauged anew, because two registers of one
// household may stand in the same sheet.
func (x *readingSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *roster.Import) error {
	review := 0
	err := spool.Some(&x.found, atOnce, func(list []foundReading) error {
		if err := lockMeters(ctx, tx, x.project, list); err != nil {
			return err
		}
		for i := range list {
			odd, err := x.enter(ctx, tx, who, &list[i], im.ID)
			if err != nil {
				return err
			}
			review += bit(odd)
		}
		return nil
	})
	if err != nil {
		return err
	}
	x.s.audit.Record(tx, audit.Entry{Project: x.project, Who: who, Action: "meter.imported", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("导入抄表单 %s：%d 块表，待复核 %d 块", im.FileName, x.sum.found, review),
		After:   map[string]any{"sha256": im.Hash, "readings": x.sum.found, "review": review}})
	return nil
}

// enter writes one reading; odd is one that has to be looked at.
func (x *readingSheet) enter(ctx context.Context, tx *db.Tx, who actor.Actor, f *foundReading, im id.ID) (odd bool, err error) {
	start := f.meter.Start
	if f.meter, err = oneMeter(ctx, tx, x.project, f.meter.ID); err != nil {
		return false, err
	}
	past, err := lastReadings(ctx, tx, x.project, f.meter.ID, 2)
	if err != nil {
		return false, err
	}
	if f.begins && f.meter.Start != start {
		if !f.meter.begin(start, past) {
			return false, ErrRead
		}
		if err := updateMeter(ctx, tx, x.project, &f.meter); err != nil {
			return false, err
		}
	}
	r := &f.reading
	if err := x.s.gauge(ctx, tx, x.project, &f.meter, r, past); err != nil {
		if known := fault.As(err); known != nil {
			return false, known.Say("第 %d 行：%s", f.line, known.Text)
		}
		return false, err
	}
	r.ID, r.Reader, r.At, r.Import = tx.NewID(), who.Name, tx.Now(), im
	if err := insertReading(ctx, tx, x.project, r); err != nil {
		return false, fmt.Errorf("write readings: %w", err)
	}
	return r.State == Review, nil
}

// Undo makes the readings of a sheet void while nobody was charged for one and
// each is still the last of its meter. Errors: ErrImportBilled, ErrImportUsed.
func (r readings) Undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *roster.Import) error {
	n, err := undoReadings(ctx, tx, project, im.ID, who.Name, "撤销导入 "+im.FileName)
	if err != nil {
		return err
	}
	r.s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.import_undone", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("撤销导入的抄表单 %s：作废读数 %d 条", im.FileName, n), Before: map[string]any{"sha256": im.Hash, "readings": n}})
	return nil
}
