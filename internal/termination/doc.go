package termination

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
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// State is where a document stands.
type State string

// The states. An approved one has its number and its refunds; a done one has
// paid them all, a partly done one some of them, and the others were dropped.
const (
	Asked     State = "asked"
	Approved  State = "approved"
	Done      State = "done"
	Partly    State = "partly"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// Part is what goes back of one receipt.
type Part struct {
	Receipt       id.ID
	ReceiptNumber string
	Refund        id.ID // the application at the counter, there from the approval on
	Amount        money.Fen
	Kept          money.Fen
	Done          bool
	Dropped       bool       // it is not paid, because its refund was withdrawn or refused
	Lines         []PartLine // by charge
	doc           id.ID
}

// PartLine is a charge, as far as the receipt has paid it.
type PartLine struct {
	Charge id.ID
	Month  clock.Month
	Amount money.Fen
}

// Doc is one document (提前终止退费单). Amounts in fen.
type Doc struct {
	ID         id.ID
	Number     string // once it is approved
	Year       int
	Seq        int64
	Room       id.ID
	RoomLabel  string
	PayerName  string
	Run        id.ID
	Item       id.ID
	ItemName   string
	From       clock.Month
	Until      clock.Month
	Months     int
	Used       int
	Policy     Policy
	Paid       money.Fen
	Full       money.Fen // the used months at the full price
	Refund     money.Fen
	Kept       money.Fen // of what is taken back, for the used months
	Again      bool      // further runs charge the months anew
	Original   bool
	Method     cashier.Method
	Account    string
	Reason     string
	Proof      string
	State      State
	AskedBy    id.ID
	Asker      string
	AskedAt    time.Time
	DecidedBy  id.ID
	Decider    string
	DecidedAt  time.Time
	Note       string
	KeptCharge id.ID
	Version    int
	Parts      []Part // only where one is read
}

// Ask is what somebody wants to give back.
type Ask struct {
	Room, Run, Item id.ID
	Used            int
	Policy          Policy
	Seen            money.Fen // what the screen showed to be given back
	Again           bool
	Original        bool
	Method          cashier.Method
	Account         string
	Reason          string
	Proof           string
}

func (in *Ask) check() error {
	in.Reason, in.Proof, in.Account = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Proof), strings.TrimSpace(in.Account)
	if n := utf8.RuneCountInString(in.Reason); n < 2 || n > 150 {
		return ErrAsk.Say("请写明原因").At("body.reason", "2–150 个字", nil)
	}
	if utf8.RuneCountInString(in.Proof) > 200 {
		return ErrAsk.At("body.proof", "最多 200 个字", nil)
	}
	if utf8.RuneCountInString(in.Account) > 60 {
		return ErrAsk.At("body.account", "最多 60 个字", nil)
	}
	return nil
}

// Ask proposes to give months back; nothing moves until another person approves
// it. Errors: ErrAsk, ErrNone, ErrUnpaid, ErrNothing, ErrChanged, ErrOpen,
// ErrSpread, and those of cashier.MayEnd.
func (s *Service) Ask(ctx context.Context, who actor.Actor, project id.ID, in Ask) (Doc, error) {
	if err := in.check(); err != nil {
		return Doc{}, err
	}
	var d Doc
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = s.ask(ctx, tx, who, project, in)
		return err
	})
	if err != nil {
		return Doc{}, fmt.Errorf("ask termination: %w", err)
	}
	return d, nil
}

