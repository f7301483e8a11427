package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// meteredRow is what a charge's detail says of usage; keys never change.
type meteredRow struct {
	Bands  []bandRow `json:"bands"`
	Before money.Qty `json:"before,omitempty"`
	People int       `json:"people,omitempty"`
	Months int       `json:"months,omitempty"`
	Reads  []readRow `json:"reads,omitempty"`
}

type bandRow struct {
	Band  supply.Band `json:"band,omitempty"`
	Value int64       `json:"v"`
}

type readRow struct {
	Number string      `json:"no"`
	Band   supply.Band `json:"band,omitempty"`
	Values [4]int64    `json:"v"` // previous, value, multiplier, usage, all ×10⁻⁴
	Rolled bool        `json:"rolled,omitempty"`
	Guess  bool        `json:"est,omitempty"`
}

func (m *metered) row() *meteredRow {
	if m == nil {
		return nil
	}
	r := &meteredRow{Before: m.use.Before, People: m.use.People, Months: m.use.Months}
	for _, b := range m.use.Bands {
		r.Bands = append(r.Bands, bandRow{b.Band, int64(b.Qty)})
	}
	for _, x := range m.reads {
		r.Reads = append(r.Reads, readRow{x.Number, x.Band, [4]int64{int64(x.Previous), int64(x.Value), int64(x.Multiplier), int64(x.Usage)}, x.Rolled, x.Estimated})
	}
	return r
}

func (r *meteredRow) rules() *metered {
	if r == nil {
		return nil
	}
	m := &metered{use: tariff.Use{Before: r.Before, People: r.People, Months: r.Months}}
	for _, b := range r.Bands {
		m.use.Bands = append(m.use.Bands, supply.BandUse{Band: b.Band, Qty: money.Qty(b.Value)})
	}
	for _, x := range r.Reads {
		m.reads = append(m.reads, meter.Read{Number: x.Number, Band: x.Band, Previous: money.Qty(x.Values[0]), Value: money.Qty(x.Values[1]),
			Multiplier: money.Qty(x.Values[2]), Usage: money.Qty(x.Values[3]), Rolled: x.Rolled, Estimated: x.Guess})
	}
	return m
}

// standing is a charge by usage whose readings nobody may change.
type standing struct {
	run, room, item id.ID
	month           clock.Month
}

// stillMetered are the charges by usage that stand for rooms in the months from
// the first that a run charged by usage: by readings of it, or later ones.
func stillMetered(ctx context.Context, q db.Q, project, run, after, upto id.ID) ([]standing, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT c.run_id, c.subject_id, c.item_id, c.month FROM billing_charge c
		JOIN billing_item i ON i.project_id = c.project_id AND i.id = c.item_id
		WHERE c.project_id = ? AND c.subject_id > ? AND c.subject_id <= ? AND c.live = 1 AND i.basis = 'metered' AND c.month >= (
			SELECT MIN(m.month) FROM billing_charge m JOIN billing_item j ON j.project_id = m.project_id AND j.id = m.item_id
			WHERE m.project_id = ? AND m.run_id = ? AND m.subject_id > ? AND m.subject_id <= ? AND j.basis = 'metered')
		ORDER BY c.run_id, c.subject_id`, project, after, upto, project, run, after, upto)
	return db.Collect(rows, err, func(row db.Scanner) (x standing, err error) {
		err = row.Scan(&x.run, &x.room, &x.item, &x.month)
		return x, err
	})
}
