package actor_test

import (
	"slices"
	"testing"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

// What is limited further never grows, and ends where nothing is left.
func TestLimit(t *testing.T) {
	const see, take actor.Permission = "estate.read", "cashier.receive"
	who := actor.Actor{Account: 1, Name: "楼管", Grants: []actor.Grant{
		{Permissions: []actor.Permission{see}},
		{Project: 7, Permissions: []actor.Permission{take}, Limited: true, Buildings: []id.ID{2, 3}},
		{Project: 8, Permissions: []actor.Permission{take}},
	}}
	for _, c := range []struct {
		within    actor.Buildings
		see, take actor.Buildings
	}{
		{nil, nil, actor.Buildings{2, 3}},
		{actor.Buildings{3, 4}, actor.Buildings{3, 4}, actor.Buildings{3}},
		{actor.Buildings{4}, actor.Buildings{4}, actor.Buildings{}},
		{actor.Buildings{}, actor.Buildings{}, actor.Buildings{}},
	} {
		got := who.Limit(7, c.within)
		if s, k := got.Within(see, 7), got.Within(take, 7); !slices.Equal(s, c.see) || s.Whole() != c.see.Whole() || !slices.Equal(k, c.take) || k.Whole() {
			t.Errorf("%v: %v %v", c.within, s, k)
		}
		if !c.within.Whole() && (got.Somewhere(take, 8) || got.Sees(9)) || got.Name != who.Name {
			t.Errorf("%v: reaches beyond: %+v", c.within, got)
		}
	}
	if !who.Within(see, 7).Whole() || !who.Within(take, 7).Has(2) {
		t.Error("the actor himself was changed")
	}
	if s := actor.System("x").Limit(7, actor.Buildings{1}); !s.Can(see, 9) {
		t.Error("the system is limited to nothing")
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		b, other actor.Buildings
		want     bool
	}{
		{nil, nil, true}, {nil, actor.Buildings{1}, true}, {actor.Buildings{1}, nil, false}, {actor.Buildings{}, nil, false},
		{actor.Buildings{1, 2}, actor.Buildings{2}, true}, {actor.Buildings{1}, actor.Buildings{1, 2}, false}, {actor.Buildings{}, actor.Buildings{}, true},
	} {
		if got := c.b.Covers(c.other); got != c.want {
			t.Errorf("%v covers %v: %v", c.b, c.other, got)
		}
	}
}
