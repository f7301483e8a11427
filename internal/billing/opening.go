package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"linli/internal/audit"
	"linli/internal/billing/opening"
	"linli/internal/estate"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
	"linli/internal/kit/sheet"
	"linli/internal/ledger"
	"linli/internal/roster"
)

// KindOpening is the import of what was charged before Linli.
const KindOpening = "opening"

// sourceOpening is the source kind of charges that an import brought.
const sourceOpening = 4

// What is refused of opening arrears.
var (
	ErrOpeningMoved = fault.New(fault.Conflict, "opening_moved", "检查以后有的账期刚出了账，请重新检查")
	ErrOpeningPaid  = fault.New(fault.Conflict, "opening_paid", "导入的费用已有收款或减免，不能整批撤销；先把收款退回（没交班的作废收据，已交班的红冲），再撤销")
)

// Openings takes the sheets of 期初欠费 in.
func (s *Service) Openings() roster.Importer { return openings{s} }

// openings takes the sheets of 期初欠费 in.
type openings struct{ s *Service }

func (o openings) Kind() string                 { return KindOpening }
func (o openings) Permission() actor.Permission { return PermRelease }
func (o openings) Template() (name string, s sheet.Sheet) {
	return "期初欠费导入模板.xlsx", opening.Template()
}

func (o openings) Read(ctx context.Context, project id.ID, b *sheet.Book, opt roster.ReadOptions) (roster.ImportedSheet, error) {
	in, err := opening.Read(ctx, b, opt.SkipHidden, opt.Note)
	if err != nil {
		return nil, err
	}
	return &openingSheet{s: o.s, project: project, in: in, read: len(in.Problems)}, nil
}

// openingSheet is one file of opening arrears.
type openingSheet struct {
	s       *Service
	project id.ID
	in      *opening.Sheet
	read    int // problems of the reading
	charges []opening.Charge
	totals  opening.Totals
	payers  map[id.ID]id.ID
}

// Plan finds rooms, items and what is charged already.
func (o *openingSheet) Plan(ctx context.Context, q db.Q, _ *roster.Import) (roster.Findings, error) {
	o.in.Problems = o.in.Problems[:o.read]
	facts, err := o.facts(ctx, q)
	if err != nil {
		return roster.Findings{}, fmt.Errorf("plan opening charges: %w", err)
	}
	o.charges, o.totals = o.in.Plan(facts)
	t := &o.totals
	f := roster.Findings{Table: o.in.Table, Facts: []roster.Fact{
		{Title: "费用", Value: strconv.Itoa(t.Charges) + " 条"}, {Title: "房屋", Value: strconv.Itoa(t.Rooms) + " 间"},
		{Title: "账期", Value: fmt.Sprintf("%s 至 %s", t.First, t.Last)}, {Title: "应收合计", Value: t.Amount.Comma() + " 元"},
		{Title: "导入前已收", Value: t.Paid.Comma() + " 元"}, {Title: "期初欠费", Value: (t.Amount - t.Paid).Comma() + " 元"}}}
	for i := range o.charges[:min(len(o.charges), 200)] {
		c := &o.charges[i]
		f.Changes = append(f.Changes, roster.Change{Row: c.Row.Line, Label: c.Label, Text: fmt.Sprintf("%s %s 应收 %s，已收 %s，欠 %s", c.Item.Name, c.Month,
			c.Amount.Comma(), c.Paid.Comma(), (c.Amount - c.Paid).Comma())})
	}
	return f, nil
}

func (o *openingSheet) facts(ctx context.Context, q db.Q) (opening.Facts, error) {
	f := opening.Facts{Now: clock.MonthOf(o.s.db.Clock().Now())}
	keys, spelled := []string{}, map[[3]string][]string{}
	months := map[clock.Month]bool{}
	for i := range o.in.List {
		r := &o.in.List[i]
		at := [3]string{r.Building, r.Unit, r.Room}
		if _, ok := spelled[at]; !ok {
			spelled[at] = naming.FullKeys(r.Building, r.Unit, r.Room)
			keys = append(keys, spelled[at]...)
		}
		for m := r.From.Month(); m <= r.Until.Month(); m = m.Add(1) {
			months[m] = true
		}
	}
	rooms, err := o.s.estate.RoomsByKey(ctx, q, o.project, keys)
	if err != nil {
		return f, err
	}
	o.payers = map[id.ID]id.ID{}
	for _, r := range rooms {
		o.payers[r.ID] = r.Payer
	}
	f.Place = func(r *opening.Row) (opening.Place, bool) {
		for _, k := range spelled[[3]string{r.Building, r.Unit, r.Room}] {
			if room, ok := rooms[k]; ok {
				return opening.Place{Room: room.ID, Label: room.Label}, true
			}
		}
		return opening.Place{}, false
	}
	list, err := o.s.tariff.Items(ctx, q, o.project)
	if err != nil {
		return f, err
	}
	named := map[string]opening.Item{}
	for i := range list {
		if it := &list[i]; it.Active {
			named[search.Fold(it.Name)] = opening.Item{ID: it.ID, Name: it.Name, Due: it.DueDate}
			f.Names = append(f.Names, it.Name)
		}
	}
	f.Item = func(name string) (opening.Item, bool) { it, ok := named[search.Fold(name)]; return it, ok }
	used := map[id.ID]bool{}
	for i := range o.in.List {
		if it, ok := f.Item(o.in.List[i].Item); ok {
			used[it.ID] = true
		}
	}
	f.Charged, err = o.charged(ctx, q, used, months)
	return f, err
}

