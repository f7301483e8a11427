package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// What a change of payers is refused for.
var (
	ErrPayerDraft = fault.New(fault.Conflict, "payer_draft", "这间房有没发布的出账，请先发布或撤回，再过户")
	ErrPayerHeld  = fault.New(fault.Conflict, "payer_held", "这间房有暂缓的费用，请先单独发布或不收，再过户")
	ErrPayerPaid  = fault.New(fault.Conflict, "payer_paid", "过户后已有收款，不能撤销；当天的收款可以先作废收据，再撤销")
)

// payerSpan is a stretch of days of one month with one payer.
type payerSpan struct {
	payer id.ID
	set   tariff.Days
}

// payerSpans cuts the covered days of a month at the days on which the room
// changed hands; last pays after the last of them.
func payerSpans(month clock.Month, covered tariff.Days, changes []estate.PayerChange, last id.ID) []payerSpan {
	out, left := []payerSpan{}, covered
	add := func(payer id.ID, set tariff.Days) {
		switch n := len(out); {
		case set == 0:
		case n > 0 && out[n-1].payer == payer:
			out[n-1].set |= set
		default:
			out = append(out, payerSpan{payer, set})
		}
	}
	for _, c := range changes {
		before := left & tariff.SpanIn(month, 0, c.Date.AddDays(-1))
		add(c.From, before)
		left &^= before
	}
	add(last, left)
	if len(out) == 0 {
		out = append(out, payerSpan{last, covered})
	}
	return out
}

// payerCut says which part of a month's amount one of several payers owes.
// Source: domain 1.2, parts by days with the largest remainder (case A18).
type payerCut struct {
	total       money.Fen
	index       int
	weights     []int64
	first, last int // days of the month
}

func (c *payerCut) of(total money.Fen) money.Fen { return money.Split(total, c.weights)[c.index] }

func (c *payerCut) text(m clock.Month, amount money.Fen) string {
	var all int64
	for _, w := range c.weights {
		all += w
	}
	return fmt.Sprintf("当月换了业主，按天分摊：%d–%d日 %d 天 ÷ %d 天，本段 %s 元", c.first, c.last, c.weights[c.index], all, amount.Yuan())
}

// payerShare is what one payer owes of a month.
type payerShare struct {
	payer  id.ID
	amount money.Fen
	cut    *payerCut // nil for the whole month
}

// shareOut splits an amount among the spans; the parts sum to the whole.
func shareOut(total money.Fen, spans []payerSpan) []payerShare {
	if len(spans) == 1 {
		return []payerShare{{payer: spans[0].payer, amount: total}}
	}
	weights := make([]int64, len(spans))
	for i, s := range spans {
		weights[i] = int64(s.set.Count())
	}
	out := []payerShare{}
	for i, amount := range money.Split(total, weights) {
		if amount > 0 {
			out = append(out, payerShare{spans[i].payer, amount, &payerCut{total, i, weights, spans[i].set.FirstDay(), spans[i].set.LastDay()}})
		}
	}
	return out
}

// segments cuts a computed line among the payers of its month.
func (l *line) segments(covered tariff.Days, changes []estate.PayerChange) []line {
	if len(changes) == 0 {
		return []line{*l}
	}
	out := []line{}
	for i, part := range shareOut(l.amount, payerSpans(l.month, covered, changes, l.payer)) {
		seg := *l
		seg.payer, seg.amount, seg.segment = part.payer, part.amount, i
		if part.cut != nil {
			d := detail{}
			if l.detail != nil {
				d = *l.detail
			}
			d.payer = part.cut
			seg.detail = &d
		}
		out = append(out, seg)
	}
	return out
}

// PayerMove says whose charges go over to whom: from Date on, what Giver would
// owe for the room is owed by Taker.
type PayerMove struct {
	Room         id.ID
	Date         clock.Date
	Giver, Taker id.ID
	Handover     clock.Date           // of the room, 0 when not known
	Changes      []estate.PayerChange // changes of hands of the months concerned
	Strict       bool                 // something paid refuses the move
	Why          string               // 过户 3栋2单元1502
}

// PayerPart is what one payer owes of a month after a move.
type PayerPart struct {
	Payer       id.ID
	Amount      money.Fen
	First, Last clock.Date // the days it is for
}

// PayerSplit is one item and month that a move touches.
type PayerSplit struct {
	ItemName string
	Month    clock.Month
	Amount   money.Fen // of the whole month
	Paid     money.Fen // when anything is paid, or was and is prepaid now, nothing moves
	Parts    []PayerPart

	old   []segment
	shall []payerShare
	base  detail
}

