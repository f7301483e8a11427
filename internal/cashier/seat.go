package cashier

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Open is one charge that is owed.
type Open struct {
	Charge    id.ID
	Room      id.ID
	RoomLabel string
	Payer     id.ID // who is liable; another than the seat's after the room changed hands
	Item      id.ID
	ItemName  string
	Month     clock.Month
	Due       clock.Date
	Amount    money.Fen // the whole charge
	Left      money.Fen // still owed
	Interest  bool      // a late fee; Charge is made when it is paid
}

// Seat is a household as it sits at the counter: who pays, for which rooms,
// what is owed and what is prepaid.
type Seat struct {
	Room      estate.Room
	Payer     id.ID // 0 while the room has no payer on file
	PayerName string
	PhoneMask string
	Rooms     []estate.Room
	Open      []Open // by due date, month, item
	Former    []Former
	Owed      money.Fen // of Open; late fees are beside it
	Late      []LateDue // for being late, as of today
	LateOwed  money.Fen
	Prepaid   money.Fen
	Setting   Setting
	Ahead     []Open // charged while the money is taken, not in Open and Owed
	AheadRun  id.ID
}

// Seat reads the household of a room for the counter. Error: estate.ErrNoRoom.
func (s *Service) Seat(ctx context.Context, project, room id.ID) (*Seat, error) {
	return s.SeatWithin(ctx, project, room, nil)
}

// SeatWithin is Seat for somebody who is limited to buildings. Errors:
// estate.ErrNoRoom, ErrBeyond.
func (s *Service) SeatWithin(ctx context.Context, project, room id.ID, within actor.Buildings) (*Seat, error) {
	q := s.db.Reader(ctx)
	h, err := s.estate.Household(ctx, q, project, room)
	if err == nil {
		err = reach(&h, within)
	}
	if err != nil {
		return nil, fmt.Errorf("seat household: %w", err)
	}
	seat, err := s.seat(ctx, q, project, h)
	if err != nil {
		return nil, fmt.Errorf("seat household: %w", err)
	}
	return seat, nil
}

func (s *Service) seat(ctx context.Context, q db.Q, project id.ID, h estate.Household) (*Seat, error) {
	seat := &Seat{Room: h.Room, Rooms: h.Rooms, Open: []Open{}}
	if h.Payer != nil {
		seat.Payer, seat.PayerName, seat.PhoneMask = h.Payer.ID, h.Payer.Name, h.Payer.PhoneMask
	}
	labels := map[id.ID]string{}
	for _, r := range h.Rooms {
		labels[r.ID] = r.Label
	}
	var err error
	if seat.Setting, err = oneSetting(ctx, q, project); err != nil {
		return nil, fmt.Errorf("read setting: %w", err)
	}
	charges, err := s.billing.Open(ctx, q, project, seat.rooms())
	if err != nil {
		return nil, err
	}
	own, former, err := s.SplitFormer(ctx, q, project, seat.Payer, charges)
	if err != nil {
		return nil, err
	}
	for i := range own {
		seat.Open = append(seat.Open, openOf(&own[i], labels))
	}
	if err := s.addFormer(ctx, q, project, seat, former, labels); err != nil {
		return nil, err
	}
	seat.Owed = sumLeft(seat.Open)
	if err := s.addLate(ctx, q, project, seat, labels, clock.DateOf(s.db.Clock().Now())); err != nil {
		return nil, err
	}
	seat.Prepaid, err = s.payment.Balance(ctx, q, project, seat.Payer, seat.rooms())
	return seat, err
}

func (seat *Seat) rooms() []id.ID { return roomIDs(seat.Rooms) }

func roomIDs(rooms []estate.Room) []id.ID {
	out := make([]id.ID, len(rooms))
	for i, r := range rooms {
		out[i] = r.ID
	}
	return out
}

// chosen are the charges to be paid and the policy that follows from it.
func (seat *Seat) chosen(charges []id.ID) ([]Open, Policy, error) {
	if len(charges) == 0 {
		return seat.Open, seat.Setting.Policy, nil
	}
	want := make(map[id.ID]bool, len(charges))
	for _, c := range charges {
		want[c] = true
	}
	out := make([]Open, 0, len(want))
	for _, o := range seat.all() {
		if want[o.Charge] {
			out = append(out, o)
		}
	}
	if gone := len(want) - len(out); gone > 0 {
		return nil, "", ErrChargeGone.Say("所选费用有 %d 项已缴清或已撤回，请刷新后再收", gone)
	}
	if !seat.Setting.Choice {
		if len(out) < len(seat.Open) {
			return nil, "", ErrNoChoice
		}
		return out, seat.Setting.Policy, nil
	}
	return out, PolicyChosen, nil
}

func sumLeft(open []Open) money.Fen {
	var sum money.Fen
	for _, o := range open {
		sum += o.Left
	}
	return sum
}

func debts(open []Open) []Debt {
	out := make([]Debt, len(open))
	for i, o := range open {
		out[i] = Debt{Charge: o.Charge, Month: o.Month, Due: o.Due, Left: o.Left, Interest: o.Interest}
	}
	return out
}

func (s *Service) lockCharges(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID) error {
	_, err := s.billing.LockOpen(ctx, tx, project, rooms)
	return err
}

func settlements(lines []Line) []billing.Settlement {
	out := make([]billing.Settlement, len(lines))
	for i, l := range lines {
		out[i] = billing.Settlement{Charge: l.Charge, Amount: l.Amount}
	}
	return out
}

func (s *Service) settle(ctx context.Context, tx *db.Tx, project id.ID, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	return s.billing.Settle(ctx, tx, project, settlements(lines))
}

func (s *Service) unsettle(ctx context.Context, tx *db.Tx, project id.ID, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	return s.billing.Unsettle(ctx, tx, project, settlements(lines))
}

// explainLines writes on each line how its charge was computed, as it is
// explained today: the receipt keeps saying so whatever changes later.
func (s *Service) explainLines(ctx context.Context, tx *db.Tx, project id.ID, r *Receipt) error {
	for i := range r.Lines {
		e, err := s.billing.Explain(ctx, tx, project, r.Lines[i].Charge)
		if err != nil {
			return fmt.Errorf("explain charge: %w", err)
		}
		r.Lines[i].How = how(e)
	}
	return nil
}

// how is the short form of an explanation: the multiplications before the sum.
func how(e billing.Explanation) string {
	var terms []string
	for _, l := range e.Lines {
		if strings.Contains(l, "= ") {
			break
		}
		terms = append(terms, l)
	}
	out := strings.Join(terms, " + ")
	if e.Amount != e.Computed {
		out += "，经更正"
	}
	return out
}
