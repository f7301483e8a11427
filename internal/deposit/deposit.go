// Package deposit keeps money that is held for somebody (押金): taken, moved,
// deducted, forfeited and given back by the counter's receipts, and never income
// before a document of its own says so. Its oldest tables keep the names they had
// in the counter's room.
// Floor 8. Uses: audit, ledger, estate, cashier.
package deposit

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of the room that it has made itself.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "deposit", FS: sub}
}

// PermChange deducts, forfeits and moves deposits that are held; taking and
// giving back are the counter's rights.
const PermChange actor.Permission = "cashier.deposit"

// What deposits refuse.
var (
	ErrInvalid = fault.New(fault.Invalid, "deposit_invalid", "押金填写不完整，请按提示修改")
	ErrShort   = fault.New(fault.Conflict, "deposit_short", "押金余额不够")
	ErrUsed    = fault.New(fault.Conflict, "deposit_used", "这笔押金已有扣除、退还或转移，收据不能作废")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Cashier *cashier.Service
	Company func(ctx context.Context) (string, error) // named on paper; nil names none
}

// Service keeps deposits.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	cashier *cashier.Service
	company func(ctx context.Context) (string, error)
}

// New builds the room and fills the counter's socket for money that is held.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, cashier: d.Cashier, company: d.Company}
	s.cashier.KeepHeld(s)
	return s
}

// series numbers what becomes income (押金扣款单).
const series = "YK"

const (
	maxReason = 200
	maxAmount = money.Fen(1_000_000_000_00) // 10 亿元 is a typing mistake
)

// Kind is what a deposit secures.
type Kind string

// The kinds.
const (
	KindRenovation Kind = "renovation"
	KindKeys       Kind = "keys"
	KindLease      Kind = "lease"
	KindOther      Kind = "other"
)

// Name is the kind in words.
func (k Kind) Name() string {
	return map[Kind]string{KindRenovation: "装修押金", KindKeys: "钥匙押金", KindLease: "租赁押金", KindOther: "其他押金"}[k]
}

// Deposit is money held for somebody (押金): a liability until it is given
// back, or deducted by a document of its own. All amounts in fen.
type Deposit struct {
	ID         id.ID
	Kind       Kind
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
	Entries    []Entry // oldest first; only where one deposit is read
}

// What moves a deposit.
const (
	EntryTaken     = "taken"
	EntryDeducted  = "deducted"
	EntryForfeited = "forfeited"
	EntryRefunded  = "refunded"
	EntryMoved     = "moved"
	EntryVoided    = "voided"
	EntrySettled   = "settled"  // paid what was owed
	EntryRestored  = "restored" // the same taken back
)

// Entry is one movement; entries never change.
type Entry struct {
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

// Taking is what the counter hands over.
type Taking struct {
	Kind      Kind
	Room      id.ID
	Person    id.ID // 0: who pays for the room
	Pays      []cashier.Pay
	Tendered  money.Fen
	Confirmed bool // a voucher that stands on another receipt was looked at
	Note      string
	Within    actor.Buildings // what the right of who takes it is limited to; nil is the project
}

// Take takes a deposit and gives the receipt; it is a liability, never
// revenue. Errors: ErrInvalid, cashier.ErrPays, cashier.ErrTendered,
// cashier.ErrPrepaidUse, cashier.ErrBeyond, estate.ErrNoRoom, fault.ErrNotFound
// for a person who does not live within the limit.
func (s *Service) Take(ctx context.Context, who actor.Actor, project id.ID, in Taking) (Deposit, cashier.Receipt, error) {
	in.Note = strings.TrimSpace(in.Note)
	if in.Kind.Name() == "" {
		return Deposit{}, cashier.Receipt{}, ErrInvalid.Say("请选择哪种押金").At("body.kind", "不在可选范围内", string(in.Kind))
	}
	if utf8.RuneCountInString(in.Note) > maxReason {
		return Deposit{}, cashier.Receipt{}, ErrInvalid.Say("说明最多 200 个字").At("body.note", "最多 200 个字", nil)
	}
	var d Deposit
	var r cashier.Receipt
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		h := cashier.Held{ID: tx.NewID(), Name: in.Kind.Name(), Room: in.Room}
		err := s.cashier.ReachRoom(ctx, tx, project, in.Room, in.Within)
		if err == nil {
			err = s.reachNext(ctx, tx, project, 0, in.Person, in.Within)
		}
		if err != nil {
			return err
		}
		if in.Person != 0 {
			if h.Payer, h.PayerName, err = s.depositor(ctx, tx, project, in.Person); err != nil {
				return err
			}
		}
		if r, err = s.cashier.TakeHeld(ctx, tx, who, project, h, in.Pays, in.Tendered, in.Confirmed); err != nil {
			return err
		}
		d = Deposit{ID: h.ID, Kind: in.Kind, Room: r.Room, RoomLabel: r.RoomLabel, Person: r.Payer, PersonName: r.PayerName, Receipt: r.ID, Number: r.Number,
			Taken: r.Amount, Held: r.Amount, Date: r.Date, Note: in.Note, Version: 1}
		if err := insertDeposit(ctx, tx, project, &d); err != nil {
			return fmt.Errorf("write deposit: %w", err)
		}
		return s.enter(ctx, tx, who, project, &d, &Entry{Kind: EntryTaken, Amount: d.Taken, Number: r.Number, Receipt: r.ID, Reason: d.Note}, nil)
	})
	if err != nil {
		return Deposit{}, cashier.Receipt{}, fmt.Errorf("take deposit: %w", err)
	}
	return d, r, nil
}

