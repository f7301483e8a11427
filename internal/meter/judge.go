package meter

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// Setting is when usage is unusual: above Factor times the mean of the last
// Periods months.
type Setting struct {
	Factor  money.Qty // ×10⁻⁴
	Periods int
	Version int // 0 while nobody has set it
}

// usual is what counts until a project sets its own (case B12).
func usual() Setting { return Setting{Factor: 3 * 10_000, Periods: 6} }

// judge holds the month's usage of the account against the months before.
func (r *Reading) judge(b *basis) error {
	if r.State = Good; r.told {
		r.State = Review
	}
	if len(b.used) < b.set.Periods {
		return nil
	}
	var sum money.Qty
	for _, x := range b.used {
		sum += x
	}
	mean, err := money.MulDiv(int64(sum), 1, int64(len(b.used)), money.HalfUp)
	if err != nil {
		return ErrTooMuch
	}
	r.Mean = money.Qty(mean)
	limit, err := b.set.limit(sum, len(b.used))
	if err != nil {
		return err
	}
	if r.Usage+b.already > limit {
		r.State = Review
	}
	return nil
}

// limit is what usage may be after some periods with a sum: factor × sum ÷ n.
func (set *Setting) limit(sum money.Qty, n int) (money.Qty, error) {
	limit, err := money.MulDiv(int64(set.Factor), int64(sum), 10_000*int64(n), money.Down)
	if err != nil {
		return 0, ErrTooMuch
	}
	return money.Qty(limit), nil
}

// Limits is, by meter, the usage above which a reading of the month will wait
// for review, for whoever stands before the dial; meters whose account was not
// read often enough are missing. What other registers of the account have used
// in the month is taken off.
func (s *Service) Limits(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month, meters []Meter) (map[id.ID]money.Qty, error) {
	set, err := s.Setting(ctx, q, project)
	if err != nil || len(meters) == 0 {
		return nil, err
	}
	known, err := usageByMonth(ctx, q, project, kind, month, set.Periods, meters)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]money.Qty{}
	for i := range meters {
		var sum money.Qty
		used, already := before(known[accountOf(&meters[i])], month, set.Periods)
		if len(used) < set.Periods {
			continue
		}
		for _, x := range used {
			sum += x
		}
		limit, err := set.limit(sum, len(used))
		if err != nil {
			return nil, err
		}
		out[meters[i].ID] = max(limit-already, 0)
	}
	return out, nil
}

// Setting reads when usage is unusual.
func (s *Service) Setting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	return oneSetting(ctx, q, project)
}

// SetSetting changes it; Version must be the one that was read. Errors:
// ErrReading, fault.ErrStale.
func (s *Service) SetSetting(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, set Setting) (Setting, error) {
	if set.Factor <= 10_000 || set.Factor > 100*10_000 {
		return set, ErrReading.At("body.factor", "倍数要大于 1，最大 100", int64(set.Factor))
	}
	if set.Periods < 1 || set.Periods > 24 {
		return set, ErrReading.At("body.periods", "要在 1–24 期之间", set.Periods)
	}
	before, err := s.Setting(ctx, tx, project)
	if err != nil {
		return set, err
	}
	if err := storeSetting(ctx, tx, project, set); err != nil {
		return set, err
	}
	set.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.setting", Kind: "setting", Subject: project,
		Summary: fmt.Sprintf("用量超过前 %d 期均值 %s 倍须复核", set.Periods, set.Factor), Before: before, After: set})
	return set, nil
}
