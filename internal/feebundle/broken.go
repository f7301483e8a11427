package feebundle

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// maxNamed bounds how much damage is named.
const maxNamed = 100

// Broken names bundles and uses that do not fit what they stand on, as
// sentences for the operator; none is what should be. Ask it inside a
// db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out, err := brokenUses(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check bundles: %w", err)
	}
	for _, find := range []func(context.Context, db.Q, id.ID) ([]string, error){s.strayParts, s.strayMade} {
		found, err := find(ctx, q, project)
		if err != nil {
			return nil, fmt.Errorf("check bundles: %w", err)
		}
		out = append(out, found[:min(len(found), maxNamed)]...)
	}
	return out, nil
}

// strayParts are items in bundles that are not there.
func (s *Service) strayParts(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	list, err := allBundles(ctx, q, project)
	if err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		if len(list[i].Parts) == 0 {
			out = append(out, fmt.Sprintf("套餐 %s（%s）里没有费用", list[i].Name, list[i].ID))
		}
		for _, p := range list[i].Parts {
			if _, ok := items[p.Item]; !ok {
				out = append(out, fmt.Sprintf("套餐 %s 里的费用项目 %s 不存在", list[i].Name, p.Item))
			}
		}
	}
	return out, nil
}

// strayMade are assignments and charges that uses made and that are not there,
// or are of another item, room or amount.
func (s *Service) strayMade(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	list, err := allMade(ctx, q, project)
	if err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, q, project)
	if err != nil {
		return nil, err
	}
	known := map[id.ID]id.ID{} // assignments, by whose they are
	for item := range items {
		scopes, err := s.tariff.Assignments(ctx, q, project, item)
		if err != nil {
			return nil, err
		}
		for i := range scopes {
			known[scopes[i].ID] = item
		}
	}
	var charges []id.ID
	for i := range list {
		if list[i].Charge != 0 {
			charges = append(charges, list[i].Charge)
		}
	}
	billed, err := s.billing.Named(ctx, q, project, charges)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		m := &list[i]
		if m.Charge == 0 {
			if known[m.Assignment] != m.Item {
				out = append(out, fmt.Sprintf("套餐加上的收费范围 %s 不存在，或不是费用项目 %s 的", m.Assignment, m.Item))
			}
			continue
		}
		if c, ok := billed[m.Charge]; !ok || c.Amount != m.Amount || c.Subject != m.Room || c.Item != m.Item {
			out = append(out, fmt.Sprintf("套餐记的应收 %s 不存在，或金额、房间、费用不符", m.Charge))
		}
	}
	return out, nil
}
