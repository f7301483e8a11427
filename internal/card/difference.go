package card

import (
	"context"
	"fmt"
	"slices"
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
)

// Kind is in what the acquirer's file and the counter differ.
type Kind string

// The kinds.
const (
	KindUnknown     Kind = "unknown" // paid at the terminal, nothing at the counter
	KindMissing     Kind = "missing" // taken at the counter, not in the file
	KindAmount      Kind = "amount"
	KindVoided      Kind = "voided"         // the receipt is void, the money never went back
	KindRefund      Kind = "refund"         // went back at the terminal, nothing at the counter
	KindBackMissing Kind = "refund_missing" // given back at the counter, not in the file
)

// Words is the kind for people.
func (k Kind) Words() string {
	return map[Kind]string{KindUnknown: "刷卡机已收，这里没有收款", KindMissing: "这里已收，对账文件没有", KindAmount: "金额不符",
		KindVoided: "收据已作废，刷卡机没有撤销", KindRefund: "刷卡机退过款，这里没有退款", KindBackMissing: "这里已退款，对账文件没有"}[k]
}

// Remedy is how a difference was dealt with.
type Remedy string

// The remedies.
const (
	RemedyReceive Remedy = "receive" // the money is taken at the counter, as paid by card
	RemedyForeign Remedy = "foreign" // no money of this project
	RemedyHold    Remedy = "hold"    // noted, to be looked into outside
	RemedySettled Remedy = "settled" // put right outside: given back, charged again
)

// Words is the remedy for people.
func (r Remedy) Words() string {
	return map[Remedy]string{RemedyReceive: "补记收款", RemedyForeign: "与本项目无关", RemedyHold: "挂账待查", RemedySettled: "确认已处理"}[r]
}

// Remedies are what can be done about a kind. What is taken, made void or given
// back at the counter afterwards ends a difference by itself when its day is
// matched again.
func (k Kind) Remedies() []Remedy {
	switch k {
	case KindUnknown:
		return []Remedy{RemedyReceive, RemedyForeign, RemedyHold}
	case KindRefund:
		return []Remedy{RemedyForeign, RemedyHold, RemedySettled}
	case KindMissing, KindAmount, KindVoided, KindBackMissing:
		return []Remedy{RemedyHold, RemedySettled}
	}
	return nil
}

// The states of a difference. One that is gone was not there any more when its
// day was matched again.
const (
	StateOpen = "open"
	StateDone = "done"
	StateGone = "gone"
)

// Difference is one thing in which a file and the counter differ; There and
// Here are the amounts of both sides in fen.
type Difference struct {
	ID            id.ID
	Day           clock.Date
	Kind          Kind
	Line          id.ID
	Receipt       id.ID
	PayNo         int
	ReceiptNumber string
	RoomLabel     string
	There         money.Fen
	Here          money.Fen
	Proof         string // terminal, voucher, reference and card, in words
	At            time.Time
	State         string
	Remedy        Remedy
	Note          string
	DoneBy        id.ID
	DoneName      string
	DoneAt        time.Time
}

