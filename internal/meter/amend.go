package meter

import (
	"context"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ErrRead is answered when what decides usage shall change after a reading.
var ErrRead = fault.New(fault.Conflict, "meter_read", "这块表已经抄过，起始读数、位数、倍率和本年已用不能再改；抄错的读数先作废，表不对的请换表")

// Amend puts right what was written of a meter: its number at any time; digits,
// multiplier, start and what was used before only while it was never read,
// because usage follows from them. Errors: ErrMeter, ErrNumber, ErrRead,
// ErrRemoved, fault.ErrNotFound.
func (s *Service) Amend(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, to Meter) (Meter, error) {
	m, err := lockMeter(ctx, tx, project, to.ID)
	if err != nil {
		return m, err
	}
	before := m
	m.Number, m.Digits, m.Multiplier, m.Start, m.UsedBefore = to.Number, to.Digits, to.Multiplier, to.Start, to.UsedBefore
	if err := m.check(); err != nil {
		return m, err
	}
	past, err := lastReadings(ctx, tx, project, m.ID, 1)
	if err != nil {
		return m, err
	}
	decides := m
	decides.Number = before.Number
	switch {
	case before.Removed != 0:
		return m, ErrRemoved
	case len(past) > 0 && decides != before:
		return m, ErrRead
	}
	if err := updateMeter(ctx, tx, project, &m); err != nil {
		return m, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.amended", Kind: "meter", Subject: m.ID,
		Summary: "改" + m.Kind.Label() + "表 " + before.Number + " 的资料", Before: before, After: m})
	return m, nil
}

// begin takes the previous value that a sheet names as the start of a meter that
// was hung with all others and never read: until then nobody has said what its
// dial showed. It reports whether it did.
func (m *Meter) begin(previous money.Qty, past []Reading) bool {
	if previous < 0 || len(past) > 0 || m.Replaces != 0 || m.Start != 0 || previous == 0 || previous >= m.Range() {
		return false
	}
	m.Start = previous
	return true
}
