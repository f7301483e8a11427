package cashier

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// PermDeposit deducts, forfeits and moves deposits that are held.
const PermDeposit actor.Permission = "cashier.deposit"

// What deposits refuse.
var (
	ErrDeposit     = fault.New(fault.Invalid, "deposit_invalid", "押金填写不完整，请按提示修改")
	ErrDepositHeld = fault.New(fault.Conflict, "deposit_short", "押金余额不够")
	ErrDepositUsed = fault.New(fault.Conflict, "deposit_used", "这笔押金已有扣除、退还或转移，收据不能作废")
)

// RefundDeposit gives a deposit back, in part or whole.
const RefundDeposit RefundKind = "deposit"

// depositSeries numbers what becomes income (押金扣款单).
const depositSeries = "YK"

// DepositKind is what a deposit secures.
type DepositKind string

// The kinds.
const (
	DepositRenovation DepositKind = "renovation"
	DepositKeys       DepositKind = "keys"
	DepositLease      DepositKind = "lease"
	DepositOther      DepositKind = "other"
)

// Name is the kind in words.
func (k DepositKind) Name() string {
	return map[DepositKind]string{DepositRenovation: "装修押金", DepositKeys: "钥匙押金", DepositLease: "租赁押金", DepositOther: "其他押金"}[k]
}

// Deposit is money held for somebody (押金): a liability until it is given
// back, or deducted by a document of its own. All amounts in fen.
type Deposit struct {
	ID         id.ID
	Kind       DepositKind
	Room       id.ID
	RoomLabel  string
	Person     id.ID // who gets it back, 0 when nobody is on file
	PersonName string
	Receipt    id.ID
	Number     string // of the receipt
	Taken      money.Fen
	Held       money.Fen // what is left
	Date       clock.Date
	Note       string
	Version    int
	Entries    []DepositEntry // oldest first; only where one deposit is read
}

// What moves a deposit.
const (
	EntryTaken     = "taken"
	EntryDeducted  = "deducted"
	EntryForfeited = "forfeited"
	EntryRefunded  = "refunded"
	EntryMoved     = "moved"
	EntryVoided    = "voided"
)

// DepositEntry is one movement; entries never change.
type DepositEntry struct {
	ID      id.ID
	Kind    string
	Amount  money.Fen // what Held changed by
	Number  string    // YK2026-000001 of what became income, else of the receipt
	Year    int
	Seq     int64
	Receipt id.ID
	Reason  string
	By      id.ID
	ByName  string
	At      time.Time
}

// DepositTaking is what the counter hands over.
type DepositTaking struct {
	Kind     DepositKind
	Room     id.ID
	Person   id.ID // 0: who pays for the room
	Pays     []Pay
	Tendered money.Fen
	Note     string
}

