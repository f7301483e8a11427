package termination

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
	"linli/internal/ledger"
)

// Ended tells the counter what an application gives back.
func (s *Service) Ended(ctx context.Context, q db.Q, project, refund id.ID) (cashier.Ended, error) {
	d, p, err := ofRefund(ctx, q, project, refund)
	if err != nil {
		return cashier.Ended{}, err
	}
	if d.State != Approved || p.Done || p.Dropped {
		return cashier.Ended{}, ErrState
	}
	out := cashier.Ended{Kept: p.Kept}
	for _, l := range p.Lines {
		out.Lines = append(out.Lines, billing.Settlement{Charge: l.Charge, Amount: l.Amount})
	}
	return out, nil
}

// StillOwed leaves out charges of which one receipt gave its part back and another
// is about to: nobody owes them any more, and what paid them now would keep them.
func (s *Service) StillOwed(ctx context.Context, q db.Q, project id.ID, charges []billing.Charge) ([]billing.Charge, error) {
	var rooms []id.ID
	for i := range charges {
		if c := &charges[i]; c.Paid > 0 && !slices.Contains(rooms, c.Subject) {
			rooms = append(rooms, c.Subject)
		}
	}
	if len(rooms) == 0 {
		return charges, nil
	}
	ending, err := endingCharges(ctx, q, project, rooms)
	if err != nil {
		return nil, fmt.Errorf("months that end: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(charges), func(c billing.Charge) bool { return c.Paid > 0 && slices.Contains(ending, c.ID) }), nil
}

// EndMonths takes back every month of the document that nobody has paid any
// more, and charges what is kept for the used ones. The document is done with
// its last part.
func (s *Service) EndMonths(ctx context.Context, tx *db.Tx, who actor.Actor, project, refund id.ID) (billing.Charge, error) {
	var kept billing.Charge
	_, p, err := ofRefund(ctx, tx, project, refund)
	if err != nil {
		return kept, err
	}
	d, err := lockDoc(ctx, tx, project, p.doc)
	if err != nil {
		return kept, err
	}
	before := d.facts()
	for i := range d.Parts {
		if x := &d.Parts[i]; x.Refund == refund {
			x.Done = true
		}
	}
	d.State = d.stands()
	if err := s.takeBack(ctx, tx, who, project, &d); err != nil {
		return kept, err
	}
	if p.Kept > 0 {
		if kept, err = s.charge(ctx, tx, who, project, &d); err != nil {
			return kept, err
		}
		d.KeptCharge = kept.ID
	}
	if err := endPart(ctx, tx, project, refund, partPaid); err != nil {
		return kept, err
	}
	if err := s.giveUp(ctx, tx, project, &d); err != nil {
		return kept, err
	}
	d.Version++
	s.record(tx, who, project, &d, "付出", before)
	return kept, updateDoc(ctx, tx, project, &d)
}

// takeBack writes a red document for every month that is free.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc) error {
	for _, charge := range d.charges() {
		c, err := s.billing.Charge(ctx, tx, project, charge)
		if err != nil {
			return err
		}
		if c.Paid > 0 || !c.Visible() {
			continue // another part of the document pays it, or it is taken back
		}
		used := c.Month < d.unused() // its money goes on to the charge of what is kept
		if _, err := s.adjust.Red(ctx, tx, who, project, c.ID, c.Amount, d.Again && !used, "提前终止退费 "+d.Number, d.Proof); err != nil {
			return fmt.Errorf("take month back: %w", err)
		}
	}
	return nil
}

// charges are those that the document takes back, each once.
func (d *Doc) charges() []id.ID {
	var out []id.ID
	seen := map[id.ID]bool{}
	for _, p := range d.Parts {
		for _, l := range p.Lines {
			if !seen[l.Charge] {
				seen[l.Charge] = true
				out = append(out, l.Charge)
			}
		}
	}
	return out
}

// charge makes the one charge for what is kept of the months taken back.
func (s *Service) charge(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc) (billing.Charge, error) {
	month := min(max(d.unused().Add(-1), d.From), clock.MonthOf(tx.Now()).Add(1))
	reason := fmt.Sprintf("提前终止退费 %s：已服务的 %s按原价重算的差额", d.Number, d.Served())
	if d.Policy == ProRata {
		reason = fmt.Sprintf("提前终止退费 %s：已服务的 %s按比例留下的尾数", d.Number, d.Served())
	}
	doc, err := s.adjust.Supplement(ctx, tx, who, project, billing.Single{Room: d.Room, Item: d.Item, Month: month, Amount: d.Kept, Closed: true}, reason, d.Proof)
	if err != nil {
		return billing.Charge{}, fmt.Errorf("charge what is kept: %w", err)
	}
	return s.billing.Charge(ctx, tx, project, doc.Charge)
}

// DropEnded follows a refund that was refused or withdrawn. As long as no part of
// its document is paid, the document is withdrawn with all its refunds; later
// only this part is dropped: what was paid stays, and so do the months that the
// receipt of the part has paid. Error: ErrOnWay while a channel gives back
// another part.
func (s *Service) DropEnded(ctx context.Context, tx *db.Tx, project, refund id.ID) error {
	_, p, err := ofRefund(ctx, tx, project, refund)
	if err != nil {
		return err
	}
	d, err := lockDoc(ctx, tx, project, p.doc)
	if err != nil {
		return err
	}
	if d.State == Withdrawn {
		return nil // with all its parts at once
	}
	who := actor.System("收银台")
	if !slices.ContainsFunc(d.Parts, func(x Part) bool { return x.Done }) {
		return s.letGo(ctx, tx, who, project, &d, "撤回", refund)
	}
	before := d.facts()
	for i := range d.Parts {
		if x := &d.Parts[i]; x.Refund == refund {
			x.Dropped = true
		}
	}
	if err := endPart(ctx, tx, project, refund, partDropped); err != nil {
		return err
	}
	d.State = d.stands()
	if err := s.giveUp(ctx, tx, project, &d); err != nil {
		return err
	}
	d.Version++
	s.record(tx, who, project, &d, fmt.Sprintf("收据 %s 的 %s 元不再退，", p.ReceiptNumber, p.Amount.Comma()), before)
	return updateDoc(ctx, tx, project, &d)
}

// giveUp waives, once a document has ended partly, what one receipt gave back of
// months that stay because another one goes on paying them: it was agreed that it is
// not owed, and the month keeps what is paid of it.
func (s *Service) giveUp(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	if d.State != Partly {
		return nil
	}
	back := map[id.ID]money.Fen{}
	for _, p := range d.Parts {
		for _, l := range p.Lines {
			if p.Done {
				back[l.Charge] += l.Amount
			}
		}
	}
	who := actor.System("提前终止退费")
	for _, charge := range d.charges() {
		c, err := s.billing.Charge(ctx, tx, project, charge)
		if err != nil {
			return err
		}
		x := min(back[charge], c.Owed())
		if !c.Visible() || x == 0 {
			continue
		}
		w, err := s.late.AskWaiver(ctx, tx, who, project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: charge, Amount: x,
			Reason: "提前终止退费 " + d.Number + "：这个月已退还的部分不再收", Proof: d.Proof})
		if err == nil {
			_, err = s.late.DecideWaiver(ctx, tx, who, project, w.ID, true, "", w.Version)
		}
		if err != nil {
			return fmt.Errorf("give up what went back: %w", err)
		}
	}
	return nil
}

