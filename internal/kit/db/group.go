package db

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Group lets callers that want the same kind of row written at the same time
// share one transaction: who comes before it has begun is written in it, who
// comes later waits for the next. Alone, a caller waits for nobody. It needs no
// goroutine and keeps nothing. The zero Group is ready.
type Group[T any] struct {
	mu      sync.Mutex
	busy    bool // somebody writes
	waiting []*entrant[T]
}

type entrant[T any] struct {
	item T
	err  error
	call chan bool // true: write the next group; false: item has been written, or err says why not
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
	e := &entrant[T]{item: item, call: make(chan bool, 1)}
	if g.enter(e) || <-e.call {
		defer g.pass()
		g.write(context.WithoutCancel(ctx), d, e, write)
	}
	return e.err
}

// write has the rows of all who wait when the transaction has begun written by
// first, who is one of them.
func (g *Group[T]) write(ctx context.Context, d *DB, first *entrant[T], write func(context.Context, *Tx, []T) error) {
	var list []*entrant[T]
	var items []T
	defer func() {
		for _, e := range list {
			e.call <- false
		}
	}()
	err := d.Write(ctx, func(tx *Tx) error {
		for _, e := range g.take() {
			e.err = errDeserted
			list, items = append(list, e), append(items, e.item)
		}
		return write(ctx, tx, items)
	})
	if len(list) == 0 { // no transaction began
		g.leave(first)
		first.err = err
	}
	for _, e := range list {
		e.err = err
		if err != nil && len(list) > 1 {
			e.err = d.Write(ctx, func(tx *Tx) error { return write(ctx, tx, []T{e.item}) })
		}
	}
}

// enter reports whether e is the one to write.
func (g *Group[T]) enter(e *entrant[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, e)
	first := !g.busy
	g.busy = true
	return first
}

// pass lets the first of those who wait write the next group.
func (g *Group[T]) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy = len(g.waiting) > 0; g.busy {
		g.waiting[0].call <- true
	}
}

func (g *Group[T]) take() []*entrant[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := g.waiting
	g.waiting = nil
	return list
}

func (g *Group[T]) leave(e *entrant[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(x *entrant[T]) bool { return x == e })
}
