package correction

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
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// series numbers the documents: BC2026-000001.
const series = "BC"

// State is where a document stands.
type State string

// The states.
const (
	Made   State = "made"
	Voided State = "voided"
)

// Doc is one document (补差单) of a room. Amounts in fen.
type Doc struct {
	ID         id.ID
	Number     string
	Year       int
	Seq        int64
	Room       id.ID
	RoomLabel  string
	From       clock.Month
	Until      clock.Month
	Plus       money.Fen // charged
	Minus      money.Fen // taken off or given back
	Reason     string
	Proof      string
	Date       clock.Date
	By         id.ID
	ByName     string
	At         time.Time
	State      State
	VoidBy     id.ID
	VoidName   string
	VoidAt     time.Time
	VoidReason string
	Version    int
	Lines      []Line // only where one is read
}

// Line is what the document does to one payer of an item and month.
type Line struct {
	Charge   id.ID // of the run
	Item     id.ID
	ItemName string
	Month    clock.Month
	Payer    id.ID
	Was      money.Fen // of the whole month, as are Done and Due
	Done     money.Fen
	Due      money.Fen
	Amount   money.Fen // above zero: more
	Causes   string
	Made     id.ID     // the new charge of what is more
	Credited money.Fen // of what is less: taken off what was still owed
	Returned money.Fen // of what is less: paid already, now prepaid
}

// Pick is a difference that shall be corrected, as the screen showed it.
type Pick struct {
	Item  id.ID
	Month clock.Month
	Seen  money.Fen
}

// Ask is what somebody wants to correct.
type Ask struct {
	Room   id.ID
	Picks  []Pick
	Reason string
	Proof  string
}

func (in *Ask) check() error {
	in.Reason, in.Proof = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Proof)
	if err := reasonOK(in.Reason); err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Proof) > 200 {
		return ErrProof.At("body.proof", "最多 200 个字", nil)
	}
	if len(in.Picks) == 0 {
		return ErrNone
	}
	return nil
}

func reasonOK(reason string) error {
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return ErrReason.At("body.reason", "2–200 个字", nil)
	}
	return nil
}

// Make corrects differences by one document inside tx, dated today: what is
// more is charged anew and falls due from today on, what is less is taken off
// what is owed, then becomes prepaid as far as it was paid. The charges of
// before stay. Errors: ErrReason, ErrProof, ErrNone, ErrMonths, ErrMoved, and
// those of billing.ChargeSingle.
func (s *Service) Make(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in Ask) (Doc, error) {
	if err := in.check(); err != nil {
		return Doc{}, err
	}
	picked, err := s.picked(ctx, tx, project, &in)
	if err != nil {
		return Doc{}, err
	}
	return s.makeOf(ctx, tx, who, project, &in, picked)
}

// makeOf makes the document of differences that were found behind the locks of
// lockRoom.
func (s *Service) makeOf(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in *Ask, picked []*Difference) (Doc, error) {
	var err error
	d := Doc{ID: tx.NewID(), Room: in.Room, From: picked[0].Month, Until: picked[0].Month, Reason: in.Reason, Proof: in.Proof, Date: clock.DateOf(tx.Now()),
		By: who.Account, ByName: who.Name, At: tx.Now(), State: Made, Version: 1}
	labels, err := s.estate.Labels(ctx, tx, project, []id.ID{in.Room})
	if err != nil {
		return d, err
	}
	d.RoomLabel, d.Year = labels[in.Room], d.Date.Year()
	if d.Number, d.Seq, err = s.ledger.NextDocument(ctx, tx, project, series, d.Year); err != nil {
		return d, err
	}
	b := booking{s: s, who: who, project: project, doc: &d, credits: map[id.ID]money.Fen{}}
	for _, x := range picked {
		d.From, d.Until = min(d.From, x.Month), max(d.Until, x.Month)
		for _, p := range x.parts {
			if err := b.part(ctx, tx, x, p); err != nil {
				return d, fmt.Errorf("correct %s: %w", x.Month, err)
			}
		}
	}
	if err := insertDoc(ctx, tx, project, &d, b.credits); err != nil {
		return d, err
	}
	s.record(tx, who, project, &d, "补差", nil)
	return d, nil
}

