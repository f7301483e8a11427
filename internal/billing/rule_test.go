package billing_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/tariff"
)

// bare makes an item that is assigned to nobody.
func (w *world) bare(i tariff.Item, price string) tariff.Item {
	w.Helper()
	i.Cycle, i.Advance, i.StartMonth, i.Unit, i.FirstMonth = "month", true, 1, 1, tariff.Actual
	if i.From == 0 {
		i.From = 20200101
	}
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = w.Tariff.CreateItem(ctx, tx, w.Who, w.Project, i)
		return err
	})
	if price != "" {
		w.Rate(i.ID, i.From, price, "")
	}
	return i
}

// tag puts a new tag on rooms or people.
func (w *world) tag(kind, name string, subjects ...id.ID) id.ID {
	w.Helper()
	var tag estate.Tag
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		if tag, err = w.Estate.CreateTag(ctx, tx, w.Who, w.Project, estate.Tag{Name: name, Kind: kind}); err != nil {
			return err
		}
		_, err = w.Estate.PutTag(ctx, tx, w.Who, w.Project, tag.ID, subjects, true)
		return err
	})
	return tag.ID
}

// live says that so many people live in a room.
func (w *world) live(room id.ID, n int) []id.ID {
	w.Helper()
	var people []id.ID
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		for k := range n {
			p, err := w.Estate.CreatePerson(ctx, tx, w.Who, w.Project, estate.PersonInput{Name: fmt.Sprintf("住户%c", '甲'+rune(k))})
			if err != nil {
				return err
			}
			people = append(people, p.ID)
			part := estate.PartFamily
			if k == 0 {
				part = estate.PartOwner
			}
			if _, err := w.Estate.AddOccupant(ctx, tx, w.Who, w.Project, estate.Occupant{Room: room, Person: p, Part: part}); err != nil {
				return err
			}
		}
		return nil
	})
	return people
}

func TestARuleReachesTheRoomsThatMeetIt(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		var shops estate.Building
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			shops, err = w.Estate.CreateBuilding(ctx, tx, w.Who, w.Project, estate.Building{Name: "9栋", Kind: estate.RoomShop})
			return err
		})
		r := w.Rooms(
			estate.Room{Area: 8000, Floor: 1},
			estate.Room{Area: 9000, Floor: 6},
			estate.Room{Area: 14400, Floor: 7, State: estate.StateSelf},
			estate.Room{Area: 14401, Floor: 18, State: estate.StateRented},
			estate.Room{Kind: estate.RoomStorage, Floor: -1},
			estate.Room{Area: 5000, Building: shops.ID, Kind: estate.RoomShop}, // floor not known
		)
		tag := w.tag(estate.TagRoom, "电梯房", r[1], r[3])
		old := w.tag(estate.TagPerson, "老人", w.live(r[2], 2)[1])
		for n, c := range []struct {
			rule tariff.Rule
			want []int
		}{
			{tariff.Rule{FloorFrom: 2}, []int{1, 2, 3}},
			{tariff.Rule{FloorTo: 6}, []int{0, 1, 4}},
			{tariff.Rule{FloorFrom: 2, FloorTo: 7}, []int{1, 2}},
			{tariff.Rule{AreaFrom: 9000, AreaUntil: 14400}, []int{1, 2}},
			{tariff.Rule{AreaUntil: 8999}, []int{0, 5}},
			{tariff.Rule{BuildingKind: estate.RoomShop}, []int{5}},
			{tariff.Rule{Building: w.Block, State: estate.StateVacant}, []int{0, 1, 4}},
			{tariff.Rule{Kind: estate.RoomStorage}, []int{4}},
			{tariff.Rule{Tag: tag}, []int{1, 3}},
			{tariff.Rule{Tag: old}, []int{2}},
			{tariff.Rule{Tag: tag, FloorFrom: 10, State: estate.StateRented}, []int{3}},
			{tariff.Rule{Tag: tag, BuildingKind: estate.RoomShop}, nil},
		} {
			i := w.bare(tariff.Item{Name: fmt.Sprintf("费用%d", n), Basis: tariff.Fixed}, "10")
			h, err := w.Tariff.Preview(context.Background(), w.DB.Reader(context.Background()), w.Project,
				tariff.Assignment{Item: i.ID, Scope: tariff.ToRule, Rule: c.rule, From: 20260901})
			if err != nil {
				t.Fatal(err)
			}
			if h.Rooms != len(c.want) || h.Gained != len(c.want) || h.Total != len(r) || h.Lost != 0 {
				t.Errorf("rule %+v would reach %+v, want %d rooms", c.rule, h, len(c.want))
			}
			w.Assign(tariff.Assignment{Item: i.ID, Scope: tariff.ToRule, Rule: c.rule, From: 20260901})
			got := map[id.ID]bool{}
			for _, l := range w.Lines(w.run(202609).ID) {
				got[l.Subject] = l.Item == i.ID
			}
			for k, room := range r {
				want := false
				for _, x := range c.want {
					want = want || x == k
				}
				if got[room] != want {
					t.Errorf("rule %+v: room %d charged %v, want %v", c.rule, k, got[room], want)
				}
			}
			if h.Rooms > 0 && h.First[0] != r[c.want[0]] {
				t.Errorf("rule %+v names %v first", c.rule, h.First)
			}
		}
		w.check()
	})
}

