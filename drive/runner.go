package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

// runner charges one month of the first project after the other, takes some runs back and charges
// them again.
type runner struct {
	*person
	month clock.Month
	done  int
}

// work ends between two steps once stop is closed; ctx is patience.
func (r *runner) work(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := r.charge(ctx); err != nil {
			return err
		}
	}
}

// insist repeats one command until it is answered.
func (r *runner) insist(ctx context.Context, t *task) (*Entry, error) {
	var got *Entry
	t.then = func(a *Entry) { got = a }
	r.do(ctx, t)
	for len(r.pending) > 0 {
		if !pause(ctx, 20*time.Millisecond) {
			return nil, fmt.Errorf("%s %s was never answered", t.Deed, t.Key)
		}
		r.again(ctx)
	}
	return got, nil
}

func (r *runner) until(ctx context.Context, run id.ID, states ...string) (n named, err error) {
	for {
		got := r.line.call(ctx, http.MethodGet, r.town.places[0].path("/runs/"+run.String()), "", "")
		if got.status == http.StatusOK && json.Unmarshal(got.body, &n) == nil && slices.Contains(states, n.State) {
			return n, nil
		}
		if !pause(ctx, 40*time.Millisecond) {
			return n, fmt.Errorf("run %s stays %s, waited for %v", run, n.State, states)
		}
	}
}

// charge brings a month one run further; a month that is taken back is charged
// again by the next call.
func (r *runner) charge(ctx context.Context) error {
	started, err := r.insist(ctx, r.newTask(StartRun, r.town.places[0], 0, 0, "/runs", object{"month": r.month.String()}))
	if err != nil || started == nil {
		return err
	}
	at := "/runs/" + started.ID.String()
	n, err := r.until(ctx, started.ID, "draft", "empty")
	if err != nil {
		return err
	}
	if n.State == "empty" {
		r.month = r.month.Add(1)
		return nil
	}
	if rand.IntN(4) > 0 {
		if _, err := r.insist(ctx, r.newTask(ReleaseRun, r.town.places[0], n.ID, 0, at+"/release", object{"version": n.Version})); err != nil {
			return err
		}
		if n, err = r.until(ctx, started.ID, "released"); err != nil {
			return err
		}
		r.done++
		if rand.IntN(2) == 0 {
			r.month = r.month.Add(1)
			return nil
		}
	}
	gone, err := r.insist(ctx, r.newTask(WithdrawRun, r.town.places[0], n.ID, 0, at+"/withdraw", object{"version": n.Version, "reason": "单价录错"}))
	if err != nil {
		return err
	}
	if gone == nil { // somebody has paid of it
		r.month = r.month.Add(1)
		return nil
	}
	_, err = r.until(ctx, started.ID, "withdrawn")
	return err
}