// picked are the differences that were asked for.
func (s *Service) picked(ctx context.Context, tx *db.Tx, project id.ID, in *Ask) ([]*Difference, error) {
	from, until := in.Picks[0].Month, in.Picks[0].Month
	want := map[Pick]bool{}
	for _, p := range in.Picks {
		from, until = min(from, p.Month), max(until, p.Month)
		want[p] = true
	}
	if err := s.lockRoom(ctx, tx, project, in.Room, from, until); err != nil {
		return nil, err
	}
	var out []*Difference
	err := s.Differences(ctx, tx, project, in.Room-1, in.Room, from, until, func(d *Difference) error {
		if p := (Pick{d.Item, d.Month, d.Amount()}); p.Seen != 0 && want[p] {
			delete(want, p)
			out = append(out, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(want) > 0 {
		return nil, ErrMoved
	}
	return out, nil
}

// lockRoom lets nobody correct, pay or waive at the same time what a room was
// charged of some months.
func (s *Service) lockRoom(ctx context.Context, tx *db.Tx, project, room id.ID, from, until clock.Month) error {
	list, err := s.billing.BilledBetween(ctx, tx, project, room-1, room, from, until)
	if err != nil {
		return err
	}
	charges := make([]id.ID, len(list))
	for i := range list {
		charges[i] = list[i].ID
	}
	slices.Sort(charges)
	return s.billing.LockCharges(ctx, tx, project, charges)
}

// Void takes a document back: its charges end, what it took off is owed again,
// what became prepaid is not any more. Errors: ErrReason, ErrVoided, ErrPaid,
// ErrSpent, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Void(ctx context.Context, tx *db.Tx, who actor.Actor, project, doc id.ID, reason string, version int) (Doc, error) {
	if reason = strings.TrimSpace(reason); reasonOK(reason) != nil {
		return Doc{}, reasonOK(reason)
	}
	d, err := lockDoc(ctx, tx, project, doc, version)
	if err != nil {
		return d, err
	}
	before := d.facts()
	if err := s.takeBack(ctx, tx, project, &d); err != nil {
		return d, fmt.Errorf("void correction: %w", err)
	}
	d.State, d.VoidBy, d.VoidName, d.VoidAt, d.VoidReason = Voided, who.Account, who.Name, tx.Now(), reason
	d.Version++
	s.record(tx, who, project, &d, "撤销补差", before)
	return d, voidDoc(ctx, tx, project, &d)
}

func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, d *Doc, verb string, before any) {
	reason := d.Reason
	if d.State == Voided {
		reason = d.VoidReason
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "correction." + string(d.State), Kind: "correction", Subject: d.ID,
		Summary: fmt.Sprintf("%s %s：%s %s 至 %s，补收 %s 元，减收 %s 元，%s", verb, d.Number, d.RoomLabel, d.From, d.Until, d.Plus.Comma(), d.Minus.Comma(), reason),
		Before:  before, After: d.facts()})
}

func (d *Doc) facts() map[string]any {
	lines := make([]map[string]any, len(d.Lines))
	for i, l := range d.Lines {
		lines[i] = map[string]any{"charge": l.Charge, "item": l.Item, "month": l.Month, "was": l.Was, "done": l.Done, "due": l.Due, "amount": l.Amount,
			"made": l.Made, "credited": l.Credited, "returned": l.Returned}
	}
	return map[string]any{"number": d.Number, "state": d.State, "room": d.Room, "reason": d.Reason, "proof": d.Proof, "lines": lines}
}

// Filter narrows the list; what is empty does not.
type Filter struct {
	page.Request
	State State
	Room  id.ID
}

// List lists documents without their lines, newest first.
func (s *Service) List(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Doc], error) {
	list, err := page.Newest(&f.Request, func(d Doc) id.ID { return d.ID }, func(before id.ID) ([]Doc, error) {
		return listDocs(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list corrections: %w", err)
	}
	return list, nil
}

// Doc reads one with its lines. Error: fault.ErrNotFound.
func (s *Service) Doc(ctx context.Context, q db.Q, project, doc id.ID) (Doc, error) {
	return oneDoc(ctx, q, project, doc)
}
