package correction

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/payment"
)

// booking makes the parts of one document true.
type booking struct {
	s       *Service
	who     actor.Actor
	project id.ID
	doc     *Doc
	credits map[id.ID]money.Fen // by charge
}

func (b *booking) part(ctx context.Context, tx *db.Tx, d *Difference, p part) error {
	l := Line{Charge: p.charge.ID, Item: d.Item, ItemName: d.ItemName, Month: d.Month, Payer: p.charge.Payer, Was: d.Was, Done: d.Done, Due: d.Due,
		Amount: p.amount, Causes: strings.Join(d.Causes, "；")}
	var err error
	if p.amount > 0 {
		b.doc.Plus += p.amount
		err = b.more(ctx, tx, d, &l)
	} else {
		b.doc.Minus -= p.amount
		err = b.less(ctx, tx, &l)
	}
	b.doc.Lines = append(b.doc.Lines, l)
	return err
}

// more charges what was too little. It falls due from today on, so that being
// late never costs for a time in which nobody had asked for it.
func (b *booking) more(ctx context.Context, tx *db.Tx, d *Difference, l *Line) error {
	lines := []string{fmt.Sprintf("补差 %s：%s %s 已收取 %s 元", b.doc.Number, d.ItemName, d.Month, d.Was.Yuan())}
	if d.Done != 0 {
		lines = append(lines, fmt.Sprintf("此前已补差 %s 元", d.Done.Yuan()))
	}
	lines = append(append(append(lines, "资料更正："+l.Causes), "按今天的资料重算："), d.Lines...)
	step := fmt.Sprintf("应补 %s − %s = %s 元", d.Due.Yuan(), (d.Was + d.Done).Yuan(), d.Amount().Yuan())
	if l.Amount != d.Amount() {
		step += fmt.Sprintf("，按天分到这位付款人 %s 元", l.Amount.Yuan())
	}
	lines = append(lines, step, "原因："+b.doc.Reason)
	if b.doc.Proof != "" {
		lines = append(lines, "依据："+b.doc.Proof)
	}
	lines = append(lines, fmt.Sprintf("%s 由 %s 办理", b.doc.Date, b.doc.ByName))
	c, err := b.s.billing.ChargeSingle(ctx, tx, b.who, b.project, billing.Single{Room: b.doc.Room, Item: d.Item, Month: d.Month, Amount: l.Amount, Payer: l.Payer,
		Closed: true, How: "补差单 " + b.doc.Number, Lines: lines})
	l.Made = c.ID
	return err
}

// cut is what is taken off one charge: of what is still owed, and of what was paid.
type cut struct {
	charge     id.ID
	owed, paid money.Fen
}

// cuts says how much is taken off which of the charges of a month; those that are
// not owed any more are passed over.
func cuts(targets []id.ID, known map[id.ID]billing.Charge, left money.Fen) []cut {
	var out []cut
	for _, charge := range targets {
		if c, ok := known[charge]; ok && c.Visible() {
			x := cut{charge: charge, owed: min(left, max(0, c.Owed()))}
			left -= x.owed
			out = append(out, x)
		}
	}
	for i := range out {
		c := known[out[i].charge]
		out[i].paid = min(left, max(0, c.Paid-c.Waived-c.Returned))
		left -= out[i].paid
	}
	return out
}

// less takes what was too much off what is still owed for the month, first of
// earlier corrections, then of the charge; what of it was paid becomes prepaid.
// What was waived before was never paid and is not given back.
func (b *booking) less(ctx context.Context, tx *db.Tx, l *Line) error {
	targets, err := chargesOf(ctx, tx, b.project, l.Charge)
	if err != nil {
		return err
	}
	known, err := b.s.billing.Named(ctx, tx, b.project, targets)
	if err != nil {
		return err
	}
	for _, x := range cuts(targets, known, -l.Amount) {
		if x.owed > 0 {
			if err := b.s.billing.Credit(ctx, tx, b.project, x.charge, x.owed); err != nil {
				return err
			}
			b.credits[x.charge] += x.owed
			l.Credited += x.owed
		}
		if x.paid > 0 {
			if err := b.s.billing.GiveBack(ctx, tx, b.project, x.charge, x.paid); err != nil {
				return err
			}
			l.Returned += x.paid
		}
	}
	if l.Returned == 0 {
		return nil
	}
	if err := b.s.payment.Credit(ctx, tx, b.project, b.doc.Room, l.Payer, l.Returned, ledger.DocOverpaid, b.doc.ID); err != nil {
		return err
	}
	return b.s.ledger.Post(ctx, tx, b.project, []ledger.Posting{{DocKind: ledger.DocOverpaid, Doc: b.doc.ID, Date: b.doc.Date, Debit: ledger.Revenue,
		Credit: ledger.Prepaid, Amount: l.Returned, Subject: b.doc.Room, Item: l.Item}})
}

// takeBack undoes what a document did; a charge that somebody took back by
// hand meanwhile is gone already.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	returned := false
	for i := range d.Lines {
		l := &d.Lines[i]
		if l.Returned > 0 {
			returned = true
			if err := s.keepAgain(ctx, tx, project, l); err != nil {
				return err
			}
		}
		if l.Made == 0 {
			continue
		}
		c, err := s.billing.Charge(ctx, tx, project, l.Made)
		if err != nil {
			return err
		}
		if !c.Visible() {
			continue
		}
		if _, err = s.billing.RedCharge(ctx, tx, project, c.ID, c.Amount, false); errors.Is(err, billing.ErrRedPaid) || errors.Is(err, billing.ErrRedLate) {
			return ErrPaid.Because(err)
		} else if err != nil {
			return err
		}
	}
	credits, err := creditsOf(ctx, tx, project, d.ID)
	if err != nil {
		return err
	}
	for _, c := range credits {
		if err := s.billing.CreditBack(ctx, tx, project, c.charge, c.amount); err != nil {
			return err
		}
	}
	if !returned {
		return nil
	}
	if err := s.payment.Undo(ctx, tx, project, ledger.DocOverpaid, d.ID, ledger.DocOverBack, d.ID); errors.Is(err, payment.ErrBalance) {
		return ErrSpent.Because(err)
	} else if err != nil {
		return err
	}
	return s.ledger.Reverse(ctx, tx, project, ledger.DocOverpaid, d.ID, ledger.DocOverBack, d.ID, clock.DateOf(tx.Now()))
}

// keepAgain undoes what a line gave back; of which of its charges does not
// matter, they are of one month.
func (s *Service) keepAgain(ctx context.Context, tx *db.Tx, project id.ID, l *Line) error {
	targets, err := chargesOf(ctx, tx, project, l.Charge)
	if err != nil {
		return err
	}
	known, err := s.billing.Named(ctx, tx, project, targets)
	if err != nil {
		return err
	}
	left := l.Returned
	for _, charge := range targets {
		c := known[charge]
		if x := min(left, c.Returned); x > 0 && c.Visible() {
			if err := s.billing.GiveBack(ctx, tx, project, charge, -x); err != nil {
				return err
			}
			left -= x
		}
	}
	return nil
}
