package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
)

// TestLooksWithinAnHour: sixty looks at full numbers an hour, each counted for
// one hour and for one person; then it says from when on there is another.
func TestLooksWithinAnHour(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		one, two := actor.Actor{Account: h.hire(admin, "one")}, actor.Actor{Account: h.hire(admin, "two")}
		look := func(who actor.Actor) error {
			return h.d.Write(t.Context(), func(tx *db.Tx) error { return h.s.Look(t.Context(), tx, who) })
		}
		h.now.Set(time.Date(2026, 11, 21, 2, 0, 30, 0, time.UTC)) // 10:00:30 in Shanghai
		for n := range 60 {
			if n == 30 {
				h.now.Advance(20 * time.Minute)
			}
			if err := look(one); err != nil {
				t.Fatalf("look %d: %v", n+1, err)
			}
		}
		if err := look(one); !errors.Is(err, identity.ErrLooks) || !strings.Contains(err.Error(), "11:01 以后") {
			t.Errorf("look 61: %v", err)
		}
		if err := errors.Join(look(two), look(actor.System("任务"))); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		h.now.Advance(41 * time.Minute) // 11:01:30
		if err := look(one); err != nil {
			t.Errorf("an hour after the first: %v", err)
		}
		if err := h.s.Sweep(t.Context()); err != nil || h.count("SELECT COUNT(*) FROM identity_look") != 32 {
			t.Errorf("kept %d: %v", h.count("SELECT COUNT(*) FROM identity_look"), err)
		}
	})
}
