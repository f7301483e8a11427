package trial

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// Effect is what a new price does to one room in one period.
type Effect struct {
	Room     id.ID
	Building id.ID
	Before   money.Fen
	After    money.Fen
	Fault    string // why it cannot be computed, then both are 0
}

// BuildingEffect adds up the rooms of a building.
type BuildingEffect struct {
	Building      id.ID
	Rooms         int
	Before, After money.Fen
}

// Simulation shows a price before it is decided: the first whole period of the
// item at the new price, computed as the run of that period would.
type Simulation struct {
	First, Last clock.Month // the period that was compared
	Rooms       int         // charged before or after
	Changed     int
	Faults      int
	Before      money.Fen
	After       money.Fen
	Buildings   []BuildingEffect // by building
	Biggest     []Effect         // biggest changes first, at most 50
}

const maxBiggest = 50

// Simulate computes a price that is not decided yet for every room and tells
// each to every, which may be nil. Discounts count on both sides. Errors:
// ErrRate, ErrFormula, ErrItemRetired, fault.ErrNotFound.
func (s *Service) Simulate(ctx context.Context, q db.Q, project id.ID, r tariff.Rate, every func(Effect) error) (Simulation, error) {
	sim := Simulation{Buildings: []BuildingEffect{}, Biggest: []Effect{}}
	item, err := s.tariff.Item(ctx, q, project, r.Item)
	if err != nil {
		return sim, err
	}
	if !item.Active {
		return sim, tariff.ErrItemRetired
	}
	if item.Basis == tariff.Metered || item.Basis == tariff.Shared || item.Basis.Single() {
		return sim, billing.ErrMeteredPlan
	}
	r.SourceKind, r.SourceText = "other", "试算"
	if err := r.Check(item.Basis); err != nil {
		return sim, err
	}
	before, after, err := s.twoPlans(ctx, q, project, &item, r, &sim)
	if err != nil {
		return sim, fmt.Errorf("simulate: %w", err)
	}
	if err := s.eachEffect(ctx, q, project, before, after, func(e Effect) error {
		sim.add(e)
		if every == nil {
			return nil
		}
		return every(e)
	}); err != nil {
		return sim, fmt.Errorf("simulate: %w", err)
	}
	slices.SortFunc(sim.Buildings, func(a, b BuildingEffect) int { return cmp.Compare(a.Building, b.Building) })
	sim.trim(maxBiggest)
	return sim, nil
}

// twoPlans plan the first whole period at the new price, without it and with it.
func (s *Service) twoPlans(ctx context.Context, q db.Q, project id.ID, item *tariff.Item, r tariff.Rate, sim *Simulation) (before, after *tariff.Plan, err error) {
	rates, err := s.tariff.Rates(ctx, q, project, item.ID)
	if err != nil {
		return nil, nil, err
	}
	first, n := item.PeriodOf(r.From.Month())
	if first.First() < r.From {
		first = first.Add(n)
	}
	sim.First, sim.Last = first, first.Add(n-1)
	with := slices.Clone(rates)
	at, _ := slices.BinarySearchFunc(with, r.From+1, func(x tariff.Rate, d clock.Date) int { return cmp.Compare(x.From, d) })
	with = slices.Insert(with, at, r)
	plans, err := s.tariff.PlanOf(ctx, q, project, item, first, rates, with)
	if err != nil {
		return nil, nil, err
	}
	return plans[0], plans[1], nil
}

// partRooms is how many rooms are computed on one look at their assignments.
const partRooms = 5000

// eachEffect computes every room by both plans, part by part.
func (s *Service) eachEffect(ctx context.Context, q db.Q, project id.ID, before, after *tariff.Plan, fn func(Effect) error) error {
	borders, err := s.estate.RoomIDBounds(ctx, q, project, partRooms)
	if err != nil {
		return err
	}
	var from id.ID
	for _, upto := range borders {
		own, err := s.tariff.RoomAssignments(ctx, q, project, from, upto)
		if err != nil {
			return err
		}
		byRoom := map[id.ID][]tariff.Assignment{}
		for _, a := range own {
			byRoom[a.Target] = append(byRoom[a.Target], a)
		}
		both := [2]*billing.Calculator{billing.NewCalculator(before), billing.NewCalculator(after)}
		err = s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{After: from, Upto: upto}, func(r *estate.BillingRoom) error {
			e := Effect{Room: r.ID, Building: r.Building}
			for i, c := range both {
				sum, err := c.Total(r, byRoom[r.ID])
				switch {
				case err != nil:
					e.Fault = billing.Reason(err)
				case i == 0:
					e.Before = sum
				default:
					e.After = sum
				}
			}
			if e.Fault != "" {
				e.Before, e.After = 0, 0
			}
			if e.Before == 0 && e.After == 0 && e.Fault == "" {
				return nil
			}
			return fn(e)
		})
		if err != nil {
			return err
		}
		from = upto
	}
	return nil
}

func (s *Simulation) add(e Effect) {
	if e.Fault != "" {
		s.Faults++
		s.Biggest = append(s.Biggest, e)
		return
	}
	s.Rooms++
	s.Before += e.Before
	s.After += e.After
	i := slices.IndexFunc(s.Buildings, func(b BuildingEffect) bool { return b.Building == e.Building })
	if i < 0 {
		i = len(s.Buildings)
		s.Buildings = append(s.Buildings, BuildingEffect{Building: e.Building})
	}
	b := &s.Buildings[i]
	b.Rooms++
	b.Before += e.Before
	b.After += e.After
	if e.Before == e.After {
		return
	}
	s.Changed++
	s.Biggest = append(s.Biggest, e)
	if len(s.Biggest) > 8*maxBiggest {
		s.trim(maxBiggest)
	}
}

// trim keeps rooms that cannot be computed and the biggest changes.
func (s *Simulation) trim(n int) {
	size := func(e *Effect) money.Fen {
		if e.Fault != "" {
			return math.MaxInt64
		}
		return max(e.After-e.Before, e.Before-e.After)
	}
	slices.SortStableFunc(s.Biggest, func(a, b Effect) int { return cmp.Compare(size(&b), size(&a)) })
	s.Biggest = s.Biggest[:min(n, len(s.Biggest))]
}
