package meter

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	roster.AtOnce
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
	roster.AtOnce
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
	rests   rests
}

// rests is what the plan of a sheet rests on: nothing of meters and rooms has
// been recorded in the log since, and nobody was charged for a reading.
type rests struct {
	log     int64
	charged int64
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

// Code names what of it is written: of the meter, how it begins.
func (f *foundReading) Code(c *spool.Coder) {
	spool.Int(c, &f.meter.Start)
	c.Bool(&f.begins)
	r := &f.reading
	kind, state := string(r.Kind), string(r.State)
	for _, s := range []*string{&kind, &state, &r.Note} {
		c.Text(s)
	}
	r.Kind, r.State = supply.Kind(kind), State(state)
	for _, x := range []*id.ID{&r.Meter, &r.Room} {
		spool.Int(c, x)
	}
	spool.Int(c, &r.Month)
	spool.Int(c, &r.Date)
	for _, x := range []*money.Qty{&r.Value, &r.Previous, &r.Usage, &r.Carry, &r.Mean} {
		spool.Int(c, x)
	}
	for _, b := range []*bool{&r.Rolled, &r.Estimated} {
		c.Bool(b)
	}
}

// atOnce is how many rows are held against what is stored together.
const atOnce = 2000

// Close gives back what the rows lie in.
func (x *readingSheet) Close() error { return errors.Join(x.rows.Close(), x.found.Close()) }

// Plan finds the meters and what each row would be; nothing is written.
func (x *readingSheet) Plan(ctx context.Context, q db.Q, _ *roster.Import) (roster.Findings, error) {
	if err := x.found.Close(); err != nil {
		return roster.Findings{}, err
	}
	x.table.Problems, x.sum = x.table.Problems[:x.read], foundSum{}
	if x.count == 0 && x.read == 0 {
		x.table.Problems = append(x.table.Problems, sheet.TableProblem{Message: "表里一个本期读数也没有填，请填好再传"})
	}
	// First, so that whatever changes while the rows are held against it is seen.
	var err error
	if x.rests, err = x.s.restsOn(ctx, q, x.project); err != nil {
		return roster.Findings{}, fmt.Errorf("plan readings: %w", err)
	}
	hung, err := x.s.index(ctx, q, x.project)
	if err == nil {
		p := readingPlan{x, q, map[id.ID]int32{}, map[accountMonth]money.Qty{}}
		err = spool.Some(&x.rows, atOnce, func(rows []sheetLine) error {
			where, err := x.s.places(ctx, q, x.project, hung, rows)
			if err != nil {
				return err
			}
			return p.look(ctx, p.find(rows, where))
		})
	}
	if err != nil {
		return roster.Findings{}, fmt.Errorf("plan readings: %w", err)
	}
	return x.findings(), nil
}

// readingPlan holds the rows of a sheet against what is stored.
type readingPlan struct {
	*readingSheet
	q    db.Q
	seen map[id.ID]int32            // the row of each meter
	used map[accountMonth]money.Qty // by the rows before: one household may have two registers in the sheet
}

// accountMonth is a month of an account.
type accountMonth struct {
	accountKey
	month clock.Month
}

// candidate is a row whose meter is known and hangs.
type candidate struct {
	line    *sheetLine
	meter   Meter
	label   string
	reading Reading
}

// find finds the meters of rows and refuses those that name none, or one twice.
func (p *readingPlan) find(rows []sheetLine, where *places) []candidate {
	out := make([]candidate, 0, len(rows))
	for i := range rows {
		l := &rows[i]
		m, label, wrong := where.find(l)
		if wrong == nil {
			if first := p.seen[m.ID]; first != 0 {
				wrong = &cellFault{colNumber, fmt.Sprintf("和第 %d 行是同一块表", first)}
			}
		}
		if wrong == nil {
			p.seen[m.ID] = int32(l.line)
			out = append(out, candidate{l, m, label, Reading{Date: l.date, Month: l.month, Value: l.value, Estimated: l.estimated, Rolled: l.rolled, Note: l.note}})
			continue
		}
		p.refuse(l, wrong)
	}
	return slices.DeleteFunc(out, func(c candidate) bool { return c.line.bad })
}

func (p *readingPlan) refuse(l *sheetLine, wrong *cellFault) {
	if !l.bad { // else its fault is named already
		p.table.Refuse(l.line, wrong.field, l.cell(wrong.field), wrong.message)
	}
}

// look holds rows against what is known of their meters.
func (p *readingPlan) look(ctx context.Context, list []candidate) error {
	today := clock.DateOf(p.s.db.Clock().Now())
	type group struct {
		kind  supply.Kind
		month clock.Month
	}
	groups, meters := []group{}, map[group][]Meter{}
	for i := range list {
		c := &list[i]
		if err := c.reading.check(&c.meter, today); err != nil {
			wrong, err := faultOf(err)
			if err != nil {
				return err
			}
			p.refuse(c.line, wrong)
			c.line = nil
			continue
		}
		g := group{c.meter.Kind, c.reading.Month}
		if meters[g] == nil {
			groups = append(groups, g)
		}
		meters[g] = append(meters[g], c.meter)
	}
	known := make(map[id.ID]*basis, len(list))
	for _, g := range groups {
		all, err := p.s.bases(ctx, p.q, p.project, g.kind, g.month, meters[g])
		if err != nil {
			return err
		}
		maps.Copy(known, all)
	}
	for i := range list {
		c := &list[i]
		if c.line == nil {
			continue
		}
		wrong, err := p.gauge(c, known[c.meter.ID])
		if err != nil {
			return err
		}
		if wrong != nil {
			p.refuse(c.line, wrong)
		}
	}
	return nil
}

// gauge finds what a row would be.
func (p *readingPlan) gauge(c *candidate, b *basis) (*cellFault, error) {
	r, l := &c.reading, c.line
	if len(b.past) > 0 && b.past[0].Month == r.Month && b.past[0].Value == r.Value {
		p.sum.same++
		return nil, nil
	}
	begins := c.meter.begin(l.previous, b.past)
	at := accountMonth{accountOf(&c.meter), r.Month}
	b.already += p.used[at]
	if err := r.gauge(&c.meter, b); err != nil {
		return faultOf(err)
	}
	if l.previous >= 0 && l.previous != r.Previous {
		return &cellFault{colPrevious, fmt.Sprintf("系统里的上期读数是 %s，请核对是不是这块表；确认无误就把这一格留空", r.Previous)}, nil
	}
	p.used[at] += r.Usage
	f := foundReading{l.line, c.meter, *r, begins}
	p.sum.add(&f, c.label)
	_, err := p.found.Add(&f)
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

// Hold locks the meters and says whether what the plan rests on still is.
func (x *readingSheet) Hold(ctx context.Context, tx *db.Tx) (bool, error) {
	err := spool.Some(&x.found, atOnce, func(list []foundReading) error {
		ids := make([]id.ID, len(list))
		for i := range list {
			ids[i] = list[i].reading.Meter
		}
		return lockMeters(ctx, tx, x.project, ids)
	})
	if err != nil {
		return false, err
	}
	now, err := x.s.restsOn(ctx, tx, x.project)
	if err != nil || now.charged != x.rests.charged {
		return false, err
	}
	return x.s.audit.Quiet(ctx, tx, x.project, x.rests.log, "meter", "estate")
}

func (s *Service) restsOn(ctx context.Context, q db.Q, project id.ID) (r rests, err error) {
	if r.log, err = s.audit.Position(ctx, q, project); err != nil {
		return r, err
	}
	r.charged, err = countCharged(ctx, q, project)
	return r, err
}

// Write enters what was found.
func (x *readingSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *roster.Import) error {
	err := spool.Some(&x.found, atOnce, func(list []foundReading) error {
		if err := beginMeters(ctx, tx, x.project, list); err != nil {
			return err
		}
		readings, ids := make([]Reading, len(list)), tx.IDs(len(list))
		for i := range list {
			r := list[i].reading
			r.ID, r.Reader, r.At, r.Import = ids[i], who.Name, tx.Now(), im.ID
			readings[i] = r
		}
		return insertReadings(ctx, tx, x.project, readings...)
	})
	if err != nil {
		return fmt.Errorf("write readings: %w", err)
	}
	x.s.audit.Record(tx, audit.Entry{Project: x.project, Who: who, Action: "meter.imported", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("导入抄表单 %s：%d 块表，待复核 %d 块", im.FileName, x.sum.found, x.sum.review),
		After:   map[string]any{"sha256": im.Hash, "readings": x.sum.found, "review": x.sum.review}})
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