// segment is a live charge with its place in the month.
type segment struct {
	Charge
	no int
}

// PlanPayers says what MovePayers would do. Errors: ErrPayerDraft,
// ErrPayerHeld, ErrPayerPaid.
func (s *Service) PlanPayers(ctx context.Context, q db.Q, project id.ID, m PayerMove) ([]PayerSplit, error) {
	list, err := segmentsFrom(ctx, q, project, m.Room, m.Date.Month())
	if err != nil {
		return nil, fmt.Errorf("plan payers: %w", err)
	}
	all, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("plan payers: %w", err)
	}
	byID := map[id.ID]*tariff.Item{}
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	out := []PayerSplit{}
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Item == list[0].Item && list[n].Month == list[0].Month {
			n++
		}
		split, err := m.split(list[:n], byID[list[0].Item])
		if err != nil {
			return nil, err
		}
		if split != nil {
			out = append(out, *split)
		}
		list = list[n:]
	}
	return out, nil
}

// split decides about one item and month; nil when the move does not touch it.
func (m *PayerMove) split(list []segment, item *tariff.Item) (*PayerSplit, error) {
	concerned := func(c segment) bool { return c.Payer == m.Giver || c.Payer == 0 }
	if !slices.ContainsFunc(list, concerned) {
		return nil, nil
	}
	out := &PayerSplit{ItemName: list[0].ItemName, Month: list[0].Month, old: list}
	for i := range list {
		out.Amount += list[i].Amount
		out.Paid += max(list[i].Paid, list[i].Returned)
	}
	base, err := decodeDetail(list[0].detail)
	if err != nil {
		return nil, err
	}
	base.payer = nil
	out.base = *base
	spans := payerSpans(out.Month, m.covered(&list[0].Charge, item, base.days), m.Changes, m.Taker)
	out.shall = shareOut(out.Amount, spans)
	if sameShares(list, out.shall) {
		return nil, nil
	}
	for _, c := range list {
		if c.RunState != Released {
			return nil, ErrPayerDraft.Say("%s %s 的出账还没发布，请先发布或撤回，再过户", c.Month, c.ItemName)
		}
		if c.Hold == Held {
			return nil, ErrPayerHeld
		}
	}
	if out.Paid > 0 {
		if m.Strict {
			return nil, ErrPayerPaid
		}
		out.shall = nil
		for i := range list {
			out.Parts = append(out.Parts, PayerPart{list[i].Payer, list[i].Amount, out.Month.First(), out.Month.Last()})
		}
		return out, nil
	}
	for _, part := range out.shall {
		p := PayerPart{part.payer, part.amount, out.Month.First(), out.Month.Last()}
		if part.cut != nil {
			p.First, p.Last = out.Month.First().AddDays(part.cut.first-1), out.Month.First().AddDays(part.cut.last-1)
		}
		out.Parts = append(out.Parts, p)
	}
	return out, nil
}

// covered are the days a charge is for, as far as the charge tells.
func (m *PayerMove) covered(c *Charge, item *tariff.Item, n int) tariff.Days {
	whole := tariff.WholeMonth(c.Month.Days())
	if n == 0 {
		return whole
	}
	set := tariff.SpanIn(c.Month, max(m.Handover, item.From), item.Until)
	if set.Count() != n {
		return whole
	}
	return set
}

func sameShares(list []segment, shall []payerShare) bool {
	return slices.EqualFunc(list, shall, func(a segment, b payerShare) bool { return a.Payer == b.payer && a.Amount == b.amount })
}

// MovePayers bills again what changes its payer, as a released run of its own:
// the charges of before stay as the proof, no longer live, and are reversed in
// the book. What is paid in part stays with its payer. Errors: as PlanPayers.
func (s *Service) MovePayers(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, m PayerMove) ([]PayerSplit, error) {
	seen, err := s.PlanPayers(ctx, tx, project, m)
	if err != nil {
		return nil, err
	}
	if err := lockSegments(ctx, tx, project, seen); err != nil {
		return nil, fmt.Errorf("move payers: %w", err)
	}
	splits, err := s.PlanPayers(ctx, tx, project, m)
	if err != nil {
		return nil, err
	}
	moving := slices.DeleteFunc(slices.Clone(splits), func(p PayerSplit) bool { return p.shall == nil })
	if len(moving) == 0 {
		return splits, nil
	}
	run := &Run{ID: tx.NewID(), State: Released, CreatedBy: who.Name + "（" + m.Why + "）", CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now(), Rooms: 1, Version: 1}
	if run.Month, err = s.bury(ctx, tx, project, moving); err != nil {
		return nil, fmt.Errorf("move payers: %w", err)
	}
	if err := s.billAgain(ctx, tx, project, run, moving); err != nil {
		return nil, fmt.Errorf("move payers: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.payers_moved", Kind: "room", Subject: m.Room,
		Summary: fmt.Sprintf("%s：%d 项费用按天改由新旧业主分别承担", m.Why, len(moving)), Before: facts(moving, false), After: facts(moving, true)})
	return splits, nil
}