func (s *Service) ask(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in Ask) (Doc, error) {
	q, err := s.Quote(ctx, tx, project, in.Room, in.Run, in.Item, in.Used, in.Policy)
	if err != nil {
		return Doc{}, err
	}
	switch {
	case q.Back.Refund == 0:
		return Doc{}, ErrNothing
	case q.Back.Refund != in.Seen:
		return Doc{}, ErrChanged.At("body.seen_refund", "现在是 "+q.Back.Refund.Comma(), int64(q.Back.Refund))
	}
	d := Doc{ID: tx.NewID(), Room: in.Room, Run: in.Run, Item: in.Item, ItemName: q.ItemName, From: q.From(), Until: q.Until(), Months: len(q.Months),
		Used: in.Used, Policy: in.Policy, Paid: q.Paid, Full: q.Back.Full, Refund: q.Back.Refund, Kept: q.Kept, Again: in.Again, Original: in.Original,
		Method: in.Method, Account: in.Account, Reason: in.Reason, Proof: in.Proof, State: Asked, AskedBy: who.Account, Asker: who.Name,
		AskedAt: tx.Now(), Version: 1}
	if d.Parts, err = s.parts(ctx, tx, project, &q); err != nil {
		return Doc{}, err
	}
	for _, p := range d.Parts {
		if err := s.cashier.MayEnd(ctx, tx, project, d.asks(&p)); err != nil {
			return Doc{}, err
		}
	}
	return d, s.insert(ctx, tx, who, project, &d)
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc) error {
	labels, err := s.estate.Labels(ctx, tx, project, []id.ID{d.Room})
	if err != nil {
		return err
	}
	d.RoomLabel = labels[d.Room]
	r, err := s.cashier.Receipt(ctx, tx, project, d.Parts[0].Receipt)
	if err != nil {
		return err
	}
	d.PayerName = r.PayerName
	if err := insertDoc(ctx, tx, project, d); err != nil {
		if db.IsUnique(err) {
			return ErrOpen.Because(err)
		}
		return err
	}
	s.record(tx, who, project, d, "申请", nil)
	return nil
}

// parts splits what is taken back by the receipts that paid it. What is kept
// stays with the one that paid the most.
func (s *Service) parts(ctx context.Context, q db.Q, project id.ID, quote *Quote) ([]Part, error) {
	ids := make([]id.ID, len(quote.Taken))
	months := map[id.ID]clock.Month{}
	for i, c := range quote.Taken {
		ids[i], months[c.ID] = c.ID, c.Month
	}
	paid, err := s.cashier.PaidParts(ctx, q, project, ids)
	if err != nil {
		return nil, err
	}
	var out []Part
	for _, p := range paid {
		i := slices.IndexFunc(out, func(x Part) bool { return x.Receipt == p.Receipt })
		if i < 0 {
			out, i = append(out, Part{Receipt: p.Receipt}), len(out)
		}
		x := &out[i]
		x.ReceiptNumber, x.Amount = max(x.ReceiptNumber, p.Number), x.Amount+p.Amount
		x.Lines = append(x.Lines, PartLine{p.Charge, months[p.Charge], p.Amount})
	}
	if len(out) == 0 {
		return nil, ErrChanged
	}
	most := 0
	for i := range out {
		if out[i].Amount > out[most].Amount {
			most = i
		}
	}
	if out[most].Amount <= quote.Kept {
		return nil, ErrSpread
	}
	out[most].Amount -= quote.Kept
	out[most].Kept = quote.Kept
	return out, nil
}

// asks is the application of one part at the counter.
func (d *Doc) asks(p *Part) cashier.EndedAsk {
	reason := "提前终止退费"
	if d.Number != "" {
		reason += " " + d.Number
	}
	return cashier.EndedAsk{ID: p.Refund, Receipt: p.Receipt, Amount: p.Amount, Original: d.Original, Method: d.Method, Account: d.Account,
		Reason: reason + "：" + d.Reason}
}

// Decide approves or refuses. Whoever asked may not decide; a refusal needs a
// note. The approval gives the number and hands the refunds to the counter, or
// to the channels that took the money. Errors: ErrOwn, ErrState, ErrAsk,
// ErrChanged, fault.ErrStale, fault.ErrNotFound, and those of cashier.AskEnded.
func (s *Service) Decide(ctx context.Context, who actor.Actor, project, doc id.ID, approve bool, note string, version int) (Doc, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); !approve && n == 0 || n > 200 {
		return Doc{}, ErrAsk.Say("请写明退回的原因").At("body.note", "1–200 个字", nil)
	}
	return s.change(ctx, who, project, doc, version, func(tx *db.Tx, d *Doc) (string, error) {
		if d.State != Asked {
			return "", ErrState
		}
		if d.AskedBy == who.Account && !who.IsSystem() {
			return "", ErrOwn
		}
		d.DecidedBy, d.Decider, d.DecidedAt, d.Note, d.State = who.Account, who.Name, tx.Now(), note, Refused
		if !approve {
			return "退回", nil
		}
		d.State = Approved
		return "批准", s.approve(ctx, tx, who, project, d)
	})
}

