package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What is refused when somebody pays ahead.
var (
	ErrAheadOff      = fault.New(fault.Conflict, "ahead_off", "本项目不收预缴，可以存入预存")
	ErrAheadCap      = fault.New(fault.Conflict, "prepay_beyond_cap", "超过了可预缴的月数")
	ErrAheadContract = fault.New(fault.Conflict, "prepay_beyond_contract", "超过了物业服务合同的期限")
	ErrAheadChanged  = fault.New(fault.Conflict, "ahead_changed", "预缴的金额刚有变动，请刷新后再收")
	ErrAheadShort    = fault.New(fault.Invalid, "ahead_short", "预缴的月份要一次付清")
)

// AheadTaking asks that coming months of the room are charged and paid with
// the same receipt.
type AheadTaking struct {
	Until clock.Month // last month
	Total money.Fen   // what the screen showed for them
}

// AheadQuote is what may be paid ahead and what it costs.
type AheadQuote struct {
	billing.AheadQuote
	Allowed int         // months from From that the project allows
	Latest  clock.Month // the last of them
}

// allowed says how many months from the first uncharged one on may be paid
// ahead, and what limits them: at most AheadMonths from the current month on,
// or beyond it when it is charged, and never beyond the contract, whose last
// month counts when the contract covers it whole. Source: domain 0.6; case A23.
func (st *Setting) allowed(now, from clock.Month) (int, *fault.Error) {
	first := now
	if from > now {
		first = now.Add(1)
	}
	latest, limit := first.Add(st.AheadMonths-1), ErrAheadCap.Say("本项目最多预缴 %d 个月", st.AheadMonths)
	if st.AheadUntil != 0 {
		end := st.AheadUntil.Month()
		if st.AheadUntil != end.Last() {
			end = end.Add(-1)
		}
		if end < latest {
			latest, limit = end, ErrAheadContract.Say("物业服务合同到 %s 止", st.AheadUntil)
		}
	}
	return max(0, latest.Sub(from)+1), limit
}

// mayAhead refuses what goes beyond the setting and says what would be allowed.
func (st *Setting) mayAhead(now, from, until clock.Month) (allowed int, err error) {
	allowed, limit := st.allowed(now, from)
	switch {
	case until.Sub(from)+1 <= allowed:
		return allowed, nil
	case allowed == 0:
		return 0, limit.Say("%s，这户已不能再预缴", limit.Text)
	}
	return allowed, limit.Say("%s，这户还可预缴 %d 个月，到 %s", limit.Text, allowed, from.Add(allowed-1))
}

// QuoteAhead is what the coming months of a room cost and how many of them the
// project allows. Errors: ErrAheadOff, ErrAheadCap, ErrAheadContract and those
// of billing.QuoteAhead.
func (s *Service) QuoteAhead(ctx context.Context, project, room id.ID, ask billing.AheadAsk) (AheadQuote, error) {
	st, err := s.Setting(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return AheadQuote{}, err
	}
	if st.AheadMonths == 0 {
		return AheadQuote{}, ErrAheadOff
	}
	q, err := s.billing.QuoteAhead(ctx, project, room, ask)
	if err != nil {
		return AheadQuote{}, err
	}
	allowed, err := st.mayAhead(clock.MonthOf(s.db.Clock().Now()), q.From, q.Until)
	return AheadQuote{AheadQuote: q, Allowed: allowed, Latest: q.From.Add(allowed - 1)}, err
}

// chargeAhead makes the charges of the coming months and sets them beside what
// is owed; the receipt pays them whole or is not given.
func (s *Service) chargeAhead(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, seat *Seat, ask *AheadTaking) error {
	st := &seat.Setting
	if st.AheadMonths == 0 {
		return ErrAheadOff
	}
	run, charges, err := s.billing.ChargeAhead(ctx, tx, who, project, seat.Room.ID, billing.AheadAsk{Until: ask.Until})
	if err != nil {
		return err
	}
	if _, err := st.mayAhead(clock.MonthOf(tx.Now()), run.Month, ask.Until); err != nil {
		return err
	}
	if run.Amount != ask.Total {
		return ErrAheadChanged.At("body.ahead.total", "现在是 "+run.Amount.Comma(), int64(run.Amount))
	}
	seat.AheadRun = run.ID
	for _, c := range charges {
		seat.Ahead = append(seat.Ahead, Open{Charge: c.ID, Room: c.Subject, RoomLabel: seat.Room.Label, Payer: c.Payer, Item: c.Item,
			ItemName: c.ItemName, Month: c.Month, Due: c.Due, Amount: c.Amount, Left: c.Owed()})
	}
	return nil
}

// withAhead adds the months paid ahead to what this receipt pays.
func (seat *Seat) withAhead(open []Open, amount money.Fen) ([]Open, error) {
	if len(seat.Ahead) == 0 {
		return open, nil
	}
	all := append(open[:len(open):len(open)], seat.Ahead...)
	if short := sumLeft(all) - amount; short > 0 {
		return nil, ErrAheadShort.Say("预缴的月份要和所选欠费一次付清，还差 %s 元", short.Comma())
	}
	return all, nil
}

// takeBackAhead takes back the months that a receipt paid ahead; why says what
// happened to the receipt.
func (s *Service) takeBackAhead(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r *Receipt, why string) error {
	if r.AheadRun == 0 {
		return nil
	}
	if err := s.billing.TakeBackAhead(ctx, tx, who, project, r.AheadRun, fmt.Sprintf("收据 %s %s", r.Number, why)); err != nil {
		return fmt.Errorf("take back months paid ahead: %w", err)
	}
	return nil
}

func (seat *Seat) isAhead(charge id.ID) bool {
	return slices.ContainsFunc(seat.Ahead, func(o Open) bool { return o.Charge == charge })
}
