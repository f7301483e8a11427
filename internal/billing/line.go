package billing

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// MaxAmount is the largest amount a person may set, a hundred million yuan.
const MaxAmount money.Fen = 100_000_000 * 100

// Correct sets the amount of a line that is not released yet; what was
// computed stays in the charge and in its explanation. seen is the amount that
// was on the screen. Errors: ErrAmount, ErrReason, ErrLineState, fault.ErrStale.
func (s *Service) Correct(ctx context.Context, who actor.Actor, project, run, charge id.ID, seen, amount money.Fen, reason string) (Charge, error) {
	if amount <= 0 || amount > MaxAmount {
		return Charge{}, ErrAmount
	}
	return s.editLine(ctx, who, project, run, charge, "corrected", "更正", reason, func(tx *db.Tx, r *Run, c *Charge) error {
		if c.Amount != seen {
			return fault.ErrStale
		}
		if !r.State.open(c.Hold, Normal, Held) {
			return ErrLineState
		}
		d, err := decodeDetail(c.detail)
		if err != nil {
			return err
		}
		if d.reason == "" {
			d.computed = c.Amount
		}
		d.reason, d.by, d.at = reason, who.Name, clock.DateOf(tx.Now())
		c.Amount = amount
		c.detail, err = d.encode()
		return err
	})
}

// HoldLine keeps a line of a draft out of the release; it stays in the run and
// can be released singly later. Errors: ErrReason, ErrLineState.
func (s *Service) HoldLine(ctx context.Context, who actor.Actor, project, run, charge id.ID, reason string) (Charge, error) {
	return s.editLine(ctx, who, project, run, charge, "held", "暂缓", reason, func(_ *db.Tx, r *Run, c *Charge) error {
		if r.State != Draft || c.Hold != Normal {
			return ErrLineState
		}
		c.Hold = Held
		return nil
	})
}

// DropLine decides that a line is not charged; the line remains as the proof,
// and further runs of the month do not make it again. Errors: ErrReason,
// ErrLineState.
func (s *Service) DropLine(ctx context.Context, who actor.Actor, project, run, charge id.ID, reason string) (Charge, error) {
	return s.editLine(ctx, who, project, run, charge, "dropped", "不收", reason, func(_ *db.Tx, r *Run, c *Charge) error {
		if !r.State.open(c.Hold, Normal, Held) {
			return ErrLineState
		}
		c.Hold = Dropped
		return nil
	})
}

// RestoreLine takes hold or drop back: in a draft the line is normal again, in
// a released run a dropped line is held again. Errors: ErrReason, ErrLineState.
func (s *Service) RestoreLine(ctx context.Context, who actor.Actor, project, run, charge id.ID, reason string) (Charge, error) {
	return s.editLine(ctx, who, project, run, charge, "restored", "恢复", reason, func(_ *db.Tx, r *Run, c *Charge) error {
		switch {
		case r.State == Draft && c.Hold != Normal:
			c.Hold = Normal
		case r.State == Released && c.Hold == Dropped:
			if d, err := decodeDetail(c.detail); err != nil || d.red {
				return ErrLineState.Say("这笔费用已经红冲，不能恢复；要收请用「单笔收费」").Because(err)
			}
			c.Hold = Held
		default:
			return ErrLineState
		}
		return nil
	})
}

// ReleaseLine makes a held line of a released run owed and posts it.
// Errors: ErrReason, ErrLineState.
func (s *Service) ReleaseLine(ctx context.Context, who actor.Actor, project, run, charge id.ID, reason string) (Charge, error) {
	return s.editLine(ctx, who, project, run, charge, "line_released", "单独发布", reason, func(tx *db.Tx, r *Run, c *Charge) error {
		if r.State != Released || c.Hold != Held {
			return ErrLineState
		}
		c.Hold = Normal
		dueSteps{c.dueKey(): {amount: c.Amount}}.keep(tx, project, 1)
		return s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocCharge, Doc: c.ID, Date: clock.DateOf(tx.Now()),
			Debit: ledger.Receivable, Credit: ledger.Revenue, Amount: c.Amount, Subject: c.Subject, Item: c.Item}})
	})
}

// open reports whether lines may still be decided: all of a draft, and the
// held ones of a released run.
func (s RunState) open(h Hold, allowed ...Hold) bool {
	if s == Released {
		return h == Held
	}
	for _, x := range allowed {
		if s == Draft && h == x {
			return true
		}
	}
	return false
}

// editLine locks the run and the line, lets fn decide, keeps the totals of the
// run and its causes in step and writes the log.
func (s *Service) editLine(ctx context.Context, who actor.Actor, project, run, charge id.ID, action, verb, reason string,
	fn func(tx *db.Tx, r *Run, c *Charge) error) (Charge, error) {
	if reason = strings.TrimSpace(reason); !reasonOK(reason) {
		return Charge{}, ErrReason
	}
	var out Charge
	_, err := s.change(ctx, project, run, func(tx *db.Tx, r *Run) error {
		c, err := lockLine(ctx, tx, project, charge)
		if err != nil {
			return err
		}
		if c.Run != run || !c.Live {
			return fault.ErrNotFound
		}
		before := c
		if err := fn(tx, r, &c); err != nil {
			return err
		}
		r.count(&before, -1)
		r.count(&c, 1)
		if err := addSum(ctx, tx, project, &c, counted(&c)-counted(&before)); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing." + action, Kind: "charge", Subject: c.ID,
			Summary: fmt.Sprintf("%s %s %s 元：%s", c.ItemName, c.Month, verb+" "+c.Amount.Yuan(), reason), Before: before.summary(), After: c.summary()})
		out = c
		return updateLine(ctx, tx, project, &c)
	})
	return out, err
}

func (c *Charge) summary() map[string]any {
	return map[string]any{"amount": c.Amount, "hold": c.Hold, "room": c.Subject, "item": c.Item, "month": c.Month}
}

// counted is what a line contributes to its run.
func counted(c *Charge) money.Fen {
	if c.Hold == Dropped {
		return 0
	}
	return c.Amount
}

func (r *Run) count(c *Charge, sign int64) {
	if c.Hold == Dropped {
		r.DroppedLines += sign
		return
	}
	r.Lines += sign
	r.Amount += money.Fen(sign) * c.Amount
	if c.Hold == Held {
		r.HeldLines += sign
		r.HeldAmount += money.Fen(sign) * c.Amount
	}
}
