package cashier

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/cashier/spread"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const (
	series       = "SJ"
	maxPay       = money.Fen(1_000_000_000_00) // 10 亿元 in one part is a typing mistake
	maxReference = 60
	maxReason    = 200
	largestNote  = money.Fen(100_00)
	unusualTimes = 3
	justNow      = 30 * time.Minute
)

// Taking is what the counter hands over.
type Taking struct {
	Room            id.ID
	Charges         []id.ID // chosen charges; empty means whatever is owed
	Late            []id.ID // charges whose late fees are chosen; with Charges empty, too, everything is paid by the policy
	Pays            []Pay
	Tendered        money.Fen  // cash as handed over; 0 means exactly the cash part
	ExpectedOwed    money.Fen  // what the screen showed as owed by the household
	ExpectedPrepaid *money.Fen // what it showed as prepaid; nil is not compared
	ExpectedLate    *money.Fen // what it showed as late fees; nil is not compared
	Confirmed       bool       // an unusual amount was confirmed
	NoLate          bool       // with nothing chosen: late fees are left, because nobody was asked for them
	Ahead           *AheadTaking
	Rounded         money.Fen       // 抹零 as the screen showed it
	PrepayItem      id.ID           // the fee item that what is prepaid may pay alone, 0 for any
	Within          actor.Buildings // what the right of who takes the money is limited to; nil is the project
}

func (in *Taking) sum(methods ...Method) money.Fen {
	var sum money.Fen
	for _, p := range in.Pays {
		if len(methods) == 0 || slices.Contains(methods, p.Method) {
			sum += p.Amount
		}
	}
	return sum
}

// check refuses what no counter can take, and puts prepaid money first.
func (in *Taking) check() error {
	if len(in.Pays) == 0 || len(in.Pays) > 8 {
		return ErrPays
	}
	for i := range in.Pays {
		p := &in.Pays[i]
		at := fmt.Sprintf("body.pays[%d]", i)
		p.Reference = strings.TrimSpace(p.Reference)
		if p.Method.Name() == "" || p.Method.online() || p.Method == MethodDeposit {
			return ErrPays.At(at+".method", "没有这种收款方式", string(p.Method))
		}
		if p.Amount <= 0 || p.Amount > maxPay {
			return ErrPays.Say("收款金额应大于零，最多 10 亿元").At(at+".amount", "应大于零，最多 10 亿元", int64(p.Amount))
		}
		if utf8.RuneCountInString(p.Reference) > maxReference {
			return ErrPays.Say("凭证号最多 60 个字").At(at+".reference", "最多 60 个字", nil)
		}
		if err := p.checkProof(at); err != nil {
			return err
		}
	}
	slices.SortStableFunc(in.Pays, func(a, b Pay) int {
		return order(b.Method == MethodPrepay) - order(a.Method == MethodPrepay)
	})
	cash := in.sum(MethodCash)
	if in.Tendered == 0 {
		in.Tendered = cash
	}
	if cash == 0 && in.Tendered != 0 {
		return ErrTendered.Say("这次没有现金，不用填实收现金").At("body.tendered", "没有现金", int64(in.Tendered))
	}
	if in.Tendered > maxPay {
		return ErrTendered.Say("实收现金 %s 太大，请核对", in.Tendered.Comma()).At("body.tendered", "太大", int64(in.Tendered))
	}
	if in.Tendered < cash {
		return ErrTendered.Say("实收现金 %s，不够本次现金 %s", in.Tendered.Comma(), cash.Comma()).
			At("body.tendered", "不够", int64(in.Tendered))
	}
	return nil
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Receive takes money from a household and gives the receipt, in one
// transaction: it locks what is owed, compares it with what the screen showed,
// allocates, settles the charges, moves the wallets, posts, numbers and logs.
// Errors: ErrOwedChanged, ErrChargeGone, ErrUnusual, ErrPays, ErrTendered,
// ErrPrepaidUse, ErrLateChanged, ErrRoundOff, ErrRound, ErrBeyond, payment.ErrBalance, estate.ErrNoRoom.
func (s *Service) Receive(ctx context.Context, who actor.Actor, project id.ID, in Taking) (Receipt, error) {
	in.Pays = slices.Clone(in.Pays)
	if err := in.check(); err != nil {
		return Receipt{}, err
	}
	var r Receipt
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		seat, err := s.lockSeat(ctx, tx, project, in.Room)
		if err == nil {
			err = reach(&estate.Household{Room: seat.Room, Rooms: seat.Rooms}, in.Within)
		}
		if err != nil {
			return err
		}
		if err := s.sameAsShown(ctx, tx, project, seat, &in); err != nil {
			return err
		}
		if err := usedOnce(ctx, tx, project, &in, clock.DateOf(tx.Now())); err != nil {
			return err
		}
		if in.Ahead != nil {
			if err := s.chargeAhead(ctx, tx, who, project, seat, in.Ahead); err != nil {
				return err
			}
		}
		if r, err = draft(tx, who, seat, &in); err != nil {
			return err
		}
		if err := s.setAside(ctx, tx, project, &r, in.PrepayItem); err != nil {
			return err
		}
		if err := s.book(ctx, tx, who, project, seat, &r); err != nil {
			return err
		}
		return s.capAside(ctx, tx, project, seat, &r)
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("receive: %w", err)
	}
	return r, nil
}

