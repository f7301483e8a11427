package dunning

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
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// EventKind is what was done to reach the debtor.
type EventKind string

// The kinds.
const (
	Delivery EventKind = "delivery" // of a letter
	Call     EventKind = "call"
	Visit    EventKind = "visit"
)

// Event is a delivery, a call or a visit with what came of it.
type Event struct {
	ID            id.ID
	Room          id.ID
	Payer         id.ID
	Letter        id.ID // only of a delivery
	Kind          EventKind
	Result        string
	Date          clock.Date
	PromiseDate   clock.Date // only when payment was promised
	PromiseAmount money.Fen
	Proof         string // of a delivery: number of the post, of the photo
	Note          string
	By            id.ID
	ByName        string
	At            time.Time
}

// resultName is a result code in words, or "".
func resultName(k EventKind, result string) string {
	if k == Delivery {
		return map[string]string{"signed": "本人签收", "adult": "同住成年人签收", "left": "留置并拍照", "registered": "挂号信"}[result]
	}
	return map[string]string{"promised": "承诺缴费", "acknowledged": "书面承认欠费", "disputed": "对金额有异议", "hardship": "暂时有困难", "refused": "拒绝缴纳",
		"no_answer": "没联系上", "wrong": "号码或人不对"}[result]
}

// restart is what an event does to the limitation; false when nothing. What
// reached nobody demands nothing.
func (e *Event) restart() (Restart, bool) {
	switch {
	case e.Kind == Delivery:
		return Restart{On: e.Date}, true
	case e.Result == "promised" || e.Result == "acknowledged":
		return Restart{On: e.Date, Acknowledged: true}, true
	case e.Result == "no_answer" || e.Result == "wrong":
		return Restart{}, false
	}
	return Restart{On: e.Date}, true
}

func (e *Event) check(today clock.Date) error {
	e.Proof, e.Note = strings.TrimSpace(e.Proof), strings.TrimSpace(e.Note)
	if resultName(e.Kind, e.Result) == "" {
		return ErrEvent.At("body.result", "不在可选范围内", e.Result)
	}
	if e.Date == 0 {
		e.Date = today
	}
	if e.Date > today {
		return ErrEvent.At("body.date", "不能晚于今天", e.Date.String())
	}
	if utf8.RuneCountInString(e.Note) > 400 || utf8.RuneCountInString(e.Proof) > 100 {
		return ErrEvent.At("body.note", "最多 400 个字，凭证最多 100 个字", nil)
	}
	if (e.Result == "left" || e.Result == "registered") && e.Proof == "" {
		return ErrEvent.At("body.proof", "请填写照片编号或挂号单号", "")
	}
	if e.Result == "promised" && e.PromiseDate < e.Date {
		return ErrEvent.At("body.promise_date", "请填写答应哪天缴", e.PromiseDate.String())
	}
	if e.Result != "promised" && (e.PromiseDate != 0 || e.PromiseAmount != 0) || e.PromiseAmount < 0 {
		return ErrEvent.At("body.promise_date", "只有承诺缴费才填", nil)
	}
	return Lawful(e.Note)
}

// Deliver notes how a letter reached its household. Errors: ErrEvent,
// ErrThreat, fault.ErrNotFound.
func (s *Service) Deliver(ctx context.Context, who actor.Actor, project, letter id.ID, e Event) (Event, error) {
	e.Kind, e.Letter = Delivery, letter
	return s.note(ctx, who, project, &e, func(tx *db.Tx) error {
		l, err := oneLetter(ctx, tx, project, letter)
		if err != nil {
			return err
		}
		if e.Date != 0 && e.Date < l.Date {
			return ErrEvent.At("body.date", "不能早于催缴单的日期 "+l.Date.String(), e.Date.String())
		}
		e.Room, e.Payer = l.Room, l.Payer
		return nil
	})
}

// Record notes a call or a visit. Errors: ErrEvent, ErrThreat, estate.ErrNoRoom.
func (s *Service) Record(ctx context.Context, who actor.Actor, project id.ID, e Event) (Event, error) {
	if e.Kind != Call && e.Kind != Visit {
		return e, ErrEvent.At("body.kind", "应为电话或上门", string(e.Kind))
	}
	return s.note(ctx, who, project, &e, func(tx *db.Tx) error {
		r, err := s.Estate.Room(ctx, tx, project, e.Room)
		if e.Payer == 0 {
			e.Payer = r.Payer
		}
		return err
	})
}

func (s *Service) note(ctx context.Context, who actor.Actor, project id.ID, e *Event, find func(tx *db.Tx) error) (Event, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := find(tx); err != nil {
			return err
		}
		if err := e.check(clock.DateOf(tx.Now())); err != nil {
			return err
		}
		e.ID, e.By, e.ByName, e.At = tx.NewID(), who.Account, who.Name, tx.Now()
		s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "dunning." + string(e.Kind), Kind: "room", Subject: e.Room,
			Summary: "催缴：" + e.words(), After: e})
		if err := insertEvent(ctx, tx, project, e); err != nil {
			return err
		}
		if e.Letter != 0 {
			return markDelivered(ctx, tx, project, e.Letter, e.Date)
		}
		return nil
	})
	if err != nil {
		return Event{}, fmt.Errorf("note dunning: %w", err)
	}
	return *e, nil
}

// words is an event in one line.
func (e *Event) words() string {
	kind := map[EventKind]string{Delivery: "送达", Call: "电话", Visit: "上门"}[e.Kind]
	out := fmt.Sprintf("%s %s，%s", e.Date, kind, resultName(e.Kind, e.Result))
	if e.PromiseDate != 0 {
		out += fmt.Sprintf("，答应 %s 缴", e.PromiseDate)
	}
	if e.PromiseAmount > 0 {
		out += " " + e.PromiseAmount.Comma() + " 元"
	}
	return out
}

// Events lists what was done about a room, newest first.
func (s *Service) Events(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]Event, error) {
	out, err := eventsOf(ctx, q, project, rooms)
	if err != nil {
		return nil, fmt.Errorf("list dunning events: %w", err)
	}
	return out, nil
}
