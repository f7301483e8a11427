package db

import (
	"context"
	"errors"
	"sync"
)

// Group lets callers that want the same kind of row written at the same time
// share one transaction: who comes while another one writes waits for its turn
// together with all who came meanwhile. Alone, a caller waits for nobody. It
// needs no goroutine and keeps nothing. The zero Group is ready.
type Group[T any] struct {
	turn    sync.Mutex
	mu      sync.Mutex
	waiting []*entrant[T]
}

type entrant[T any] struct {
	item T
	done bool
	err  error
}

// errDeserted is heard by those for whom another was writing when it panicked.
var errDeserted = errors.New("the writer of the group is gone")

// Do has write store item, with what others brought, in one transaction of d.
// When that fails each is written alone, so that nobody fails for another's
// fault. It does not stop when ctx ends: others may wait for the same write.
// Inside a joined command item is written alone, as a part of it: nobody else's
// row may depend on what becomes of that command.
func (g *Group[T]) Do(ctx context.Context, d *DB, item T, write func(ctx context.Context, tx *Tx, items []T) error) error {
	if joined(ctx, d) != nil {
		return d.Write(ctx, func(tx *Tx) error { return write(ctx, tx, []T{item}) })
	}
	e := &entrant[T]{item: item}
	g.mu.Lock()
	g.waiting = append(g.waiting, e)
	g.mu.Unlock()

	g.turn.Lock()
	defer g.turn.Unlock()
	if e.done {
		return e.err
	}
	g.mu.Lock()
	list := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	for _, x := range list {
		x.done, x.err = true, errDeserted
	}
	g.write(context.WithoutCancel(ctx), d, list, write)
	return e.err
}

func (g *Group[T]) write(ctx context.Context, d *DB, list []*entrant[T], write func(context.Context, *Tx, []T) error) {
	items := make([]T, len(list))
	for i, e := range list {
		items[i] = e.item
	}
	err := d.Write(ctx, func(tx *Tx) error { return write(ctx, tx, items) })
	for _, e := range list {
		e.err = err
		if err != nil && len(list) > 1 {
			e.err = d.Write(ctx, func(tx *Tx) error { return write(ctx, tx, []T{e.item}) })
		}
	}
}