// charged finds which rooms have a charge of the items and months, also in a
// draft.
func (o *openingSheet) charged(ctx context.Context, q db.Q, items map[id.ID]bool, months map[clock.Month]bool) (func(id.ID, clock.Month, id.ID) bool, error) {
	type key struct {
		item, room id.ID
		month      clock.Month
	}
	have := map[key]bool{}
	for item := range items {
		for m := range months {
			rooms, err := chargedRooms(ctx, q, o.project, item, m, part{Upto: lastRoom})
			if err != nil {
				return nil, err
			}
			for _, room := range rooms {
				have[key{item, room, m}] = true
			}
		}
	}
	return func(item id.ID, m clock.Month, room id.ID) bool { return have[key{item, room, m}] }, nil
}

// Write makes the charges of one run, released at once: what was owed before
// Linli is receivable against the profit of earlier books, what was paid then
// is settled without any posting.
func (o *openingSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *roster.Import) error {
	t, s := &o.totals, o.s
	run := Run{ID: tx.NewID(), Month: t.Last, State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now(), Rooms: int64(t.Rooms), Lines: int64(t.Charges), Amount: t.Amount}
	if err := insertRun(ctx, tx, o.project, &run); err != nil {
		return err
	}
	if err := o.payersThen(ctx, tx); err != nil {
		return err
	}
	if err := insertOpening(ctx, tx, o, &run, im); err != nil {
		if db.IsUnique(err) {
			err = ErrOpeningMoved.Because(err)
		}
		return fmt.Errorf("write opening charges: %w", err)
	}
	if err := updateRun(ctx, tx, o.project, &run); err != nil {
		return err
	}
	used := make([]id.ID, 0, 8)
	for i := range o.charges {
		used = append(used, o.charges[i].Item.ID)
	}
	if err := o.s.tariff.MarkUsed(ctx, tx, o.project, slices.Compact(used)); err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: o.project, Who: who, Action: "billing.opening_imported", Kind: "run", Subject: run.ID,
		Summary: fmt.Sprintf("导入期初欠费 %s：%d 条，应收 %s 元，导入前已收 %s 元", im.FileName, t.Charges, t.Amount.Comma(), t.Paid.Comma()),
		After:   map[string]any{"import": im.ID, "sha256": im.Hash, "lines": t.Charges, "amount": t.Amount, "carried": t.Paid}})
	return s.postShared(ctx, tx, o.project, &run, ledger.DocRun, ledger.Receivable, ledger.Opening)
}

// payersThen finds who was liable at the end of each month.
func (o *openingSheet) payersThen(ctx context.Context, tx *db.Tx) error {
	changes, err := o.s.estate.PayerChanges(ctx, tx, o.project, 0, lastRoom, o.totals.First.First())
	if err != nil {
		return err
	}
	by := map[id.ID][]estate.PayerChange{}
	for _, c := range changes {
		by[c.Room] = append(by[c.Room], c)
	}
	for i := range o.charges {
		c := &o.charges[i]
		c.Payer = o.payers[c.Room]
		for _, x := range by[c.Room] {
			if x.Date > c.Month.Last() {
				c.Payer = x.From
				break
			}
		}
	}
	return nil
}

// Undo takes the charges of an import back while nobody has paid any of them.
func (o openings) Undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *roster.Import) error {
	run, err := openingRun(ctx, tx, project, im.ID)
	if err != nil {
		return err
	}
	err = o.s.withdrawWhole(ctx, tx, who, project, run, "撤销导入 "+im.FileName, ledger.Opening)
	if errors.Is(err, ErrPaid) {
		return ErrOpeningPaid
	}
	if err == nil {
		o.s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.opening_undone", Kind: "run", Subject: run,
			Summary: "撤销导入的期初欠费 " + im.FileName, Before: map[string]any{"import": im.ID, "sha256": im.Hash}})
	}
	return err
}

// explainOpening tells what the imported sheet said.
func (r *replay) explainOpening() (Explanation, error) {
	amount, err := r.amount()
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	c, o := r.charge, r.detail.opening
	e := Explanation{Title: c.ItemName + " " + c.Month.String(), Formula: "期初导入，不重新计算", Unit: "元", Source: "导入的期初欠费", Rounding: "按导入的金额",
		Computed: amount, Gross: amount, Amount: c.Amount, Lines: slices.Clone(o.lines)}
	if o.single {
		e.Formula, e.Source, e.Rounding = "单笔收费，金额由人定", "单笔收费单", "按单据的金额"
	}
	if p := r.detail.payer; p != nil {
		e.Lines = append(e.Lines, p.text(c.Month, c.Amount))
	}
	return e, nil
}
