package meter

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const maxNamed = 100

// Broken names readings that do not follow from each other, as sentences for
// the operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	out := []string{}
	var m Meter
	var last *Reading
	over := map[id.ID]money.Qty{} // what estimates had too much, by meter
	err := eachReading(ctx, s.db.Reader(ctx), project, func(meter *Meter, r *Reading) error {
		if meter.ID != m.ID {
			m, last = *meter, nil
		}
		previous, carry := m.Start, over[m.Replaces]
		if last != nil {
			previous, carry = last.Value, last.Carry
		}
		usage, err := r.since(&m, previous)
		if err != nil {
			return fmt.Errorf("usage of reading %s: %w", r.ID, err)
		}
		if last == nil && r.Usage == usage {
			carry = 0 // it was read before this went over to the meter that follows
		}
		now := *r
		if last = &now; r.Carry != 0 || over[m.ID] != 0 {
			over[m.ID] = r.Carry
		}
		net := usage + carry
		if (r.Previous != previous || r.Usage != max(net, 0) || r.Carry != min(net, 0)) && len(out) < maxNamed {
			out = append(out, fmt.Sprintf("%s表 %s 的读数 %s（%s）记用量 %s，按前后读数应为 %s", m.Kind.Label(), m.Number, r.ID, r.Month, r.Usage, max(net, 0)))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check readings: %w", err)
	}
	return out, nil
}

// since is what was used since the meter showed previous.
func (r *Reading) since(m *Meter, previous money.Qty) (money.Qty, error) {
	went := r.Value - previous
	if r.Rolled {
		went += m.Range()
	}
	usage, err := money.MulDiv(int64(went), int64(m.Multiplier), 10_000, money.HalfUp)
	return money.Qty(usage), err
}