// lockSeat locks the household of a room. Error: estate.ErrNoRoom.
func (s *Service) lockSeat(ctx context.Context, tx *db.Tx, project, room id.ID) (*Seat, error) {
	h, err := s.estate.Households(ctx, tx, project, []id.ID{room})
	if err != nil {
		return nil, err
	}
	seats, err := s.lockSeats(ctx, tx, project, h)
	if err != nil {
		return nil, err
	}
	return seats[0], nil
}

// lockSeats locks households in the order of the house: their rooms, their
// charges; wallets and numbers follow later.
func (s *Service) lockSeats(ctx context.Context, tx *db.Tx, project id.ID, households []estate.Household) ([]*Seat, error) {
	var rooms []id.ID
	for i := range households {
		rooms = append(rooms, roomIDs(households[i].Rooms)...)
	}
	if err := lockDesks(ctx, tx, project, rooms); err != nil {
		return nil, fmt.Errorf("lock household: %w", err)
	}
	open, err := s.billing.LockOpen(ctx, tx, project, rooms)
	if err != nil {
		return nil, err
	}
	return s.seats(ctx, tx, project, households, open)
}

// sameAsShown refuses when the money has moved since the screen was read, so
// that a second window cannot take the same money again.
func (s *Service) sameAsShown(ctx context.Context, tx *db.Tx, project id.ID, seat *Seat, in *Taking) error {
	if in.ExpectedLate != nil && *in.ExpectedLate != seat.LateOwed {
		return ErrLateChanged.At("body.expected_late", "现在是 "+seat.LateOwed.Comma(), int64(seat.LateOwed))
	}
	same := seat.Owed == in.ExpectedOwed && (in.ExpectedPrepaid == nil || *in.ExpectedPrepaid == seat.Prepaid)
	if same {
		return nil
	}
	last, err := lastEvent(ctx, tx, project, seat.rooms())
	if err != nil {
		return fmt.Errorf("who came before: %w", err)
	}
	told := ErrOwedChanged.At("body.expected_owed", "现在欠费 "+seat.Owed.Comma(), int64(seat.Owed))
	if last.name == "" || tx.Now().Sub(last.at) > justNow {
		return told
	}
	verb := "收过款"
	if last.event == eventVoided {
		verb = "作废过收据"
	}
	if last.event == eventRed {
		verb = "退过款"
	}
	return told.Say("这户刚被%s%s（%s），请刷新后再收", last.name, verb, last.at.In(clock.Shanghai()).Format("15:04"))
}