func (s *Service) approve(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc) error {
	q, err := s.Quote(ctx, tx, project, d.Room, d.Run, d.Item, d.Used, d.Policy)
	if err != nil {
		return err
	}
	parts, err := s.parts(ctx, tx, project, &q)
	if err != nil {
		return err
	}
	if q.Back.Refund != d.Refund || !slices.EqualFunc(parts, d.Parts, samePart) {
		return ErrChanged
	}
	d.Year = clock.DateOf(tx.Now()).Year()
	if d.Number, d.Seq, err = s.ledger.NextDocument(ctx, tx, project, series, d.Year); err != nil {
		return err
	}
	if err := updateDoc(ctx, tx, project, d); err != nil { // the counter asks for it
		return err
	}
	asker := actor.Actor{Account: d.AskedBy, Name: d.Asker}
	for i := range d.Parts {
		if _, err := s.cashier.AskEnded(ctx, tx, asker, who, project, d.asks(&d.Parts[i])); err != nil {
			return err
		}
	}
	return nil
}

func samePart(a, b Part) bool {
	return a.Receipt == b.Receipt && a.Amount == b.Amount && a.Kept == b.Kept && slices.Equal(a.Lines, b.Lines)
}

// Withdraw takes back what nobody has decided on. What is approved is withdrawn
// with its refund at the counter. Errors: ErrState, ErrNotMine, fault.ErrStale,
// fault.ErrNotFound.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, project, doc id.ID, version int) (Doc, error) {
	return s.change(ctx, who, project, doc, version, func(_ *db.Tx, d *Doc) (string, error) {
		if d.State != Asked {
			return "", ErrState
		}
		if d.AskedBy != who.Account && !who.IsSystem() {
			return "", ErrNotMine
		}
		d.State = Withdrawn
		return "撤回", nil
	})
}

func (s *Service) change(ctx context.Context, who actor.Actor, project, doc id.ID, version int, fn func(*db.Tx, *Doc) (string, error)) (Doc, error) {
	var d Doc
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if d, err = lockDoc(ctx, tx, project, doc); err != nil {
			return err
		}
		if d.Version != version {
			return fault.ErrStale
		}
		before := d.facts()
		verb, err := fn(tx, &d)
		if err != nil {
			return err
		}
		d.Version++
		s.record(tx, who, project, &d, verb, before)
		return updateDoc(ctx, tx, project, &d)
	})
	if err != nil {
		return Doc{}, fmt.Errorf("change termination: %w", err)
	}
	return d, nil
}

func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, d *Doc, verb string, before any) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "termination." + string(d.State), Kind: kind, Subject: d.ID,
		Summary: fmt.Sprintf("%s提前终止退费 %s：%s %s %s 至 %s，已服务 %s，退 %s 元，%s", verb, d.Number, d.RoomLabel, d.ItemName, d.From, d.Until, d.Served(),
			d.Refund.Comma(), d.Reason), Before: before, After: d.facts()})
}

func (d *Doc) facts() map[string]any {
	return map[string]any{"number": d.Number, "state": d.State, "room": d.RoomLabel, "item": d.ItemName, "from": d.From, "until": d.Until, "used": d.Used,
		"policy": d.Policy, "paid": d.Paid, "full": d.Full, "refund": d.Refund, "kept": d.Kept, "again": d.Again, "proof": d.Proof, "note": d.Note}
}

// Filter narrows the list; what is empty does not.
type Filter struct {
	page.Request
	State State
	Room  id.ID
}

// Docs lists documents, newest first.
func (s *Service) Docs(ctx context.Context, project id.ID, f Filter) (page.List[Doc], error) {
	list, err := page.Newest(&f.Request, func(d Doc) id.ID { return d.ID }, func(before id.ID) ([]Doc, error) {
		return listDocs(ctx, s.db.Reader(ctx), project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list terminations: %w", err)
	}
	return list, nil
}

// Doc reads one with its parts. Error: fault.ErrNotFound.
func (s *Service) Doc(ctx context.Context, q db.Q, project, doc id.ID) (Doc, error) {
	return oneDoc(ctx, q, project, doc)
}