func TestARuleStandsBetweenBuildingAndRoom(t *testing.T) {
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{Floor: 1}, estate.Room{Floor: 1}, estate.Room{Floor: 5})
		i := w.bare(tariff.Item{Name: "电梯费", Basis: tariff.Fixed}, "30")
		w.Assign(tariff.Assignment{Item: i.ID, Scope: tariff.ToBuilding, Target: w.Block})
		ground := tariff.Assignment{Item: i.ID, Scope: tariff.ToRule, Rule: tariff.Rule{FloorTo: 1}, Exempt: true, From: 20260911, Until: 20261031}
		h, err := w.Tariff.Preview(context.Background(), w.DB.Reader(context.Background()), w.Project, ground)
		if err != nil || h.Rooms != 2 || h.Lost != 2 || h.Gained != 0 {
			t.Fatalf("%+v, %v", h, err)
		}
		w.Assign(ground)
		w.Assign(tariff.Assignment{Item: i.ID, Scope: tariff.ToRoom, Target: r[1]})
		got := w.amounts(w.run(202609))
		if want := map[id.ID]money.Fen{r[0]: 1000, r[1]: 3000, r[2]: 3000}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("September: %v, want %v", got, want)
		}
		got = w.amounts(w.run(202610))
		if want := map[id.ID]money.Fen{r[1]: 3000, r[2]: 3000}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("October: %v, want %v", got, want)
		}
		got = w.amounts(w.run(202611))
		if got[r[0]] != 3000 {
			t.Errorf("after the exemption: %v", got)
		}
		w.check()
	})
}

