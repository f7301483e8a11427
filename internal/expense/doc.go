package expense

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
	"linli/internal/ledger"
)

// The series of numbers: approved documents, and those that reverse them.
const (
	series     = "ZC"
	voidSeries = "ZH"
)

// kind is what the log calls a document.
const kind = "expense"

const (
	maxText   = 200
	maxAmount = money.Fen(1_000_000_000_00) // a document above is a typing error
)

// State is where a document stands.
type State string

// The states. Only approved and voided documents are in the book.
const (
	Asked    State = "asked"
	Approved State = "approved"
	Refused  State = "refused"
	TakenOut State = "withdrawn" // by whoever entered it, before the decision
	Voided   State = "voided"    // reversed by a document with a number of its own
)

// Doc is one expense, or one income of the common parts.
type Doc struct {
	ID           id.ID
	Category     id.ID
	CategoryName string
	Book         Book
	Direction    Direction
	Account      ledger.Account
	Supplier     string
	Amount       money.Fen // above zero
	Date         clock.Date
	Note         string
	PaidFrom     ledger.Account // Cash or Bank
	File         id.ID          // 0 without attachment
	FileName     string
	State        State
	Number       string // ZC2026-000001, once approved
	Year         int
	Seq          int64
	PostedOn     clock.Date // the day it stands on in the book
	AskedBy      id.ID
	Asker        string
	AskedAt      time.Time
	DecidedBy    id.ID
	Decider      string
	DecidedAt    time.Time
	Answer       string
	VoidNumber   string // ZH2026-000001 of what reverses it
	VoidYear     int
	VoidSeq      int64
	VoidOn       clock.Date
	VoidBy       id.ID
	VoidName     string
	VoidAt       time.Time
	VoidReason   string
	Version      int
}

// Entry is what somebody enters.
type Entry struct {
	Category id.ID
	Supplier string
	Amount   money.Fen
	Date     clock.Date
	Note     string
	PaidFrom ledger.Account
	File     id.ID
}

func (e *Entry) check(today clock.Date) error {
	e.Supplier, e.Note = strings.TrimSpace(e.Supplier), strings.TrimSpace(e.Note)
	if e.Amount <= 0 || e.Amount > maxAmount {
		return ErrExpense.Say("请填写金额").At("body.amount", "应大于零", int64(e.Amount))
	}
	if e.Date == 0 || e.Date > today {
		return ErrExpense.Say("发生日期不能晚于今天").At("body.date", "不晚于今天", e.Date.String())
	}
	if e.PaidFrom != ledger.Cash && e.PaidFrom != ledger.Bank {
		return ErrExpense.Say("请选择从现金还是银行付").At("body.paid_from", "现金或银行", nil)
	}
	if utf8.RuneCountInString(e.Supplier) > 60 {
		return ErrExpense.At("body.supplier", "最多 60 个字", nil)
	}
	if utf8.RuneCountInString(e.Note) > maxText {
		return ErrExpense.At("body.note", "最多 200 个字", nil)
	}
	return nil
}

// Enter writes a document that waits for another person; nothing is posted.
// Errors: ErrExpense, ErrFile, fault.ErrNotFound.
func (s *Service) Enter(ctx context.Context, who actor.Actor, project id.ID, in Entry) (Doc, error) {
	var d Doc
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := in.check(clock.DateOf(tx.Now())); err != nil {
			return err
		}
		c, err := oneCategory(ctx, tx, project, in.Category)
		if err != nil || !c.Active {
			return ErrExpense.Say("请选择类别").At("body.category_id", "没有这个类别或已停用", nil)
		}
		d = Doc{ID: tx.NewID(), Category: c.ID, CategoryName: c.Name, Book: c.Book, Direction: c.Direction, Account: c.Account, Supplier: in.Supplier,
			Amount: in.Amount, Date: in.Date, Note: in.Note, PaidFrom: in.PaidFrom, File: in.File, State: Asked,
			AskedBy: who.Account, Asker: who.Name, AskedAt: tx.Now(), Version: 1}
		if in.File != 0 {
			b, err := s.files.Find(ctx, tx, project, in.File)
			if err != nil || b.Kind != KindAttachment {
				return ErrFile.At("body.file_id", "没有这个附件", nil)
			}
			d.FileName = b.Name
		}
		if err := insertDoc(ctx, tx, project, &d); err != nil {
			return fmt.Errorf("write expense: %w", err)
		}
		s.record(tx, who, project, &d, "expense.entered", "录入", nil)
		return nil
	})
	if err != nil {
		return Doc{}, fmt.Errorf("enter expense: %w", err)
	}
	return d, nil
}

