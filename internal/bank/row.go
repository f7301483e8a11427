package bank

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// State is what became of a row.
type State string

// The states. One that is held or was put aside may still be received; money of
// one that is held stands in the book.
const (
	StateOpen     State = "open"
	StateHeld     State = "held" // 待查
	StateAside    State = "aside"
	StateReceived State = "received"
	StateReturned State = "returned" // 已退回
	StateCash     State = "cash"     // 现金送存: cash of ours, brought to the bank
	StateSettled  State = "settled"  // 渠道结算: what a payment channel held for us
)

// Row is money that came to the bank account, one row of a statement.
// Amount in fen; Room is who it is probably from, until somebody confirms it.
type Row struct {
	ID            id.ID
	Import        id.ID  // the import that brought it, 0 of before imports were noted
	Print         string // tells the row among all others, in every file it stands in
	FileHash      string
	FileName      string
	Line          int
	Date          clock.Date
	Amount        money.Fen
	Payer         string
	Account       string
	Remark        string
	Reference     string
	Room          id.ID
	RoomLabel     string
	Why           string // by what the room was found: room, account, name
	State         State
	Receipt       id.ID
	ReceiptNumber string
	Note          string
	DoneBy        id.ID
	DoneName      string
	DoneAt        time.Time
	Booked        bool // the money stands on the account of what nobody knows
}

// Filter narrows the list; zero fields do not.
type Filter struct {
	page.Request
	Row   id.ID // only this one
	State State
	From  clock.Date // inclusive
	Until clock.Date // inclusive
	Text  string     // part of who paid, the remark, the reference, the room or the receipt
}

// Total adds up all pages of a filter.
func (s *Service) Total(ctx context.Context, project id.ID, f Filter) (page.Total, error) {
	t, err := sumRows(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return t, fmt.Errorf("add up bank rows: %w", err)
	}
	return t, nil
}

// Rows lists them, newest first.
func (s *Service) Rows(ctx context.Context, project id.ID, f Filter) (page.List[Row], error) {
	list, err := listRows(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list bank rows: %w", err)
	}
	return list, nil
}

// Taking confirms whose money a row is.
type Taking struct {
	Room         id.ID
	ExpectedOwed money.Fen
	Confirmed    bool
}

// Receive takes the money of a row from a household, as a transfer at the
// counter would be, and gives the receipt; what was held is taken off that
// account on the day of the receipt. Errors: ErrDone, ErrBack, fault.ErrNotFound
// and those of cashier.Receive.
func (s *Service) Receive(ctx context.Context, who actor.Actor, project, row id.ID, in Taking) (Row, error) {
	var b Row
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = lockRow(ctx, tx, project, row); err != nil {
			return err
		}
		if err := s.free(ctx, tx, project, &b); err != nil {
			return err
		}
		r, err := s.cashier.Receive(db.Join(ctx, tx), who, project, cashier.Taking{Room: in.Room, ExpectedOwed: in.ExpectedOwed, Confirmed: in.Confirmed,
			Pays: []cashier.Pay{{Method: cashier.MethodTransfer, Amount: b.Amount, Reference: cutTo(b.Reference, maxReference), On: b.Date}}})
		if err != nil {
			return err
		}
		if err := s.unbook(ctx, tx, project, &b, ledger.DocBankFreed, r.Date); err != nil {
			return err
		}
		b.State, b.Room, b.RoomLabel, b.Receipt, b.ReceiptNumber = StateReceived, r.Room, r.RoomLabel, r.ID, r.Number
		return s.close(ctx, tx, who, project, &b, "收款，收据 "+r.Number)
	})
	if err != nil {
		return Row{}, fmt.Errorf("receive bank row: %w", err)
	}
	return b, nil
}