// facts is what the audit log keeps of a move.
func facts(list []PayerSplit, after bool) []map[string]any {
	out := []map[string]any{}
	for i := range list {
		p := &list[i]
		if !after {
			for _, c := range p.old {
				out = append(out, map[string]any{"charge": c.ID, "item": p.ItemName, "month": p.Month, "payer": c.Payer, "amount": c.Amount})
			}
			continue
		}
		for _, part := range p.Parts {
			out = append(out, map[string]any{"item": p.ItemName, "month": p.Month, "payer": part.Payer, "amount": part.Amount, "first": part.First, "last": part.Last})
		}
	}
	return out
}

// bury ends the life of the charges of before and answers the newest month of
// their runs, so that the run of the move does not look like a newer one.
func (s *Service) bury(ctx context.Context, tx *db.Tx, project id.ID, list []PayerSplit) (clock.Month, error) {
	runs, due := map[id.ID]*Run{}, dueSteps{}
	var newest clock.Month
	for i := range list {
		for k := range list[i].old {
			c := &list[i].old[k].Charge
			if runs[c.Run] == nil {
				r, err := oneRun(ctx, tx, project, c.Run)
				if err != nil {
					return 0, err
				}
				runs[c.Run] = &r
				newest = max(newest, r.Month)
			}
			r, after := runs[c.Run], *c
			after.Hold = Dropped
			r.count(c, -1)
			r.count(&after, 1)
			if err := addSum(ctx, tx, project, c, -c.Amount); err != nil {
				return 0, err
			}
			if err := buryCharge(ctx, tx, project, c.ID); err != nil {
				return 0, err
			}
			due.add(c.dueKey(), dueStep{amount: c.Amount})
			err := s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocChargeVoided, Doc: c.ID, Date: clock.DateOf(tx.Now()),
				Debit: ledger.Revenue, Credit: ledger.Receivable, Amount: c.Amount, Subject: c.Subject, Item: c.Item}})
			if err != nil {
				return 0, err
			}
		}
	}
	due.keep(tx, project, -1)
	for _, run := range runIDs(list) {
		runs[run].Version++
		if err := updateRun(ctx, tx, project, runs[run]); err != nil {
			return 0, err
		}
	}
	return newest, nil
}

// billAgain stores the new charges as a released run and posts them.
func (s *Service) billAgain(ctx context.Context, tx *db.Tx, project id.ID, run *Run, list []PayerSplit) error {
	n := 0
	for i := range list {
		n += len(list[i].shall)
	}
	ids := tx.IDs(n)
	run.First, run.Last, run.Lines = ids[0], ids[n-1], int64(n)
	var postings []ledger.Posting
	due := dueSteps{}
	for i := range list {
		p := &list[i]
		from := p.old[0]
		for no, part := range p.shall {
			d := p.base
			d.payer = part.cut
			c := segment{from.Charge, no}
			c.ID, ids = ids[0], ids[1:]
			c.Run, c.part, c.Payer, c.Amount = run.ID, 1, part.payer, part.amount
			var err error
			if c.detail, err = d.encode(); err != nil {
				return err
			}
			if err := insertSegment(ctx, tx, project, from.ID, &c); err != nil {
				return err
			}
			run.Amount += c.Amount
			due.add(c.dueKey(), dueStep{amount: c.Amount})
			postings = append(postings, ledger.Posting{DocKind: ledger.DocRun, Doc: run.ID, Date: clock.DateOf(tx.Now()), Debit: ledger.Receivable,
				Credit: ledger.Revenue, Amount: c.Amount, Subject: c.Subject, Item: c.Item})
		}
	}
	if err := insertMoveRun(ctx, tx, project, run, list); err != nil {
		return err
	}
	due.keep(tx, project, 1)
	return s.ledger.Post(ctx, tx, project, postings)
}