func (l *Line) proof() string {
	var parts []string
	for _, p := range [][2]string{{"终端 ", l.Terminal}, {"批次 ", l.Batch}, {"凭证 ", l.Voucher}, {"参考号 ", l.Reference}, {"尾号 ", l.Last4}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return strings.Join(parts, "，")
}

func (l *Line) difference(k Kind, x *side) Difference {
	d := Difference{Day: l.Day, Kind: k, Line: l.ID, There: l.Amount, Proof: l.proof(), At: l.At, State: StateOpen}
	if x != nil {
		d.Receipt, d.PayNo, d.ReceiptNumber, d.RoomLabel, d.Here = x.Receipt, x.No, x.Number, x.RoomLabel, x.amount
	}
	return d
}

func (x *side) difference(k Kind) Difference {
	return Difference{Day: x.Date, Kind: k, Receipt: x.Receipt, PayNo: x.No, ReceiptNumber: x.Number, RoomLabel: x.RoomLabel, Here: x.amount,
		Proof: x.Proof(), At: x.At, State: StateOpen}
}

// Filter narrows the list; zero values are all.
type Filter struct {
	page.Request
	Day   clock.Date
	State string
	Kind  Kind
}

// Differences lists them, newest day first.
func (s *Service) Differences(ctx context.Context, project id.ID, f Filter) (page.List[Difference], error) {
	list, err := listDifferences(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list card differences: %w", err)
	}
	return list, nil
}

// Taking says whose money a sale is that nobody took at the counter.
type Taking struct {
	Room         id.ID
	ExpectedOwed money.Fen
	Confirmed    bool
}

// Receive takes the money of a sale from a household, as paid by this card, and
// gives the receipt, which is of today. Errors: ErrDone, ErrRemedy,
// fault.ErrNotFound and those of cashier.Receive.
func (s *Service) Receive(ctx context.Context, who actor.Actor, project, difference id.ID, in Taking) (Difference, error) {
	return s.end(ctx, who, project, difference, RemedyReceive, "", func(tx *db.Tx, d *Difference) error {
		l, err := oneLine(ctx, tx, project, d.Line)
		if err != nil {
			return fmt.Errorf("read card line: %w", err)
		}
		if l.Receipt != 0 {
			return ErrDone.Say("这笔刷卡已有收据，请重新核对")
		}
		reference := l.Reference
		if reference == "" {
			reference = l.Voucher
		}
		r, err := s.cashier.Receive(db.Join(ctx, tx), who, project, cashier.Taking{Room: in.Room, ExpectedOwed: in.ExpectedOwed, Confirmed: in.Confirmed,
			Pays: []cashier.Pay{{Method: cashier.MethodCard, Amount: l.Amount, Reference: reference, Terminal: l.Terminal, Last4: l.Last4}}})
		if err != nil {
			return err
		}
		l.Receipt, l.PayNo = r.ID, 1
		d.Receipt, d.PayNo, d.ReceiptNumber, d.RoomLabel, d.Here = r.ID, 1, r.Number, r.RoomLabel, l.Amount
		return tieLine(ctx, tx, project, l)
	})
}

// Settle deals with a difference in another way; each needs a note. Errors:
// ErrDone, ErrRemedy, ErrNote, fault.ErrNotFound.
func (s *Service) Settle(ctx context.Context, who actor.Actor, project, difference id.ID, remedy Remedy, note string) (Difference, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > maxNote {
		return Difference{}, ErrNote.At("body.note", "1–200 个字", nil)
	}
	if remedy == RemedyReceive {
		return Difference{}, ErrRemedy
	}
	return s.end(ctx, who, project, difference, remedy, note, func(*db.Tx, *Difference) error { return nil })
}

func (s *Service) end(ctx context.Context, who actor.Actor, project, difference id.ID, remedy Remedy, note string, act func(*db.Tx, *Difference) error) (Difference, error) {
	var d Difference
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if d, err = lockDifference(ctx, tx, project, difference); err != nil {
			return err
		}
		switch {
		case d.State == StateDone:
			return ErrDone.Say("这处差异已由%s处理：%s", d.DoneName, d.Remedy.Words())
		case d.State != StateOpen:
			return ErrDone.Say("重新核对后，这处差异已经没有了")
		case !slices.Contains(d.Kind.Remedies(), remedy):
			return ErrRemedy
		}
		before := d.ReceiptNumber
		if err := act(tx, &d); err != nil {
			return err
		}
		d.State, d.Remedy, d.Note, d.DoneBy, d.DoneName, d.DoneAt = StateDone, remedy, note, who.Account, who.Name, tx.Now()
		if err := updateDifference(ctx, tx, project, &d); err != nil {
			return fmt.Errorf("write card difference: %w", err)
		}
		if err := sumDay(ctx, tx, project, d.Day); err != nil {
			return err
		}
		what := remedy.Words()
		if note != "" {
			what += "，" + note
		}
		if d.ReceiptNumber != before {
			what += "，收据 " + d.ReceiptNumber
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "card.difference_settled", Kind: kindDifference, Subject: d.ID,
			Summary: fmt.Sprintf("刷卡对账差异 %s %s（%s）：%s", d.Day, max(d.There, d.Here).Comma(), d.Kind.Words(), what), After: d.facts()})
		return nil
	})
	if err != nil {
		return Difference{}, fmt.Errorf("settle card difference: %w", err)
	}
	return d, nil
}

// facts is what the log keeps of a difference that somebody has dealt with.
func (d *Difference) facts() map[string]any {
	return map[string]any{"state": d.State, "kind": d.Kind, "there": d.There, "here": d.Here, "receipt": d.ReceiptNumber, "remedy": d.Remedy, "note": d.Note}
}
