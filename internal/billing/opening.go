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
	"linli/internal/kit/job"
	"linli/internal/kit/sheet"
	"linli/internal/kit/spool"
	"linli/internal/ledger"
	"linli/internal/roster"
	"linli/internal/tariff"
)

// KindOpening is the import of what was charged before Linli.
const KindOpening = "opening"

// An import has a run of its kind, and writes so many charges in one transaction.
const kindOpening, openingAtOnce = "opening", 2000

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
	run     id.ID          // the draft that was laid
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

// Lay stores the charges part by part as the draft of a run, which nobody sees.
func (o *openingSheet) Lay(ctx context.Context, who actor.Actor, im *roster.Import) error {
	payer, err := o.payersThen(ctx, o.s.db.Reader(ctx))
	if err != nil {
		return err
	}
	run := Run{Kind: kindOpening, Month: o.totals.Last, State: Draft, Version: 1, CreatedBy: who.Name}
	err = o.s.db.Write(ctx, func(tx *db.Tx) error {
		run.ID, run.CreatedAt = tx.NewID(), tx.Now()
		return beginOpening(ctx, tx, o.project, &run, im.ID)
	})
	if err == nil {
		no := 0
		err = spool.Some(&o.charges, min(o.s.partRooms, openingAtOnce), func(list []opening.Draft) error {
			no++
			return o.s.db.Write(ctx, func(tx *db.Tx) error { return layOpening(ctx, tx, o.project, run.ID, no, list, im.FileName, payer) })
		})
	}
	if db.IsUnique(err) {
		err = ErrOpeningMoved.Because(err)
	}
	if o.run = run.ID; err != nil {
		return fmt.Errorf("lay opening charges: %w", err)
	}
	return nil
}

// Write decides that the draft counts; what was paid before Linli is never posted.
func (o *openingSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *roster.Import) error {
	t := &o.totals
	run, err := lockRun(ctx, tx, o.project, o.run)
	if err != nil {
		return err
	}
	if run.State != Draft || run.Lines != int64(t.Charges) || run.Amount != t.Amount {
		return fmt.Errorf("write opening charges: run %s is %s with %d of %d charges", run.ID, run.State, run.Lines, t.Charges)
	}
	run.State, run.Rooms, run.GeneratedAt, run.ReleasedBy, run.ReleasedAt = Releasing, int64(t.Rooms), tx.Now(), who.Name, tx.Now()
	if err := updateRun(ctx, tx, o.project, &run); err != nil {
		return err
	}
	if err := o.s.tariff.MarkUsed(ctx, tx, o.project, slices.Sorted(maps.Keys(o.used))); err != nil {
		return err
	}
	o.s.audit.Record(tx, audit.Entry{Project: o.project, Who: who, Action: "billing.opening_imported", Kind: "run", Subject: run.ID,
		Summary: fmt.Sprintf("导入期初欠费 %s：%d 条，应收 %s 元，导入前已收 %s 元", im.FileName, t.Charges, t.Amount.Comma(), t.Paid.Comma()),
		After:   map[string]any{"import": im.ID, "sha256": im.Hash, "lines": t.Charges, "amount": t.Amount, "carried": t.Paid}})
	return nil
}

// payersThen tells who was liable at the end of the month of a charge.
func (o *openingSheet) payersThen(ctx context.Context, q db.Q) (func(*opening.Draft) id.ID, error) {
	changes, err := o.s.estate.PayerChanges(ctx, q, o.project, 0, lastRoom, o.totals.First.First())
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

// Finish posts the charges part by part and lets everybody see them.
func (o openings) Finish(ctx context.Context, project, imp id.ID) error {
	run, err := openingRun(ctx, o.s.db.Reader(ctx), project, imp)
	if err != nil {
		return err
	}
	return o.s.post(job.Apart(ctx), project, run, posting(Releasing, "released", Released), func(ctx context.Context, tx *db.Tx, p postedPart) error {
		p.due.keep(tx, project, 1)
		return o.s.postRows(ctx, tx, project, p.rows, ledger.Posting{DocKind: ledger.DocRun, Doc: run, Date: clock.DateOf(tx.Now()),
			Debit: ledger.Receivable, Credit: ledger.Opening})
	})
}

// Drop withdraws the draft of an import that does not count: its months are free.
func (o openings) Drop(ctx context.Context, project, imp id.ID) error {
	run, err := openingRun(ctx, o.s.db.Reader(ctx), project, imp)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	var r Run
	if err == nil {
		err = o.s.db.Write(ctx, func(tx *db.Tx) (err error) {
			if r, err = lockRun(ctx, tx, project, run); err != nil || r.State != Draft {
				return err
			}
			r.State, r.WithdrawnAt, r.Reason = Withdrawing, tx.Now(), "导入没有做完"
			return updateRun(ctx, tx, project, &r)
		})
	}
	if err != nil || r.State != Withdrawing {
		return err
	}
	return o.s.withdraw(job.Apart(ctx), project, run)
}

// Undo hides charges of which nobody has paid any; a job ends them part by part.
func (o openings) Undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *roster.Import) error {
	run, err := openingRun(ctx, tx, project, im.ID)
	if err != nil {
		return err
	}
	r, err := lockRun(ctx, tx, project, run)
	if err != nil {
		return err
	}
	if r.State != Released {
		return ErrRunState
	}
	paid, err := anyPaid(ctx, tx, project, &r)
	if err != nil {
		return err
	}
	if paid {
		return ErrOpeningPaid
	}
	r.State, r.WithdrawnBy, r.WithdrawnAt, r.Reason = Withdrawing, who.Name, tx.Now(), "撤销导入 "+im.FileName
	r.Version++
	if err := updateRun(ctx, tx, project, &r); err != nil {
		return err
	}
	o.s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.opening_undone", Kind: "run", Subject: run,
		Summary: "撤销导入的期初欠费 " + im.FileName, Before: map[string]any{"import": im.ID, "sha256": im.Hash}})
	return o.s.enqueue(ctx, tx, jobWithdraw, project, run)
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