func TestHeadsAndQuantitiesAreChargedAndExplained(t *testing.T) {
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{}, estate.Room{}, estate.Room{})
		w.live(r[0], 3)
		w.live(r[1], 1)
		heads := w.bare(tariff.Item{Name: "垃圾清运费", Basis: tariff.ByPeople}, "2.505")
		w.Assign(tariff.Assignment{Item: heads.ID, Scope: tariff.ToProject})
		cans := w.bare(tariff.Item{Name: "车位管理费", Basis: tariff.ByQuantity}, "80")
		w.Assign(tariff.Assignment{Item: cans.ID, Scope: tariff.ToKind, Kind: estate.RoomHome, Quantity: 1_0000, Until: 20260910})
		w.Assign(tariff.Assignment{Item: cans.ID, Scope: tariff.ToRoom, Target: r[1], Quantity: 2_5000})
		w.Assign(tariff.Assignment{Item: cans.ID, Scope: tariff.ToRule, Rule: tariff.Rule{State: estate.StateVacant}, Quantity: 2_0000, From: 20260911})
		first := w.run(202609)
		got := map[string]money.Fen{}
		for _, c := range w.Lines(first.ID) {
			got[fmt.Sprint(c.ItemName, c.Subject)] = c.Amount
		}
		want := map[string]money.Fen{
			fmt.Sprint("垃圾清运费", r[0]): 752, // 3 × 2.505 = 7.515
			fmt.Sprint("垃圾清运费", r[1]): 251,
			fmt.Sprint("车位管理费", r[0]): 13333, // 80 × (1 × 10 + 2 × 20) ÷ 30
			fmt.Sprint("车位管理费", r[1]): 20000,
			fmt.Sprint("车位管理费", r[2]): 13333,
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		w.release(first)
		w.live(r[0], 1)
		second := w.run(202610)
		causes := map[billing.Cause]money.Fen{}
		for _, c := range w.review(second.ID).Causes {
			causes[c.Cause] = c.Amount
		}
		// A fourth head 2.50; the quantity of whole October 26.67 more, which the
		// mixed month before cannot be taken apart into.
		if causes[billing.QuantityChanged] != 250 {
			t.Errorf("causes %v", causes)
		}
		for _, c := range w.Lines(second.ID) {
			e, err := w.Billing.Explain(context.Background(), w.DB.Reader(context.Background()), w.Project, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(e.Lines, "\n")
			if c.Subject == r[0] && c.Item == heads.ID && !strings.Contains(text, "4 人 × 2.505 元/人·月") {
				t.Errorf("explained as %s", text)
			}
			if c.Subject == r[1] && c.Item == cans.ID && !strings.Contains(text, "2.5 个 × 80 元/个·月") {
				t.Errorf("explained as %s", text)
			}
		}
		w.check()
	})
}

func TestTheNextPeriodIsWhatItsRunCharges(t *testing.T) {
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{Floor: 1, Area: 8953}, estate.Room{Floor: 3, Area: 12001})
		i := w.bare(tariff.Item{Name: "电梯费", Basis: tariff.ByArea}, "1.305")
		next := func(room id.ID) billing.NextDue {
			n, err := w.Billing.Next(context.Background(), w.DB.Reader(context.Background()), w.Project, i.ID, room)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := next(0); n.Room != 0 || n.Why == "" {
			t.Errorf("without an assignment: %+v", n)
		}
		w.Assign(tariff.Assignment{Item: i.ID, Scope: tariff.ToRule, Rule: tariff.Rule{FloorFrom: 2}})
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToProject, Kind: tariff.Percent, Keep: 9000, Since: 20260101, Until: 20271231})
		if n := next(r[0]); n.Total != 0 || n.Why == "" {
			t.Errorf("a room without it: %+v", n)
		}
		n := next(0)
		if n.Room != r[1] || len(n.Months) != 1 || !strings.Contains(strings.Join(n.Months[0].Lines, "\n"), "120.01 ㎡ × 1.305 元/㎡·月 × 90%") {
			t.Fatalf("%+v", n)
		}
		if got := w.amounts(w.run(n.First))[r[1]]; got != n.Total {
			t.Errorf("said %d, charged %d", n.Total, got)
		}
		for word, of := range map[string]tariff.Item{"抄表以后才知道": {Name: "水费", Basis: tariff.Metered, Meter: supply.Water}, "分摊以后才知道": {Name: "公摊电费", Basis: tariff.Shared},
			"由人录入": {Name: "装修垃圾清运", Basis: tariff.Once}} {
			i = w.bare(of, "")
			if n := next(0); !strings.Contains(n.Why, word) || n.Total != 0 {
				t.Errorf("%s: %+v", of.Name, n)
			}
		}
	})
}