func (s *Service) depositor(ctx context.Context, q db.Q, project, person id.ID) (id.ID, string, error) {
	names, err := s.estate.PersonNames(ctx, q, project, []id.ID{person})
	if err != nil {
		return 0, "", err
	}
	if names[person] == "" {
		return 0, "", ErrInvalid.Say("没有这位住户").At("body.person_id", "没有这位住户", nil)
	}
	return person, names[person], nil
}

// enter writes one movement of a deposit and its log.
func (s *Service) enter(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Deposit, e *Entry, before map[string]any) error {
	if e.ID == 0 {
		e.ID = tx.NewID()
	}
	e.By, e.ByName, e.At = who.Account, who.Name, tx.Now()
	if err := insertDepositEntry(ctx, tx, project, d.ID, e); err != nil {
		return fmt.Errorf("write deposit: %w", err)
	}
	verb := map[string]string{EntryTaken: "收", EntryDeducted: "扣", EntryForfeited: "没收", EntryRefunded: "退", EntryMoved: "转移", EntryVoided: "作废", EntrySettled: "抵欠费", EntryRestored: "恢复"}[e.Kind]
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.deposit_" + e.Kind, Kind: "deposit", Subject: d.ID,
		Summary: fmt.Sprintf("%s%s %s %s 元 %s %s", verb, d.Kind.Name(), d.RoomLabel, max(e.Amount, -e.Amount).Comma(), e.Number, e.Reason),
		Before:  before, After: d.facts()})
	return nil
}

func (d *Deposit) facts() map[string]any {
	return map[string]any{"kind": d.Kind, "room": d.RoomLabel, "person": d.PersonName, "taken": d.Taken, "held": d.Held}
}

// change locks a deposit and lets fn move it.
func (s *Service) change(ctx context.Context, who actor.Actor, project, deposit id.ID, version int, reason string,
	fn func(tx *db.Tx, d *Deposit) (*Entry, error)) (Deposit, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return Deposit{}, cashier.ErrReason.Say("请写明原因").At("body.reason", "1–200 个字", nil)
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

// Deduct turns a part of a deposit into income by a document with a
// number of its own; amount 0 forfeits all that is left. Source: domain 1.1,
// case H01. Errors: cashier.ErrReason, ErrShort, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Deduct(ctx context.Context, who actor.Actor, project, deposit id.ID, amount money.Fen, reason string, version int) (Deposit, error) {
	if amount < 0 || amount > maxAmount {
		return Deposit{}, ErrInvalid.At("body.amount", "应大于零", int64(amount))
	}
	return s.change(ctx, who, project, deposit, version, reason, func(tx *db.Tx, d *Deposit) (*Entry, error) {
		free, err := s.free(ctx, tx, project, d)
		if err != nil {
			return nil, err
		}
		e := &Entry{ID: tx.NewID(), Kind: EntryDeducted}
		if amount == 0 {
			amount, e.Kind = free, EntryForfeited
		}
		if amount > free || amount == 0 {
			return nil, ErrShort.Say("这笔押金还有 %s 元可扣", free.Comma()).At("body.amount", "最多 "+free.Comma(), int64(amount))
		}
		e.Amount = -amount
		day := clock.DateOf(tx.Now())
		err = s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocDeposit, Doc: e.ID, Date: day, Debit: ledger.Deposit,
			Credit: ledger.OtherRevenue, Amount: amount, Subject: d.Room}})
		if err != nil {
			return nil, err
		}
		e.Year = day.Year()
		e.Number, e.Seq, err = s.ledger.NextDocument(ctx, tx, project, series, e.Year)
		return e, err
	})
}

// free is what is held and not asked back.
func (s *Service) free(ctx context.Context, tx *db.Tx, project id.ID, d *Deposit) (money.Fen, error) {
	asked, err := s.cashier.AskedBack(ctx, tx, project, d.ID)
	if err != nil {
		return 0, err
	}
	open, err := settling(ctx, tx, project, d.ID)
	return d.Held - asked - open, err
}

// Move gives a deposit to another room or person; 0 leaves it. The
// money stays where it is. Errors: ErrInvalid, cashier.ErrReason, fault.ErrStale.
func (s *Service) Move(ctx context.Context, who actor.Actor, project, deposit, room, person id.ID, reason string, version int) (Deposit, error) {
	return s.change(ctx, who, project, deposit, version, reason, func(tx *db.Tx, d *Deposit) (*Entry, error) {
		free, err := s.free(ctx, tx, project, d)
		if err != nil {
			return nil, err
		}
		if d.Held == 0 || free != d.Held {
			return nil, ErrShort.Say("这笔押金已退完，或有退款在办，不能转移")
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
		return &Entry{Kind: EntryMoved}, nil
	})
}
