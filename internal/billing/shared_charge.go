package billing

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// sourceShared is the source kind of charges that come from a shared cost.
const sourceShared = 3

// Weigh is what a shared cost is split by.
type Weigh string

// The weights.
const (
	WeighArea  Weigh = "area"      // 建筑面积; what counts when nothing is agreed (民法典 283)
	WeighHouse Weigh = "household" // every room the same
	WeighFloor Weigh = "floor"     // 1 层 0, else the floor less one
	WeighUsage Weigh = "usage"     // what the room's own meters used in the month
	WeighGiven Weigh = "given"     // as typed
)

// Label is the Chinese name, empty when there is no such weight.
func (w Weigh) Label() string {
	return map[Weigh]string{WeighArea: "建筑面积", WeighHouse: "户数", WeighFloor: "楼层系数（1 层为 0，其余为层数减 1）", WeighUsage: "分表用量",
		WeighGiven: "给定的权重"}[w]
}

// SharedOut is a cost of one month that several rooms bear together; the parts
// sum to the total.
type SharedOut struct {
	Doc     id.ID // its document
	Item    *tariff.Item
	Month   clock.Month
	Total   money.Fen
	Weigh   Weigh
	Weights money.Qty // sum
	Source  string    // the invoice or meter that shows the cost
	Place   string    // whose rooms bear it, as people call it: 全项目, 3栋, 3栋1单元
	Parts   []SharedPart
}

// SharedPart is what one room bears.
type SharedPart struct {
	Room   id.ID
	Weight money.Qty // ×10⁻⁴
	Amount money.Fen
}

// sharedCut says which part of a cost one room bears.
type sharedCut struct {
	doc     id.ID
	total   money.Fen
	weight  money.Qty
	weights money.Qty
	extra   int64 // fen that the largest remainder added
	weigh   Weigh
	source  string
	place   string // empty on charges from before it was kept
}

func (c *sharedCut) amount() (money.Fen, error) {
	n, err := money.MulDiv(int64(c.total), int64(c.weight), int64(c.weights), money.Down)
	return money.Fen(n + c.extra), err
}

// ChargeShared stores the parts as charges of a run of their own, released at
// once, because a charge is visible by the state of its run. A room that bears
// the same item and month already breaks a unique index (db.IsUnique).
func (s *Service) ChargeShared(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c *SharedOut) (id.ID, error) {
	w, p, err := s.sharedWork(ctx, tx, project, c)
	if err != nil {
		return 0, err
	}
	run := Run{ID: tx.NewID(), Kind: "shared", Month: c.Month, State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now()}
	if err := insertRun(ctx, tx, project, &run); err != nil {
		return 0, err
	}
	if err := insertParts(ctx, tx, project, run.ID, []part{w.part}); err != nil {
		return 0, err
	}
	if err := writePart(ctx, tx, project, run.ID, p, w); err != nil {
		return 0, err
	}
	for _, step := range []string{"generated", "released"} {
		if _, err := claimPart(ctx, tx, project, run.ID, w.part.No, step); err != nil {
			return 0, err
		}
	}
	if err := addUpParts(ctx, tx, project, &run); err != nil {
		return 0, err
	}
	run.Rooms = int64(w.rooms)
	if err := updateRun(ctx, tx, project, &run); err != nil {
		return 0, err
	}
	if err := s.tariff.MarkUsed(ctx, tx, project, []id.ID{c.Item.ID}); err != nil {
		return 0, err
	}
	return run.ID, s.postWhole(ctx, tx, project, &run, ledger.DocRun)
}

// postWhole posts a small run, or what takes it back, and keeps its sums.
func (s *Service) postWhole(ctx context.Context, tx *db.Tx, project id.ID, run *Run, kind ledger.DocKind) error {
	rows, due, err := postable(ctx, tx, project, run.ID, part{First: run.First, Last: run.Last})
	if err != nil {
		return err
	}
	sign, form := money.Fen(1), ledger.Posting{DocKind: kind, Doc: run.ID, Date: clock.DateOf(tx.Now()), Debit: ledger.Receivable, Credit: ledger.Revenue}
	if kind == ledger.DocRunWithdrawn {
		sign, form.Debit, form.Credit = -1, form.Credit, form.Debit
	}
	due.keep(tx, project, sign)
	return s.postRows(ctx, tx, project, rows, form)
}