// PutAside notes that a row is to be looked into (待查), and books its money as
// owed to somebody unknown, or that it is no money of a household: cash brought
// to the bank and what a channel has settled are posted from their accounts.
// Errors: ErrDone, ErrBack, ErrNote, ErrShort, fault.ErrNotFound.
func (s *Service) PutAside(ctx context.Context, who actor.Actor, project, row id.ID, state State, note string) (Row, error) {
	note, err := noted(note)
	if err != nil {
		return Row{}, err
	}
	if state != StateHeld && state != StateAside && state.source() == 0 {
		return Row{}, ErrNote.At("body.state", "待查、现金送存、渠道结算或与收费无关", string(state))
	}
	var b Row
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = lockRow(ctx, tx, project, row); err != nil {
			return err
		}
		if err := s.free(ctx, tx, project, &b); err != nil {
			return err
		}
		if state == StateHeld {
			err = s.book(ctx, tx, project, &b)
		} else {
			err = s.unbook(ctx, tx, project, &b, ledger.DocBankFreed, clock.DateOf(tx.Now()))
		}
		if err == nil && state.source() != 0 {
			err = s.bring(ctx, tx, project, &b, state.source())
		}
		if err != nil {
			return err
		}
		b.State, b.Note = state, note
		return s.close(ctx, tx, who, project, &b, state.words()+"："+note)
	})
	if err != nil {
		return Row{}, fmt.Errorf("put bank row aside: %w", err)
	}
	return b, nil
}

// noted is what a person wrote about a row. Error: ErrNote.
func noted(note string) (string, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > maxReason {
		return "", ErrNote.At("body.note", "1–200 个字", nil)
	}
	return note, nil
}

// free refuses a row whose money stands on a receipt that holds, or went back.
func (s *Service) free(ctx context.Context, q db.Q, project id.ID, b *Row) error {
	switch b.State {
	case StateReturned:
		return ErrBack
	case StateCash, StateSettled:
		return ErrDone.Say("这笔流水已由%s登记为%s，弄错了请先撤回", b.DoneName, b.State.words())
	case StateReceived:
		return s.lost(ctx, q, project, b)
	}
	return nil
}

// lost takes a receipt that does not hold any more off a row. Error: ErrDone.
func (s *Service) lost(ctx context.Context, q db.Q, project id.ID, b *Row) error {
	r, err := s.cashier.Receipt(ctx, q, project, b.Receipt)
	if err != nil {
		return err
	}
	if r.State == cashier.StateValid && r.ReversedBy == 0 {
		return ErrDone.Say("这笔流水已由%s收款，收据 %s", b.DoneName, b.ReceiptNumber)
	}
	b.Receipt, b.ReceiptNumber = 0, ""
	return nil
}

// ReceiptVoid opens the row again whose money stood on a receipt that is void now:
// the money is in the bank, and nobody has it.
func (s *Service) ReceiptVoid(ctx context.Context, tx *db.Tx, who actor.Actor, project, receipt id.ID) error {
	row, err := rowOf(ctx, tx, project, receipt)
	if err != nil || row == 0 {
		return err
	}
	b, err := lockRow(ctx, tx, project, row)
	if err != nil || b.State != StateReceived || b.Receipt != receipt {
		return err
	}
	was := b.ReceiptNumber
	b.State, b.Receipt, b.ReceiptNumber, b.Note = StateOpen, 0, "", "收据 "+was+" 已作废，请重新确认"
	return s.close(ctx, tx, who, project, &b, "收据 "+was+" 已作废，回到待确认")
}

func (s *Service) close(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, b *Row, what string) error {
	b.DoneBy, b.DoneName, b.DoneAt = who.Account, who.Name, tx.Now()
	if err := updateRow(ctx, tx, project, b); err != nil {
		return fmt.Errorf("write bank row: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.bank_row", Kind: kindRow, Subject: b.ID,
		Summary: fmt.Sprintf("银行流水 %s %s %s 元：%s", b.Date, b.Payer, b.Amount.Comma(), what),
		After:   map[string]any{"state": b.State, "room": b.RoomLabel, "receipt": b.ReceiptNumber, "amount": b.Amount, "reference": b.Reference}})
	return nil
}

func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