// draft is the receipt as it will be, without number and explanations.
func draft(tx *db.Tx, who actor.Actor, seat *Seat, in *Taking) (Receipt, error) {
	open, policy, err := seat.toPay(tx, in)
	if err != nil {
		return Receipt{}, err
	}
	if open, err = seat.withAhead(open, in.sum()+in.Rounded); err != nil {
		return Receipt{}, err
	}
	if err := seat.Setting.mayRound(in, sumLeft(open)); err != nil {
		return Receipt{}, err
	}
	if err := usual(in, open); err != nil {
		return Receipt{}, err
	}
	r := Receipt{
		ID: tx.NewID(), Room: seat.Room.ID, RoomLabel: seat.Room.Label, Payer: seat.Payer, PayerName: seat.PayerName,
		Policy: policy, Amount: in.sum(), OwedBefore: seat.Owed, PrepaidUsed: in.sum(MethodPrepay),
		Tendered: in.Tendered, Change: in.Tendered - in.sum(MethodCash), Cashier: who.Account, CashierName: who.Name,
		Date: clock.DateOf(tx.Now()), At: tx.Now(), State: StateValid, Pays: in.Pays, Lines: []Line{},
		Ahead: sumLeft(seat.Ahead), AheadRun: seat.AheadRun, Rounded: in.Rounded,
	}
	var shares []spread.Share
	shares, r.ToPrepay, r.uses = seat.allocate(open, r.Amount+r.Rounded, r.PrepaidUsed)
	settled := r.Amount + r.Rounded - r.ToPrepay
	if r.PrepaidUsed > settled || len(seat.Aside) > 0 && r.PrepaidUsed > seat.usable(open) {
		return Receipt{}, ErrPrepaidUse.Say("预存只能用来抵扣欠费，专用的只抵自己的费用，这次最多可抵扣 %s 元", min(settled, seat.usable(open)).Comma())
	}
	byID := map[id.ID]Open{}
	for _, o := range open {
		byID[o.Charge] = o
	}
	for _, share := range shares {
		o := byID[share.Charge]
		r.Lines = append(r.Lines, Line{Charge: o.Charge, Room: o.Room, RoomLabel: o.RoomLabel, Item: o.Item,
			ItemName: o.ItemName, Month: o.Month, Owed: o.Left, Amount: share.Amount})
		if !o.Interest && !seat.isOwn(o.Charge) && !seat.isAhead(o.Charge) {
			r.OwedBefore += o.Left // of somebody who has moved out, taken along
		}
	}
	r.OwedBefore += interestOf(r.Lines, open)
	r.OwedAfter = r.OwedBefore + r.Ahead - settled
	r.PrepaidAfter = seat.Prepaid - r.PrepaidUsed + r.ToPrepay
	return r, nil
}

// usual asks back when the amount looks like a slip of the hand: more than
// three times what is to be paid, or change that holds a whole largest note.
func usual(in *Taking, open []Open) error {
	if in.Confirmed {
		return nil
	}
	owed, amount := sumLeft(open), in.sum()
	change := in.Tendered - in.sum(MethodCash)
	switch {
	case owed == 0:
		return ErrUnusual.Say("这户没有欠费，收 %s 元将全部存入预存，请确认", amount.Comma())
	case amount > unusualTimes*owed:
		return ErrUnusual.Say("收 %s 元，应收只有 %s 元，多出的 %s 元将存入预存，请核对后确认", amount.Comma(), owed.Comma(), (amount - owed).Comma())
	case change >= largestNote && in.Tendered > unusualTimes*in.sum(MethodCash):
		return ErrUnusual.Say("实收现金 %s 元，要找零 %s 元，请核对后确认", in.Tendered.Comma(), change.Comma())
	}
	return nil
}