// Decide approves a document, which posts it, or refuses it with a note.
// Whoever entered it may not decide. It is posted on its own day, or today when
// the month of that day is closed. Errors: ErrOwn, ErrReason, ErrState,
// fault.ErrStale, fault.ErrNotFound.
func (s *Service) Decide(ctx context.Context, who actor.Actor, project, doc id.ID, approve bool, note string, version int) (Doc, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); !approve && n == 0 || n > maxText {
		return Doc{}, ErrReason.Say("请写明退回的原因").At("body.note", "1–200 个字", nil)
	}
	return s.change(ctx, who, project, doc, version, func(tx *db.Tx, d *Doc) (string, error) {
		if d.State != Asked {
			return "", ErrState
		}
		if d.AskedBy == who.Account && !who.IsSystem() {
			return "", ErrOwn
		}
		d.DecidedBy, d.Decider, d.DecidedAt, d.Answer, d.State = who.Account, who.Name, tx.Now(), note, Refused
		if !approve {
			return "退回", nil
		}
		d.State = Approved
		return "批准", s.post(ctx, tx, project, d)
	})
}

// post books an approved document under the next number.
func (s *Service) post(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	day, err := s.ledger.OpenDay(ctx, tx, project, d.Date, clock.DateOf(tx.Now()))
	if err != nil {
		return err
	}
	d.PostedOn, d.Year = day, clock.DateOf(tx.Now()).Year()
	p := ledger.Posting{DocKind: ledger.DocExpense, Doc: d.ID, Date: day, Debit: d.Account, Credit: d.PaidFrom, Amount: d.Amount, Item: d.Category}
	if d.Direction == In {
		p.Debit, p.Credit = p.Credit, p.Debit
	}
	if err := s.ledger.Post(ctx, tx, project, []ledger.Posting{p}); err != nil {
		return err
	}
	d.Number, d.Seq, err = s.ledger.NextDocument(ctx, tx, project, series, d.Year)
	return err
}

// Withdraw takes back what is not decided yet. Errors: ErrState, ErrNotAsker,
// fault.ErrStale, fault.ErrNotFound.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, project, doc id.ID, version int) (Doc, error) {
	return s.change(ctx, who, project, doc, version, func(_ *db.Tx, d *Doc) (string, error) {
		if d.State != Asked {
			return "", ErrState
		}
		if d.AskedBy != who.Account && !who.IsSystem() {
			return "", ErrNotAsker
		}
		d.State = TakenOut
		return "撤回", nil
	})
}

// Void reverses an approved document today by a document with a number of its
// own; the first one stays. Errors: ErrReason, ErrState, fault.ErrStale,
// fault.ErrNotFound.
func (s *Service) Void(ctx context.Context, who actor.Actor, project, doc id.ID, reason string, version int) (Doc, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxText {
		return Doc{}, ErrReason.At("body.reason", "1–200 个字", nil)
	}
	return s.change(ctx, who, project, doc, version, func(tx *db.Tx, d *Doc) (string, error) {
		if d.State != Approved {
			return "", ErrState
		}
		today := clock.DateOf(tx.Now())
		err := s.ledger.Reverse(ctx, tx, project, ledger.DocExpense, d.ID, ledger.DocExpenseVoided, d.ID, today)
		if err != nil {
			return "", err
		}
		d.State, d.VoidBy, d.VoidName, d.VoidAt, d.VoidReason, d.VoidOn, d.VoidYear = Voided, who.Account, who.Name, tx.Now(), reason, today, today.Year()
		d.VoidNumber, d.VoidSeq, err = s.ledger.NextDocument(ctx, tx, project, voidSeries, d.VoidYear)
		return "红冲", err
	})
}

// change locks a document and lets fn move it on.
func (s *Service) change(ctx context.Context, who actor.Actor, project, doc id.ID, version int, fn func(*db.Tx, *Doc) (string, error)) (Doc, error) {
	var d Doc
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockDoc(ctx, tx, project, doc); err != nil {
			return err
		}
		old, err := oneDoc(ctx, tx, project, doc)
		if err != nil {
			return err
		}
		if old.Version != version {
			return fault.ErrStale
		}
		d = old
		verb, err := fn(tx, &d)
		if err != nil {
			return err
		}
		d.Version++
		if err := updateDoc(ctx, tx, project, &d); err != nil {
			return fmt.Errorf("write expense: %w", err)
		}
		s.record(tx, who, project, &d, "expense."+string(d.State), verb, old.facts())
		return nil
	})
	if err != nil {
		return Doc{}, fmt.Errorf("change expense: %w", err)
	}
	return d, nil
}

func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, d *Doc, action, verb string, before any) {
	what := "支出"
	if d.Direction == In {
		what = "公共收益收入"
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: kind, Subject: d.ID,
		Summary: strings.TrimSpace(fmt.Sprintf("%s%s：%s %s %s 元 %s", verb, what, d.CategoryName, d.Supplier, d.Amount.Comma(), d.Number)),
		Before:  before, After: d.facts()})
}

func (d *Doc) facts() map[string]any {
	return map[string]any{"category": d.CategoryName, "supplier": d.Supplier, "amount": d.Amount, "date": d.Date, "note": d.Note, "paid_from": d.PaidFrom,
		"file": d.FileName, "state": d.State, "number": d.Number, "posted_on": d.PostedOn, "answer": d.Answer, "void_number": d.VoidNumber, "void_reason": d.VoidReason}
}
