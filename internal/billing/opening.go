package billing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"linli/internal/audit"
	"linli/internal/billing/opening"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
	"linli/internal/kit/spool"
	"linli/internal/ledger"
	"linli/internal/roster"
	"linli/internal/tariff"
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

// Close gives back what rows and charges lie in.
func (o *openingSheet) Close() error { return errors.Join(o.in.Close(), o.charges.Close()) }

// openingSheet is one file of opening arrears.
type openingSheet struct {
	s       *Service
	project id.ID
	in      *opening.Sheet
	read    int        // problems of the reading
	charges spool.File // opening.Draft
	totals  opening.Totals
	used    map[id.ID]bool // fee items
	log     int64          // where the log stood when it was planned
}

// Plan finds rooms, items and what is charged already.
func (o *openingSheet) Plan(ctx context.Context, q db.Q, _ *roster.Import) (roster.Findings, error) {
	if err := o.charges.Close(); err != nil {
		return roster.Findings{}, err
	}
	o.in.Problems, o.used = o.in.Problems[:o.read], map[id.ID]bool{}
	f := roster.Findings{Table: o.in.Table}
	payers := map[id.ID]id.ID{}
	var err error
	if o.log, err = o.s.audit.Position(ctx, q, o.project); err != nil {
		return roster.Findings{}, fmt.Errorf("plan opening charges: %w", err)
	}
	facts, err := o.facts(ctx, q, payers)
	if err == nil {
		o.totals, err = o.in.Plan(facts, func(c *opening.Charge) error {
			if len(f.Changes) < 200 {
				f.Changes = append(f.Changes, roster.Change{Row: c.Row.Line, Label: c.Label, Text: c.Text()})
			}
			o.used[c.Item.ID] = true
			_, err := o.charges.Add(c.Draft(payers[c.Room]))
			return err
		})
	}
	if err != nil {
		return roster.Findings{}, fmt.Errorf("plan opening charges: %w", err)
	}
	for _, x := range o.totals.Facts() {
		f.Facts = append(f.Facts, roster.Fact{Title: x[0], Value: x[1]})
	}
	return f, nil
}

// facts are what the plan asks; payers are those of the rows at hand.
func (o *openingSheet) facts(ctx context.Context, q db.Q, payers map[id.ID]id.ID) (opening.Facts, error) {
	f := opening.Facts{Now: clock.MonthOf(o.s.db.Clock().Now())}
	list, err := o.s.tariff.Items(ctx, q, o.project)
	if err != nil {
		return f, err
	}
	items := []opening.Item{}
	for i := range list {
		if it := &list[i]; it.Active {
			items = append(items, opening.Item{ID: it.ID, Name: it.Name, Due: it.DueDate})
		}
	}
	f.Know(items)
	f.Look = func(rows []opening.Row) (opening.Stored, error) { return o.look(ctx, q, rows, f.Item, payers) }
	return f, nil
}

// look finds what is stored about the rooms of some rows.
func (o *openingSheet) look(ctx context.Context, q db.Q, rows []opening.Row, item func(string) (opening.Item, bool), payers map[id.ID]id.ID) (opening.Stored, error) {
	var out opening.Stored
	asked := opening.Ask(rows, item)
	rooms, err := o.s.estate.RoomsByKey(ctx, q, o.project, asked.Keys)
	if err != nil {
		return out, err
	}
	clear(payers)
	for _, r := range rooms {
		payers[r.ID] = r.Payer
	}
	out.Place = asked.Places(func(key string) (opening.Place, bool) {
		room, ok := rooms[key]
		return opening.Place{Room: room.ID, Label: room.Label}, ok
	})
	out.Charged, err = o.charged(ctx, q, asked.Periods, payers)
	return out, err
}

// charged finds which of some rooms have a charge of the items and months, also
// in a draft.
func (o *openingSheet) charged(ctx context.Context, q db.Q, asked map[opening.Period]bool, among map[id.ID]id.ID) (map[opening.Taken]bool, error) {
	have := map[opening.Taken]bool{}
	list := slices.Sorted(maps.Keys(among))
	for p := range asked {
		if len(list) == 0 {
			break
		}
		rooms, err := chargedRooms(ctx, q, o.project, p.Item, p.Month, part{After: list[0] - 1, Upto: list[len(list)-1]})
		if err != nil {
			return nil, err
		}
		for _, room := range rooms {
			if _, ok := among[room]; ok {
				have[opening.Taken{Period: p, Room: room}] = true
			}
		}
	}
	return have, nil
}

// Hold says whether rooms, payers and fee items are as they were. Charges that
// were made meanwhile are found by their key when these are written.
func (o *openingSheet) Hold(ctx context.Context, tx *db.Tx) (bool, error) {
	return o.s.audit.Quiet(ctx, tx, o.project, o.log, "estate", "billing") // where fee items are recorded
}

// Write makes the charges of one run, released at once: what was owed before
// Linli is receivable against the profit of earlier books, what was paid then
// is settled without any posting.
func (o *openingSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *roster.Import) error {
	t, s := &o.totals, o.s
	run := Run{ID: tx.NewID(), Month: t.Last, State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now(), Rooms: int64(t.Rooms), Lines: int64(t.Charges), Amount: t.Amount}
	then, err := o.payersThen(ctx, tx)
	if err != nil {
		return err
	}
	if err := insertOpening(ctx, tx, o, &run, im, then); err != nil {
		if db.IsUnique(err) {
			err = ErrOpeningMoved.Because(err)
		}
		return fmt.Errorf("write opening charges: %w", err)
	}
	if err := o.s.tariff.MarkUsed(ctx, tx, o.project, slices.Sorted(maps.Keys(o.used))); err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: o.project, Who: who, Action: "billing.opening_imported", Kind: "run", Subject: run.ID,
		Summary: fmt.Sprintf("导入期初欠费 %s：%d 条，应收 %s 元，导入前已收 %s 元", im.FileName, t.Charges, t.Amount.Comma(), t.Paid.Comma()),
		After:   map[string]any{"import": im.ID, "sha256": im.Hash, "lines": t.Charges, "amount": t.Amount, "carried": t.Paid}})
	return s.postShared(ctx, tx, o.project, &run, ledger.DocRun, ledger.Receivable, ledger.Opening)
}

// payersThen tells who was liable at the end of the month of a charge.
func (o *openingSheet) payersThen(ctx context.Context, tx *db.Tx) (func(*opening.Draft) id.ID, error) {
	changes, err := o.s.estate.PayerChanges(ctx, tx, o.project, 0, lastRoom, o.totals.First.First())
	if err != nil {
		return nil, err
	}
	by := map[id.ID][]estate.PayerChange{}
	for _, c := range changes {
		by[c.Room] = append(by[c.Room], c)
	}
	return func(x *opening.Draft) id.ID {
		for _, c := range by[x.Room] {
			if c.Date > x.Month.Last() {
				return c.From
			}
		}
		return x.Payer
	}, nil
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
	if o.how != "" {
		e.Formula, e.Source = "按今天的资料应收 − 已收取的", o.how
	}
	if r.item.Basis == tariff.Costs {
		e.Lines = slices.Insert(e.Lines, 0, "实现债权的费用，到期后先于违约金和本金抵扣")
	}
	if p := r.detail.payer; p != nil {
		e.Lines = append(e.Lines, p.text(c.Month, c.Amount))
	}
	return e, nil
}
