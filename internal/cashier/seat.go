package cashier

import (
	"context"
	"fmt"

	"linli/internal/billing"
	"linli/internal/cashier/spread"
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
	Costs     bool      // what it cost to collect the rest (实现债权的费用)
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
	Aside     []Aside // of Prepaid, what may pay one fee item only
	Setting   Setting
	Ahead     []Open // charged while the money is taken, not in Open and Owed
	AheadRun  id.ID
	today     clock.Date
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
	open, err := s.billing.Open(ctx, q, project, roomIDs(h.Rooms))
	if err != nil {
		return nil, err
	}
	seats, err := s.seats(ctx, q, project, []estate.Household{h}, open)
	if err != nil {
		return nil, err
	}
	return seats[0], nil
}

// seats are the households as they sit at the counter; open are the charges
// that their rooms owe.
func (s *Service) seats(ctx context.Context, q db.Q, project id.ID, households []estate.Household, open []billing.Charge) ([]*Seat, error) {
	setting, err := oneSetting(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("read setting: %w", err)
	}
	var rooms []id.ID
	for i := range households {
		rooms = append(rooms, roomIDs(households[i].Rooms)...)
	}
	wallets, err := s.payment.WalletsIn(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	today := clock.DateOf(s.db.Clock().Now())
	late, err := s.late.Fees(ctx, q, project, rooms, today)
	if err != nil {
		return nil, err
	}
	out := make([]*Seat, len(households))
	for i := range households {
		seat := seatOf(&households[i], setting)
		seat.today = today
		if err := s.addOpen(ctx, q, project, seat, open); err != nil {
			return nil, err
		}
		if err := s.addLate(ctx, q, project, seat, late); err != nil {
			return nil, err
		}
		seat.Prepaid = wallets.Of(seat.Payer, seat.rooms())
		if seat.Aside, err = s.nameAside(ctx, q, project, wallets.Aside(seat.Payer, seat.rooms())); err != nil {
			return nil, err
		}
		out[i] = seat
	}
	return out, nil
}

func seatOf(h *estate.Household, setting Setting) *Seat {
	seat := &Seat{Room: h.Room, Rooms: h.Rooms, Open: []Open{}, Setting: setting}
	if h.Payer != nil {
		seat.Payer, seat.PayerName, seat.PhoneMask = h.Payer.ID, h.Payer.Name, h.Payer.PhoneMask
	}
	return seat
}

// addOpen gives the seat what its rooms owe.
func (s *Service) addOpen(ctx context.Context, q db.Q, project id.ID, seat *Seat, open []billing.Charge) error {
	labels := seat.labels()
	var charges []billing.Charge
	for _, c := range open {
		if _, mine := labels[c.Subject]; mine {
			charges = append(charges, c)
		}
	}
	if s.ender != nil {
		var err error
		if charges, err = s.ender.StillOwed(ctx, q, project, charges); err != nil {
			return err
		}
	}
	own, former, err := s.SplitFormer(ctx, q, project, seat.Payer, charges)
	if err != nil {
		return err
	}
	for i := range own {
		seat.Open = append(seat.Open, openOf(&own[i], labels))
	}
	if err := s.addFormer(ctx, q, project, seat, former, labels); err != nil {
		return err
	}
	seat.Owed = sumLeft(seat.Open)
	return nil
}

// labels are those of the seat's rooms.
func (seat *Seat) labels() map[id.ID]string {
	out := make(map[id.ID]string, len(seat.Rooms))
	for _, r := range seat.Rooms {
		out[r.ID] = r.Label
	}
	return out
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

// debts are what an amount is spread over. Costs come first once they are due:
// what is not due never goes before what is (民法典 560).
func (seat *Seat) debts(open []Open) []spread.Debt {
	out := make([]spread.Debt, len(open))
	for i, o := range open {
		out[i] = spread.Debt{Charge: o.Charge, Month: o.Month, Due: o.Due, Left: o.Left, Interest: o.Interest, Costs: o.Costs && o.Due <= seat.today}
	}
	return out
}

func settlements(lines []Line) []billing.Settlement {
	out := make([]billing.Settlement, len(lines))
	for i, l := range lines {
		out[i] = billing.Settlement{Charge: l.Charge, Amount: l.Amount}
	}
	return out
}

func (s *Service) unsettle(ctx context.Context, tx *db.Tx, project id.ID, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	return s.billing.Unsettle(ctx, tx, project, settlements(lines))
}
