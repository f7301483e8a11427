package correction

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

// maxBatch is how many rooms are corrected by one command.
const maxBatch = 500

// BatchState is where correcting many rooms stands.
type BatchState string

// The states of a batch.
const (
	BatchMaking  BatchState = "making"
	BatchMade    BatchState = "made" // every room has its document or says why not
	BatchVoiding BatchState = "voiding"
	BatchVoided  BatchState = "voided"
)

// RoomState is where a room of a batch stands.
type RoomState string

// The states of a room of a batch.
const (
	RoomWaiting RoomState = "waiting"
	RoomMade    RoomState = "made"
	RoomRefused RoomState = "refused"
	RoomVoiding RoomState = "voiding"
	RoomKept    RoomState = "kept" // should be voided and could not
	RoomVoided  RoomState = "voided"
)

// Batch is many rooms that are corrected by one command (成批补差): each gets a
// document of its own, or a reason why not.
type Batch struct {
	ID         id.ID
	From       clock.Month
	Until      clock.Month
	Reason     string
	Proof      string
	State      BatchState
	By         id.ID
	ByName     string
	At         time.Time
	VoidBy     id.ID
	VoidName   string
	VoidAt     time.Time
	VoidReason string
	Version    int
	Counts     map[RoomState]int
	Plus       money.Fen   // of the documents that stand
	Minus      money.Fen   // of the documents that stand
	Rooms      []BatchRoom // only where one is read
}

// BatchRoom is one room of it. Plus and Minus are what the screen showed.
type BatchRoom struct {
	No      int
	Room    id.ID
	Plus    money.Fen
	Minus   money.Fen
	State   RoomState
	Doc     id.ID
	Number  string
	Problem string
}

// BatchAsk is what somebody wants to correct in many rooms: all that differs in
// the months.
type BatchAsk struct {
	Rooms  []BatchRoom
	From   clock.Month
	Until  clock.Month
	Reason string
	Proof  string
}

func (s *Service) checkBatch(in *BatchAsk) error {
	in.Reason, in.Proof = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Proof)
	if err := reasonOK(in.Reason); err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Proof) > 200 {
		return ErrProof.At("body.proof", "最多 200 个字", nil)
	}
	if n := len(in.Rooms); n == 0 || n > maxBatch {
		return ErrRooms
	}
	if in.From > in.Until || in.Until.Sub(in.From) >= maxMonths || in.Until > s.thisMonth().Add(1) {
		return ErrMonths.At("body.from_month", ErrMonths.Text, in.From.String())
	}
	seen := map[id.ID]bool{}
	for i, r := range in.Rooms {
		if seen[r.Room] {
			return ErrRooms.At(fmt.Sprintf("body.rooms[%d].room_id", i), "同一间房只选一次", r.Room.String())
		}
		seen[r.Room] = true
	}
	return nil
}

// MakeMany begins to correct many rooms; a job does it room by room. Errors:
// ErrReason, ErrProof, ErrRooms, ErrMonths, estate.ErrNoRoom.
func (s *Service) MakeMany(ctx context.Context, who actor.Actor, project id.ID, in BatchAsk) (Batch, error) {
	if err := s.checkBatch(&in); err != nil {
		return Batch{}, err
	}
	b := Batch{From: in.From, Until: in.Until, Reason: in.Reason, Proof: in.Proof, State: BatchMaking, By: who.Account, ByName: who.Name, Version: 1,
		Counts: map[RoomState]int{RoomWaiting: len(in.Rooms)}}
	rooms := make([]id.ID, len(in.Rooms))
	for i, r := range in.Rooms {
		rooms[i] = r.Room
		b.Rooms = append(b.Rooms, BatchRoom{No: i + 1, Room: r.Room, Plus: r.Plus, Minus: r.Minus, State: RoomWaiting})
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		labels, err := s.estate.Labels(ctx, tx, project, rooms)
		if err != nil {
			return err
		}
		for i, r := range rooms {
			if labels[r] == "" {
				return ErrRooms.At(fmt.Sprintf("body.rooms[%d].room_id", i), "没有这间房", r.String())
			}
		}
		b.ID, b.At = tx.NewID(), tx.Now()
		if err := insertBatch(ctx, tx, project, &b); err != nil {
			return err
		}
		s.recordBatch(tx, who, project, &b, "started", fmt.Sprintf("成批补差 %d 间房，%s 至 %s：%s", len(rooms), b.From, b.Until, b.Reason))
		return s.enqueue(ctx, tx, project, b.ID)
	})
	if err != nil {
		return b, fmt.Errorf("correct many: %w", err)
	}
	return b, nil
}

// VoidMany begins to take every document of a batch back; those that cannot be
// stay and say why, and it may be tried again. Errors: ErrReason, ErrBusy,
// ErrVoided, ErrEmpty, fault.ErrStale, fault.ErrNotFound.
func (s *Service) VoidMany(ctx context.Context, who actor.Actor, project, batch id.ID, reason string, version int) (b Batch, err error) {
	if reason = strings.TrimSpace(reason); reasonOK(reason) != nil {
		return b, reasonOK(reason)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if b, err = lockBatch(ctx, tx, project, batch); err != nil {
			return err
		}
		switch {
		case b.State == BatchMaking || b.State == BatchVoiding:
			return ErrBusy
		case b.State == BatchVoided:
			return ErrVoided
		case b.Counts[RoomMade]+b.Counts[RoomKept] == 0:
			return ErrEmpty
		case b.Version != version:
			return fault.ErrStale
		}
		b.State, b.VoidBy, b.VoidName, b.VoidAt, b.VoidReason = BatchVoiding, who.Account, who.Name, tx.Now(), reason
		b.Version++
		if err := updateBatch(ctx, tx, project, &b); err != nil {
			return err
		}
		if err := moveRooms(ctx, tx, project, batch, RoomVoiding, "", RoomMade, RoomKept); err != nil {
			return err
		}
		s.recordBatch(tx, who, project, &b, "voiding", fmt.Sprintf("撤销成批补差，%d 张补差单：%s", b.Counts[RoomMade]+b.Counts[RoomKept], reason))
		if b, err = oneBatch(ctx, tx, project, batch); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, project, batch)
	})
	if err != nil {
		return b, fmt.Errorf("void many: %w", err)
	}
	return b, nil
}

func (s *Service) recordBatch(tx *db.Tx, who actor.Actor, project id.ID, b *Batch, action, text string) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "correction.batch_" + action, Kind: "correction_batch", Subject: b.ID, Summary: text,
		After: map[string]any{"state": b.State, "from": b.From, "until": b.Until, "rooms": len(b.Rooms), "reason": b.Reason, "proof": b.Proof, "void_reason": b.VoidReason}})
}

// Batches lists batches without their rooms, newest first.
func (s *Service) Batches(ctx context.Context, q db.Q, project id.ID, r page.Request) (page.List[Batch], error) {
	list, err := page.Newest(&r, func(b Batch) id.ID { return b.ID }, func(before id.ID) ([]Batch, error) {
		return listBatches(ctx, q, project, before, r.Limit)
	})
	if err != nil {
		return list, fmt.Errorf("list batches of corrections: %w", err)
	}
	return list, nil
}

// Batch reads one with its rooms. Error: fault.ErrNotFound.
func (s *Service) Batch(ctx context.Context, q db.Q, project, batch id.ID) (Batch, error) {
	return oneBatch(ctx, q, project, batch)
}
