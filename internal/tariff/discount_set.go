package tariff

import (
	"slices"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// DiscountSet are the approved discounts of one item by scope, the latest
// first. A room, its building and the project are asked in this order.
type DiscountSet struct {
	project   []*Discount
	buildings map[id.ID][]*Discount
	rooms     map[id.ID][]*Discount
}

func newDiscountSet(list []Discount) *DiscountSet {
	if len(list) == 0 {
		return nil
	}
	set := &DiscountSet{buildings: map[id.ID][]*Discount{}, rooms: map[id.ID][]*Discount{}}
	for i := range slices.Backward(list) {
		switch d := &list[i]; d.Scope {
		case ToRoom:
			set.rooms[d.Target] = append(set.rooms[d.Target], d)
		case ToBuilding:
			set.buildings[d.Target] = append(set.buildings[d.Target], d)
		default:
			set.project = append(set.project, d)
		}
	}
	return set
}

// Each offers the discounts of a room, the narrowest first, until stop.
func (s *DiscountSet) Each(room, building id.ID, take func(*Discount) (stop bool)) {
	for _, list := range [3][]*Discount{s.rooms[room], s.buildings[building], s.project} {
		for _, d := range list {
			if take(d) {
				return
			}
		}
	}
}

// Named are the discounts by id, for the text.
func (s *DiscountSet) Named() map[id.ID]*Discount {
	out := map[id.ID]*Discount{}
	add := func(list []*Discount) {
		for _, d := range list {
			out[d.ID] = d
		}
	}
	add(s.project)
	for _, list := range s.buildings {
		add(list)
	}
	for _, list := range s.rooms {
		add(list)
	}
	return out
}

// Part is what is taken off a month of which only some days are covered, or
// only some of these are cheaper.
func (d *Discount) Part(it *PlanItem, m *PlanMonth, set Days, cheap int) money.Fen {
	num, den := it.FirstMonth.Weigh(set, m.Len)
	off, err := money.MulDiv(int64(d.Off), num*int64(cheap), den*int64(set.Count()), money.HalfUp)
	if err != nil {
		return d.Off // Off is bounded far below overflow
	}
	return money.Fen(off)
}
