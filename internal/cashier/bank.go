package cashier

import (
	"context"
	"fmt"
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
	"linli/internal/kit/page"
)

// PermBank is the right to work with statements of the bank.
const PermBank actor.Permission = "cashier.bank"

// What is refused about statements of the bank.
var (
	ErrBankFile = fault.New(fault.Invalid, "bank_file", "银行流水里有读不出的内容，整份没有导入，请按提示改好再传")
	ErrBankDone = fault.New(fault.Conflict, "bank_row_done", "这笔流水已经处理过了")
	ErrBankNote = fault.New(fault.Invalid, "bank_note", "请写明情况，1–200 个字")
)

// BankState is what became of a row.
type BankState string

// The states. One that is held or was put aside may still be received.
const (
	BankOpen     BankState = "open"
	BankHeld     BankState = "held" // 待查
	BankAside    BankState = "aside"
	BankReceived BankState = "received"
)

// BankRow is money that came to the bank account, one row of a statement.
// Amount in fen; Room is who it is probably from, until somebody confirms it.
type BankRow struct {
	ID            id.ID
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
	State         BankState
	Receipt       id.ID
	ReceiptNumber string
	Note          string
	DoneBy        id.ID
	DoneName      string
	DoneAt        time.Time
}

// BankFilter narrows the list; an empty State is all.
type BankFilter struct {
	page.Request
	State BankState
}

// BankRows lists them, newest first.
func (s *Service) BankRows(ctx context.Context, project id.ID, f BankFilter) (page.List[BankRow], error) {
	list, err := bankRows(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list bank rows: %w", err)
	}
	return list, nil
}

// BankTaking confirms whose money a row is.
type BankTaking struct {
	Room         id.ID
	ExpectedOwed money.Fen
	Confirmed    bool
}

// ReceiveBank takes the money of a row from a household, as a transfer at the
// counter would be, and gives the receipt. Errors: ErrBankDone, fault.ErrNotFound
// and those of Receive.
func (s *Service) ReceiveBank(ctx context.Context, who actor.Actor, project, row id.ID, in BankTaking) (BankRow, error) {
	var b BankRow
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = lockBankRow(ctx, tx, project, row); err != nil {
			return err
		}
		if err := s.bankRowFree(ctx, tx, project, &b); err != nil {
			return err
		}
		r, err := s.Receive(db.Join(ctx, tx), who, project, Taking{Room: in.Room, ExpectedOwed: in.ExpectedOwed, Confirmed: in.Confirmed,
			Pays: []Pay{{Method: MethodTransfer, Amount: b.Amount, Reference: cutTo(b.Reference, maxReference), On: b.Date}}})
		if err != nil {
			return err
		}
		b.State, b.Room, b.RoomLabel, b.Receipt, b.ReceiptNumber = BankReceived, r.Room, r.RoomLabel, r.ID, r.Number
		return s.closeBankRow(ctx, tx, who, project, &b, "收款，收据 "+r.Number)
	})
	if err != nil {
		return BankRow{}, fmt.Errorf("receive bank row: %w", err)
	}
	return b, nil
}

// PutAside notes that a row is to be looked into (待查), or is no money of a
// household. Errors: ErrBankDone, ErrBankNote, fault.ErrNotFound.
func (s *Service) PutAside(ctx context.Context, who actor.Actor, project, row id.ID, state BankState, note string) (BankRow, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > maxReason {
		return BankRow{}, ErrBankNote.At("body.note", "1–200 个字", nil)
	}
	if state != BankHeld && state != BankAside {
		return BankRow{}, ErrBankNote.At("body.state", "待查或与收费无关", string(state))
	}
	var b BankRow
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = lockBankRow(ctx, tx, project, row); err != nil {
			return err
		}
		if err := s.bankRowFree(ctx, tx, project, &b); err != nil {
			return err
		}
		b.State, b.Note = state, note
		what := "登记待查："
		if state == BankAside {
			what = "与收费无关："
		}
		return s.closeBankRow(ctx, tx, who, project, &b, what+note)
	})
	if err != nil {
		return BankRow{}, fmt.Errorf("put bank row aside: %w", err)
	}
	return b, nil
}

// bankRowFree refuses a row whose money stands on a receipt that holds.
func (s *Service) bankRowFree(ctx context.Context, q db.Q, project id.ID, b *BankRow) error {
	if b.State != BankReceived {
		return nil
	}
	r, err := oneReceipt(ctx, q, project, b.Receipt)
	if err != nil {
		return err
	}
	if r.State == StateValid && r.ReversedBy == 0 {
		return ErrBankDone.Say("这笔流水已由%s收款，收据 %s", b.DoneName, b.ReceiptNumber)
	}
	b.Receipt, b.ReceiptNumber = 0, ""
	return nil
}

func (s *Service) closeBankRow(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, b *BankRow, what string) error {
	b.DoneBy, b.DoneName, b.DoneAt = who.Account, who.Name, tx.Now()
	if err := updateBankRow(ctx, tx, project, b); err != nil {
		return fmt.Errorf("write bank row: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.bank_row", Kind: "bank_row", Subject: b.ID,
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
