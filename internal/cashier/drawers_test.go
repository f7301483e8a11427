package cashier_test

import (
	"context"
	"fmt"
	"sync"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// drawers fill the socket of shifts as simply as it can be filled: who takes
// money has one open, until a test closes it. The room that keeps shifts plays
// the same counter with real ones.
type drawers struct {
	mu     sync.Mutex
	open   map[id.ID]id.ID  // by cashier
	closed map[id.ID]string // their numbers
}

func (d *drawers) close(cashier id.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed[d.open[cashier]] = fmt.Sprintf("RJ2026-%06d", len(d.closed)+1)
	delete(d.open, cashier)
}

func (d *drawers) JoinShift(_ context.Context, tx *db.Tx, who actor.Actor, _ id.ID) (id.ID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open[who.Account] == 0 {
		d.open[who.Account] = tx.NewID()
	}
	return d.open[who.Account], nil
}

func (d *drawers) mark(shift id.ID) cashier.ShiftMark {
	d.mu.Lock()
	defer d.mu.Unlock()
	if number, ok := d.closed[shift]; ok {
		return cashier.ShiftMark{State: cashier.ShiftClosed, Number: number}
	}
	return cashier.ShiftMark{State: cashier.ShiftOpen}
}

func (d *drawers) LockShift(_ context.Context, _ *db.Tx, _, shift id.ID) (cashier.ShiftState, error) {
	return d.mark(shift).State, nil
}

func (d *drawers) ShiftMarks(_ context.Context, _ db.Q, _ id.ID, shifts []id.ID) (map[id.ID]cashier.ShiftMark, error) {
	out := map[id.ID]cashier.ShiftMark{}
	for _, shift := range shifts {
		out[shift] = d.mark(shift)
	}
	return out, nil
}
