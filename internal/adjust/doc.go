package adjust

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Kind is what a document does.
type Kind string

// The kinds.
const (
	KindCharge Kind = "charge" // 单笔收费
	KindRed    Kind = "red"    // 应收红冲
)

// series numbers the documents: DS2026-000001 charges, YH2026-000001 takes back.
func (k Kind) series() string {
	if k == KindRed {
		return "YH"
	}
	return "DS"
}

// Doc is one document; it never changes. Amount in fen.
type Doc struct {
	ID       id.ID
	Kind     Kind
	Number   string
	Year     int
	Seq      int64
	Charge   id.ID
	Room     id.ID
	Item     id.ID
	ItemName string
	Month    clock.Month
	Amount   money.Fen
	Again    bool // only of a red one: the next run of the month charges it anew
	Reason   string
	Proof    string
	Date     clock.Date
	By       id.ID
	ByName   string
	At       time.Time
}

func (d *Doc) check() error {
	d.Reason, d.Proof = strings.TrimSpace(d.Reason), strings.TrimSpace(d.Proof)
	if n := utf8.RuneCountInString(d.Reason); n < 2 || n > 200 {
		return ErrReason.At("body.reason", "2–200 个字", nil)
	}
	if utf8.RuneCountInString(d.Proof) > 200 {
		return ErrProof.At("body.proof", "最多 200 个字", nil)
	}
	return nil
}

// Charge makes a room owe an amount by a document of its own. Errors: ErrReason,
// ErrProof, ErrItem, and those of billing.ChargeSingle.
func (s *Service) Charge(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in billing.Single, reason, proof string) (Doc, error) {
	once, err := s.billing.ChargedOnce(ctx, tx, project, in.Item)
	if err != nil {
		return Doc{}, err
	}
	if !once && !who.Can(billing.PermRelease, project) {
		return Doc{}, ErrItem
	}
	return s.Supplement(ctx, tx, who, project, in, reason, proof)
}

// Supplement is Charge for a room whose own document was approved by a second
// person already.
func (s *Service) Supplement(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in billing.Single, reason, proof string) (Doc, error) {
	d := Doc{Kind: KindCharge, Reason: reason, Proof: proof}
	if err := d.check(); err != nil {
		return d, err
	}
	if err := s.number(ctx, tx, who, project, &d); err != nil {
		return d, err
	}
	in.Lines = []string{fmt.Sprintf("单笔收费 %s：%s 元", d.Number, in.Amount.Comma()), "原因：" + d.Reason}
	if d.Proof != "" {
		in.Lines = append(in.Lines, "依据："+d.Proof)
	}
	in.Lines = append(in.Lines, fmt.Sprintf("%s 由 %s 录入", d.Date, who.Name))
	c, err := s.billing.ChargeSingle(ctx, tx, who, project, in)
	if err != nil {
		return d, err
	}
	return d, s.keep(ctx, tx, who, project, &d, &c)
}

// Red takes a released charge back by a document of its own. seen is the
// amount that was on the screen; again lets the next run of the month charge it
// anew. Errors: ErrReason, ErrProof, and those of billing.RedCharge.
func (s *Service) Red(ctx context.Context, tx *db.Tx, who actor.Actor, project, charge id.ID, seen money.Fen, again bool, reason, proof string) (Doc, error) {
	d := Doc{Kind: KindRed, Again: again, Reason: reason, Proof: proof}
	if err := d.check(); err != nil {
		return d, err
	}
	c, err := s.billing.RedCharge(ctx, tx, project, charge, seen, again)
	if err != nil {
		return d, err
	}
	if err := s.number(ctx, tx, who, project, &d); err != nil {
		return d, err
	}
	return d, s.keep(ctx, tx, who, project, &d, &c)
}

func (s *Service) number(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc) error {
	d.ID, d.By, d.ByName, d.At, d.Date = tx.NewID(), who.Account, who.Name, tx.Now(), clock.DateOf(tx.Now())
	d.Year = d.Date.Year()
	var err error
	d.Number, d.Seq, err = s.ledger.NextDocument(ctx, tx, project, d.Kind.series(), d.Year)
	return err
}

// keep writes the document of a charge and its log.
func (s *Service) keep(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc, c *billing.Charge) error {
	d.Charge, d.Room, d.Item, d.ItemName, d.Month, d.Amount = c.ID, c.Subject, c.Item, c.ItemName, c.Month, c.Amount
	if err := insertDoc(ctx, tx, project, d); err != nil {
		return err
	}
	labels, err := s.estate.Labels(ctx, tx, project, []id.ID{d.Room})
	if err != nil {
		return err
	}
	verb := "单笔收费"
	if d.Kind == KindRed {
		verb = "红冲应收"
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "adjust." + string(d.Kind), Kind: "charge", Subject: d.Charge,
		Summary: fmt.Sprintf("%s %s：%s %s %s %s 元，%s", verb, d.Number, labels[d.Room], d.ItemName, d.Month, d.Amount.Comma(), d.Reason),
		After:   map[string]any{"number": d.Number, "room": d.Room, "item": d.Item, "month": d.Month, "amount": d.Amount, "again": d.Again, "proof": d.Proof}})
	return nil
}

// Filter narrows the list; what is empty does not.
type Filter struct {
	page.Request
	Kind Kind
	Room id.ID
}

// List lists documents, newest first.
func (s *Service) List(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Doc], error) {
	list, err := page.Newest(&f.Request, func(d Doc) id.ID { return d.ID }, func(before id.ID) ([]Doc, error) {
		return listDocs(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list adjustments: %w", err)
	}
	return list, nil
}

// Broken names gaps in the numbers and documents that no charge stands behind.
// Ask it inside a db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q, out := s.db.Reader(ctx), []string{}
	for kind, noun := range map[Kind]string{KindCharge: "单笔收费单", KindRed: "应收红冲单"} {
		have, err := countDocs(ctx, q, project, kind)
		if err != nil {
			return nil, err
		}
		found, err := s.ledger.BrokenNumbers(ctx, q, project, kind.series(), noun, have)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	docs, err := allDocs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for i := range docs {
		d := &docs[i]
		c, err := s.billing.Charge(ctx, q, project, d.Charge)
		if err != nil {
			return nil, fmt.Errorf("charge of %s: %w", d.Number, err)
		}
		if c.Amount != d.Amount || c.Item != d.Item || c.Subject != d.Room || d.Kind == KindRed && c.Hold != billing.Dropped {
			out = append(out, fmt.Sprintf("%s 写的是 %s 元，它的应收 %s 是 %s 元，或没有随之红冲", d.Number, d.Amount.Yuan(), d.Charge, c.Amount.Yuan()))
		}
	}
	return out, nil
}
