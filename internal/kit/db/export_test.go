package db

// Waiting is how many wait for their turn.
func (g *Group[T]) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// Busy tells whether somebody has the turn.
func (g *Group[T]) Busy() bool {
	if g.turn.TryLock() {
		g.turn.Unlock()
		return false
	}
	return true
}