// TakeDeposit takes a deposit and gives the receipt; it is a liability, never
// revenue. Errors: ErrDeposit, ErrPays, ErrTendered, estate.ErrNoRoom.
func (s *Service) TakeDeposit(ctx context.Context, who actor.Actor, project id.ID, in DepositTaking) (Deposit, Receipt, error) {
	in.Note = strings.TrimSpace(in.Note)
	if in.Kind.Name() == "" {
		return Deposit{}, Receipt{}, ErrDeposit.Say("请选择哪种押金").At("body.kind", "不在可选范围内", string(in.Kind))
	}
	if utf8.RuneCountInString(in.Note) > maxReason {
		return Deposit{}, Receipt{}, ErrDeposit.Say("说明最多 200 个字").At("body.note", "最多 200 个字", nil)
	}
	t := Taking{Room: in.Room, Pays: slices.Clone(in.Pays), Tendered: in.Tendered}
	if err := t.check(); err != nil {
		return Deposit{}, Receipt{}, err
	}
	if t.sum(MethodPrepay) != 0 {
		return Deposit{}, Receipt{}, ErrPrepaidUse.Say("押金不能用预存抵扣")
	}
	var d Deposit
	var r Receipt
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		seat, err := s.lockSeat(ctx, tx, project, in.Room)
		if err != nil {
			return err
		}
		if err := usedOnce(ctx, tx, project, &t, clock.DateOf(tx.Now())); err != nil {
			return err
		}
		d = Deposit{ID: tx.NewID(), Kind: in.Kind, Room: seat.Room.ID, RoomLabel: seat.Room.Label, Person: seat.Payer, PersonName: seat.PayerName,
			Taken: t.sum(), Held: t.sum(), Date: clock.DateOf(tx.Now()), Note: in.Note, Version: 1}
		if in.Person != 0 {
			if d.Person, d.PersonName, err = s.depositor(ctx, tx, project, in.Person); err != nil {
				return err
			}
		}
		r = Receipt{ID: tx.NewID(), Room: d.Room, RoomLabel: d.RoomLabel, Payer: d.Person, PayerName: d.PersonName, Policy: PolicyChosen, Amount: d.Taken,
			OwedBefore: seat.Owed, OwedAfter: seat.Owed, PrepaidAfter: seat.Prepaid, Tendered: t.Tendered, Change: t.Tendered - t.sum(MethodCash),
			Cashier: who.Account, CashierName: who.Name, Date: d.Date, At: tx.Now(), State: StateValid, Pays: t.Pays, Lines: []Line{},
			Deposit: d.Taken, DepositID: d.ID, DepositName: d.Kind.Name()}
		if err := s.book(ctx, tx, who, project, seat, &r); err != nil {
			return err
		}
		d.Receipt, d.Number = r.ID, r.Number
		if err := insertDeposit(ctx, tx, project, &d); err != nil {
			return fmt.Errorf("write deposit: %w", err)
		}
		return s.enter(ctx, tx, who, project, &d, &DepositEntry{Kind: EntryTaken, Amount: d.Taken, Number: r.Number, Receipt: r.ID, Reason: d.Note}, nil)
	})
	if err != nil {
		return Deposit{}, Receipt{}, fmt.Errorf("take deposit: %w", err)
	}
	return d, r, nil
}

func (s *Service) depositor(ctx context.Context, q db.Q, project, person id.ID) (id.ID, string, error) {
	names, err := s.estate.PersonNames(ctx, q, project, []id.ID{person})
	if err != nil {
		return 0, "", err
	}
	if names[person] == "" {
		return 0, "", ErrDeposit.Say("没有这位住户").At("body.person_id", "没有这位住户", nil)
	}
	return person, names[person], nil
}

// enter writes one movement of a deposit and its log.
func (s *Service) enter(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Deposit, e *DepositEntry, before map[string]any) error {
	if e.ID == 0 {
		e.ID = tx.NewID()
	}
	e.By, e.ByName, e.At = who.Account, who.Name, tx.Now()
	if err := insertDepositEntry(ctx, tx, project, d.ID, e); err != nil {
		return fmt.Errorf("write deposit: %w", err)
	}
	verb := map[string]string{EntryTaken: "收", EntryDeducted: "扣", EntryForfeited: "没收", EntryRefunded: "退", EntryMoved: "转移", EntryVoided: "作废"}[e.Kind]
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.deposit_" + e.Kind, Kind: "deposit", Subject: d.ID,
		Summary: fmt.Sprintf("%s%s %s %s 元 %s %s", verb, d.Kind.Name(), d.RoomLabel, max(e.Amount, -e.Amount).Comma(), e.Number, e.Reason),
		Before:  before, After: d.facts()})
	return nil
}

func (d *Deposit) facts() map[string]any {
	return map[string]any{"kind": d.Kind, "room": d.RoomLabel, "person": d.PersonName, "taken": d.Taken, "held": d.Held}
}