// stands is the state of an approved document by its parts.
func (d *Doc) stands() State {
	state := Done
	for _, p := range d.Parts {
		switch {
		case p.Dropped:
			state = Partly
		case !p.Done:
			return Approved
		}
	}
	return state
}

// checkPage bounds how many documents a check reads at once.
const checkPage = 200

// Broken names gaps in the numbers, and documents that their parts, the refunds,
// the months, the charge of what is kept or the log contradict. Ask it inside a
// db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	have, err := countDocs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out, err := s.ledger.BrokenNumbers(ctx, q, project, series, "退费单", have)
	if err != nil {
		return nil, err
	}
	odd, err := brokenSums(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out = append(out, odd...)
	now := map[id.ID]any{}
	for after := ledger.LastDoc; ; {
		list, err := listDocs(ctx, q, project, &Filter{Request: page.Request{Limit: checkPage}}, after)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			unlike, err := s.audit.Unlike(ctx, q, project, kind, "退费单", now)
			return append(out, unlike...), err
		}
		for i := range list {
			if now[list[i].ID] = list[i].facts(); list[i].State != Done && list[i].State != Partly {
				continue
			}
			d, err := oneDoc(ctx, q, project, list[i].ID)
			if err != nil {
				return nil, err
			}
			found, err := s.broken(ctx, q, project, &d)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
		after = list[len(list)-1].ID
	}
}

func (s *Service) broken(ctx context.Context, q db.Q, project id.ID, d *Doc) ([]string, error) {
	var out []string
	due, left, kept := d.Refund, d.Refund, d.Kept
	dropped := map[id.ID]bool{} // charges that a receipt still pays
	for _, p := range d.Parts {
		if p.Dropped {
			due, left, kept = due-p.Amount, left-p.Amount, kept-p.Kept
			for _, l := range p.Lines {
				dropped[l.Charge] = true
			}
			continue
		}
		f, err := s.cashier.Refund(ctx, project, p.Refund)
		if err != nil && fault.As(err) == nil {
			return nil, err
		}
		if f.State == cashier.RefundPaid {
			left -= f.Amount
		}
	}
	if left != 0 {
		out = append(out, fmt.Sprintf("退费单 %s 应退 %s 元，付出的差 %s 元", d.Number, due.Yuan(), left.Yuan()))
	}
	charges, err := s.billing.Named(ctx, q, project, append(d.charges(), d.KeptCharge))
	if err != nil {
		return nil, err
	}
	if c := charges[d.KeptCharge]; c.Amount != kept {
		out = append(out, fmt.Sprintf("退费单 %s 留下 %s 元，它的应收是 %s 元", d.Number, kept.Yuan(), c.Amount.Yuan()))
	}
	for _, charge := range d.charges() {
		if c := charges[charge]; c.Visible() && !dropped[charge] {
			out = append(out, fmt.Sprintf("退费单 %s 已付出，%s 的应收 %s 却还在", d.Number, c.Month, c.ID))
		}
	}
	return out, nil
}
