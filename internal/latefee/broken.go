package latefee

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/id"
)

// maxNamed bounds how much damage is named.
const maxNamed = 100

// Broken compares what charges say of their waivers with the documents, and
// these with their numbers, as sentences for the operator; none is what should be. Ask it inside a
// db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	want, err := waivedCharges(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check waivers: %w", err)
	}
	have, err := s.billing.Waived(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check waivers: %w", err)
	}
	numbered, err := numberedWaivers(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check waivers: %w", err)
	}
	out, err := s.ledger.BrokenNumbers(ctx, q, project, waiverSeries, "减免单", numbered)
	if err != nil {
		return nil, fmt.Errorf("check waivers: %w", err)
	}
	all := maps.Clone(have)
	maps.Copy(all, want)
	for _, charge := range slices.Sorted(maps.Keys(all)) {
		if have[charge] != want[charge] {
			out = append(out, fmt.Sprintf("应收 %s 记的减免是 %s 元，批准的减免合计 %s 元", charge, have[charge].Yuan(), want[charge].Yuan()))
		}
	}
	return out[:min(len(out), maxNamed)], nil
}
