package rehearsal

import (
	"context"
	"slices"
	"time"
)

// Notice is a notification on its way. Its id stays the same when it is
// repeated.
type Notice struct {
	ID      string    `json:"id"`
	Trade   string    `json:"trade"`
	State   string    `json:"state,omitempty"`  // of the trade, when the channel tells every change
	Refund  string    `json:"refund,omitempty"` // it is about this refund of the trade
	Made    time.Time `json:"made"`
	Due     time.Time `json:"due"`
	Attempt int       `json:"attempt"`
}

// Due are the notices of list whose time has come.
func Due(list []*Notice, now time.Time) []*Notice {
	var out []*Notice
	for _, n := range list {
		if !n.Due.After(now) {
			out = append(out, n)
		}
	}
	return out
}

// Told takes n out of list when it was heard, or when it was sent as often as the
// channel does; otherwise it is due again after the next of pauses.
func Told(list []*Notice, n *Notice, heard bool, now time.Time, pauses []time.Duration) []*Notice {
	if !heard && n.Attempt < len(pauses) {
		n.Due = now.Add(pauses[n.Attempt])
		n.Attempt++
		return list
	}
	return slices.DeleteFunc(list, func(x *Notice) bool { return x == n })
}

// Rounds calls deliver until ctx ends: at each wake, and five times a second.
func Rounds(ctx context.Context, wake <-chan struct{}, deliver func(context.Context)) {
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		deliver(ctx)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-wake:
		}
	}
}
