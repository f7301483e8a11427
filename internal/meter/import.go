package meter

import (
	"context"
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

// readingSheet is one file of readings.
type readingSheet struct {
	s       *Service
	project id.ID
	kind    supply.Kind
	table   *sheet.Table
	read    int // problems of the reading of the file
	rows    []sheetLine
	blank   int // rows without a value: meters that were not read
	found   []foundReading
	same    int
}

// foundReading is a row that says something new of a meter.
type foundReading struct {
	line    int
	label   string
	meter   Meter
	reading Reading
	begins  bool // the sheet's previous value is the meter's start
}

// Plan finds the meters and what each row would be; nothing is written.
func (x *readingSheet) Plan(ctx context.Context, q db.Q, im *roster.Import) (roster.Findings, error) {
	x.table.Problems, x.found, x.same = x.table.Problems[:x.read], nil, 0
	where, err := x.s.places(ctx, q, x.project, x.rows)
	if err != nil {
		return roster.Findings{}, fmt.Errorf("plan readings: %w", err)
	}
	if len(x.rows) == 0 && x.read == 0 {
		x.table.Problems = append(x.table.Problems, sheet.TableProblem{Message: "表里一个本期读数也没有填，请填好再传"})
	}
	seen, today := map[id.ID]int{}, clock.DateOf(x.s.db.Clock().Now())
	for i := range x.rows {
		r := &x.rows[i]
		m, label, wrong := where.find(r)
		if wrong == nil {
			if first := seen[m.ID]; first != 0 {
				wrong = &cellFault{colNumber, fmt.Sprintf("和第 %d 行是同一块表", first)}
			}
		}
		if wrong == nil {
			seen[m.ID] = r.line
			wrong, err = x.look(ctx, q, r, &m, label, im.ID, today)
		}
		if err != nil {
			return roster.Findings{}, fmt.Errorf("plan readings: %w", err)
		}
		if wrong != nil && !r.bad {
			x.table.Refuse(r.line, wrong.field, r.shown[wrong.field], wrong.message)
		}
	}
	return x.findings(), nil
}

// look holds a row against what is known of its meter.
func (x *readingSheet) look(ctx context.Context, q db.Q, r *sheetLine, m *Meter, label string, im id.ID, today clock.Date) (*cellFault, error) {
	if r.bad {
		return nil, nil
	}
	reading := Reading{Date: r.date, Month: r.month, Value: r.value, Estimated: r.estimated, Rolled: r.rolled, Note: r.note, Import: im}
	if err := reading.check(m, today); err != nil {
		return faultOf(err)
	}
	past, err := lastReadings(ctx, q, x.project, m.ID, 2)
	if err != nil {
		return nil, err
	}
	if len(past) > 0 && past[0].Month == reading.Month && past[0].Value == reading.Value {
		x.same++
		return nil, nil
	}
	begins := m.begin(r.previous, past)
	if err := x.s.gauge(ctx, q, x.project, m, &reading, past); err != nil {
		return faultOf(err)
	}
	if r.previous >= 0 && r.previous != reading.Previous {
		return &cellFault{colPrevious, fmt.Sprintf("系统里的上期读数是 %s，请核对是不是这块表；确认无误就把这一格留空", reading.Previous)}, nil
	}
	x.found = append(x.found, foundReading{r.line, label, *m, reading, begins})
	return nil, nil
}

func (x *readingSheet) findings() roster.Findings {
	x.table.Rows = len(x.rows)
	review, usage := 0, money.Qty(0)
	for i := range x.found {
		if usage += x.found[i].reading.Usage; x.found[i].reading.State == Review {
			review++
		}
	}
	f := roster.Findings{Table: x.table, Facts: []roster.Fact{{Title: "将录入", Value: strconv.Itoa(len(x.found)) + " 块表"},
		{Title: "其中待复核", Value: strconv.Itoa(review) + " 块"}, {Title: "已抄过、读数一样", Value: strconv.Itoa(x.same) + " 块"},
		{Title: "没填本期读数", Value: strconv.Itoa(x.blank) + " 行"}, {Title: "用量合计", Value: usage.String()}}}
	// What has to be looked at stands first.
	listed := slices.Clone(x.found)
	slices.SortStableFunc(listed, func(a, b foundReading) int { return bit(b.reading.State == Review) - bit(a.reading.State == Review) })
	for i := range listed[:min(len(listed), maxListed)] {
		l := &listed[i]
		text := fmt.Sprintf("%s表 %s %s：%s → %s，用量 %s", l.meter.Kind.Label(), l.meter.Number, l.reading.Month, l.reading.Previous, l.reading.Value, l.reading.Usage)
		if l.begins {
			text += "，第一次抄，起始读数按表上的上期读数"
		}
		if l.reading.Rolled {
			text += "，表字翻转"
		}
		if l.reading.Estimated {
			text += "，估抄"
		}
		if l.reading.State == Review {
			text += fmt.Sprintf("，待复核（前几期平均 %s）", l.reading.Mean)
		}
		f.Changes = append(f.Changes, roster.Change{Row: l.line, Label: l.label, Text: text})
	}
	return f
}

// Write enters the readings; each is gauged anew, because two registers of one
// household may stand in the same sheet.
func (x *readingSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *roster.Import) error {
	slices.SortFunc(x.found, func(a, b foundReading) int { return int(a.line - b.line) })
	if err := lockMeters(ctx, tx, x.project, x.found); err != nil {
		return err
	}
	review := 0
	for i := range x.found {
		f := &x.found[i]
		past, err := lastReadings(ctx, tx, x.project, f.meter.ID, 2)
		if err != nil {
			return err
		}
		if err := x.begun(ctx, tx, f, past); err != nil {
			return err
		}
		r := f.reading
		r.Rolled = r.Rolled || r.told
		if err := x.s.gauge(ctx, tx, x.project, &f.meter, &r, past); err != nil {
			if known := fault.As(err); known != nil {
				return known.Say("第 %d 行：%s", f.line, known.Text)
			}
			return err
		}
		r.ID, r.Reader, r.At = tx.NewID(), who.Name, tx.Now()
		review += bit(r.State == Review)
		if err := insertReading(ctx, tx, x.project, &r); err != nil {
			return fmt.Errorf("write readings: %w", err)
		}
	}
	x.s.audit.Record(tx, audit.Entry{Project: x.project, Who: who, Action: "meter.imported", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("导入抄表单 %s：%d 块表，待复核 %d 块", im.FileName, len(x.found), review),
		After:   map[string]any{"sha256": im.Hash, "readings": len(x.found), "review": review}})
	return nil
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