// changeDeposit locks a deposit and lets fn move it.
func (s *Service) changeDeposit(ctx context.Context, who actor.Actor, project, deposit id.ID, version int, reason string,
	fn func(tx *db.Tx, d *Deposit) (*DepositEntry, error)) (Deposit, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return Deposit{}, ErrReason.Say("请写明原因").At("body.reason", "1–200 个字", nil)
	}
	var d Deposit
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if d, err = lockDeposit(ctx, tx, project, deposit); err != nil {
			return err
		}
		if d.Version != version {
			return fault.ErrStale
		}
		before := d.facts()
		e, err := fn(tx, &d)
		if err != nil {
			return err
		}
		e.Reason = reason
		d.Held += e.Amount
		d.Version++
		if err := updateDeposit(ctx, tx, project, &d); err != nil {
			return fmt.Errorf("write deposit: %w", err)
		}
		return s.enter(ctx, tx, who, project, &d, e, before)
	})
	if err != nil {
		return Deposit{}, fmt.Errorf("change deposit: %w", err)
	}
	return d, nil
}

// DeductDeposit turns a part of a deposit into income by a document with a
// number of its own; amount 0 forfeits all that is left. Source: domain 1.1,
// case H01. Errors: ErrReason, ErrDepositHeld, fault.ErrStale, fault.ErrNotFound.
func (s *Service) DeductDeposit(ctx context.Context, who actor.Actor, project, deposit id.ID, amount money.Fen, reason string, version int) (Deposit, error) {
	if amount < 0 || amount > maxPay {
		return Deposit{}, ErrDeposit.At("body.amount", "应大于零", int64(amount))
	}
	return s.changeDeposit(ctx, who, project, deposit, version, reason, func(tx *db.Tx, d *Deposit) (*DepositEntry, error) {
		free, err := d.free(ctx, tx, project)
		if err != nil {
			return nil, err
		}
		e := &DepositEntry{ID: tx.NewID(), Kind: EntryDeducted}
		if amount == 0 {
			amount, e.Kind = free, EntryForfeited
		}
		if amount > free || amount == 0 {
			return nil, ErrDepositHeld.Say("这笔押金还有 %s 元可扣", free.Comma()).At("body.amount", "最多 "+free.Comma(), int64(amount))
		}
		e.Amount = -amount
		day := clock.DateOf(tx.Now())
		err = s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocDeposit, Doc: e.ID, Date: day, Debit: ledger.Deposit,
			Credit: ledger.OtherRevenue, Amount: amount, Subject: d.Room}})
		if err != nil {
			return nil, err
		}
		e.Year = day.Year()
		e.Number, e.Seq, err = s.ledger.NextDocument(ctx, tx, project, depositSeries, e.Year)
		return e, err
	})
}

// free is what is held and not asked back.
func (d *Deposit) free(ctx context.Context, tx *db.Tx, project id.ID) (money.Fen, error) {
	open, err := openRefunds(ctx, tx, project, ofDeposit, d.ID)
	if err != nil {
		return 0, fmt.Errorf("open refunds: %w", err)
	}
	return d.Held - open, nil
}

// MoveDeposit gives a deposit to another room or person; 0 leaves it. The
// money stays where it is. Errors: ErrDeposit, ErrReason, fault.ErrStale.
func (s *Service) MoveDeposit(ctx context.Context, who actor.Actor, project, deposit, room, person id.ID, reason string, version int) (Deposit, error) {
	return s.changeDeposit(ctx, who, project, deposit, version, reason, func(tx *db.Tx, d *Deposit) (*DepositEntry, error) {
		free, err := d.free(ctx, tx, project)
		if err != nil {
			return nil, err
		}
		if d.Held == 0 || free != d.Held {
			return nil, ErrDepositHeld.Say("这笔押金已退完，或有退款在办，不能转移")
		}
		if room != 0 {
			h, err := s.estate.Household(ctx, tx, project, room)
			if err != nil {
				return nil, err
			}
			if d.Room, d.RoomLabel = h.Room.ID, h.Room.Label; person == 0 && h.Payer != nil {
				d.Person, d.PersonName = h.Payer.ID, h.Payer.Name
			}
		}
		if person != 0 {
			if d.Person, d.PersonName, err = s.depositor(ctx, tx, project, person); err != nil {
				return nil, err
			}
		}
		return &DepositEntry{Kind: EntryMoved}, nil
	})
}