// sharedWork makes lines of the parts; a room that changed hands in the month
// is cut among its payers.
func (s *Service) sharedWork(ctx context.Context, tx *db.Tx, project id.ID, c *SharedOut) (*work, *tariff.Plan, error) {
	it := &tariff.PlanItem{Item: c.Item, Due: max(c.Item.DueDate(clock.MonthOf(tx.Now())), clock.DateOf(tx.Now())), Months: []tariff.PlanMonth{{Month: c.Month, Len: c.Month.Days()}}}
	p := &tariff.Plan{Month: c.Month, Items: []*tariff.PlanItem{it}}
	w := &work{part: part{No: 1, Upto: lastRoom}, source: sourceShared}
	changes, err := (&preparer{s: s, project: project, plan: p}).payerChanges(ctx, tx, w.part)
	if err != nil {
		return nil, nil, err
	}
	payers := map[id.ID]id.ID{}
	if err := s.estate.StreamRooms(ctx, tx, project, estate.RoomFilter{}, func(r *estate.BillingRoom) error {
		payers[r.ID] = r.Payer
		return nil
	}); err != nil {
		return nil, nil, err
	}
	for _, x := range c.Parts {
		if x.Amount == 0 {
			continue
		}
		cut := &sharedCut{c.Doc, c.Total, x.Weight, c.Weights, 0, c.Weigh, c.Source, c.Place}
		floor, err := cut.amount()
		if err != nil {
			return nil, nil, err
		}
		cut.extra = int64(x.Amount - floor)
		l := line{month: c.Month, subject: x.Room, payer: payers[x.Room], quantity: x.Weight, factor: whole, amount: x.Amount, detail: &detail{shared: cut}}
		for _, seg := range l.segments(tariff.WholeMonth(c.Month.Days()), changes[x.Room]) {
			w.keep(&seg)
		}
		w.rooms++
	}
	return w, p, nil
}

// withdrawWhole takes a small released run back. Errors: ErrRunState, ErrPaid.
func (s *Service) withdrawWhole(ctx context.Context, tx *db.Tx, who actor.Actor, project, run id.ID, reason string) (before, r Run, err error) {
	if r, err = lockRun(ctx, tx, project, run); err != nil {
		return before, r, fmt.Errorf("withdraw run: %w", err)
	}
	if before = r; r.State != Released {
		return before, r, ErrRunState
	}
	if paid, err := anyPaid(ctx, tx, project, &r); err != nil || paid {
		if err == nil {
			err = ErrPaid
		}
		return before, r, err
	}
	if err = s.postWhole(ctx, tx, project, &r, ledger.DocRunWithdrawn); err == nil {
		err = buryPart(ctx, tx, project, run, part{First: r.First, Last: r.Last})
	}
	if err == nil {
		err = markWithdrawn(ctx, tx, project, run)
	}
	if err != nil {
		return before, r, fmt.Errorf("withdraw run: %w", err)
	}
	r.State, r.WithdrawnBy, r.WithdrawnAt, r.Reason = Withdrawn, who.Name, tx.Now(), reason
	r.Version++
	return before, r, updateRun(ctx, tx, project, &r)
}

// WithdrawShared takes back what ChargeShared has made. Errors: ErrRunState, ErrPaid.
func (s *Service) WithdrawShared(ctx context.Context, tx *db.Tx, who actor.Actor, project, run id.ID, reason string) error {
	_, _, err := s.withdrawWhole(ctx, tx, who, project, run, reason)
	return err
}

func (r *replay) shared() (money.Fen, error) {
	if r.detail.shared == nil {
		return 0, fmt.Errorf("charge %s has no shared cost", r.charge.ID)
	}
	return r.detail.shared.amount()
}

func (r *replay) explainShared() (Explanation, error) {
	amount, err := r.amount()
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	room, err := r.shared()
	if err != nil {
		return Explanation{}, err
	}
	c, x := r.charge, r.detail.shared
	e := Explanation{Title: c.ItemName + " " + c.Month.String(), Formula: "总额×本户权重÷权重合计", Quantity: c.Quantity, Unit: "元", Source: x.source,
		Rounding: "最大余数法，各户合计等于总额", Computed: amount, Gross: amount, Amount: c.Amount}
	borne := ""
	if x.place != "" {
		borne = "由" + x.place + "的房屋"
	}
	e.Lines = []string{
		fmt.Sprintf("共同费用 %s 元，%s按%s分摊", x.total.Comma(), borne, x.weigh.Label()),
		fmt.Sprintf("本户 %s ÷ 合计 %s × %s 元 = %s 元，各户合计正好等于总额", x.weight, x.weights, x.total.Comma(), room.Yuan()),
		"依据：" + x.source,
	}
	r.tellAfter(&e)
	return e, nil
}
