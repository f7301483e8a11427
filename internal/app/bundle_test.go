package app_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"linli/internal/adjust"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/feebundle"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

// bundleWorld is a house with two floors of two rooms, one of which has no
// area; today is 20 May 2026.
type bundleWorld struct {
	*adjustWorld
	house id.ID
	rooms []id.ID // 101, 102, 201, 202 (no area)
}

const bundleDay = clock.Date(20260520)

func inBundleWorld(t *testing.T, fn func(w *bundleWorld)) {
	inAdjustWorld(t, func(a *adjustWorld) {
		w := &bundleWorld{adjustWorld: a}
		a.now.Set(bundleDay.Start())
		list := []estate.Room{{Name: "101", Floor: 1, Area: 8000}, {Name: "102", Floor: 1, Area: 9000}, {Name: "201", Floor: 2, Area: 8000}, {Name: "202", Floor: 2}}
		w.write(func(tx *db.Tx) error {
			b, err := w.app.Estate.CreateBuilding(t.Context(), tx, w.who, w.project, estate.Building{Name: "9栋", Floors: 2})
			if err != nil {
				return err
			}
			w.house = b.ID
			for i := range list {
				list[i].Building = b.ID
			}
			return w.app.Estate.CreateRooms(t.Context(), tx, w.who, w.project, list)
		})
		for _, r := range list {
			w.rooms = append(w.rooms, r.ID)
		}
		fn(w)
	})
}

func (w *bundleWorld) write(fn func(tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.app.DB.Write(w.t.Context(), fn))
}

// item makes an item of a price, 0 for none, that is charged to nobody.
func (w *bundleWorld) item(name string, basis tariff.Basis, price money.Price) (item id.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		i, err := w.app.Tariff.CreateItem(w.t.Context(), tx, w.who, w.project, tariff.Item{Name: name, Basis: basis, Cycle: "month", Advance: true, StartMonth: 1,
			From: 20260101, Unit: money.OneFen, FirstMonth: tariff.Actual})
		if item = i.ID; err != nil || price == 0 {
			return err
		}
		_, err = w.app.Tariff.AddRate(w.t.Context(), tx, w.who, w.project, tariff.Rate{Item: item, From: 20260101, Price: price, SourceKind: "contract", SourceText: "合同"})
		return err
	})
	return item
}

func (w *bundleWorld) assign(a tariff.Assignment) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		_, err := w.app.Tariff.Assign(w.t.Context(), tx, w.who, w.project, a)
		return err
	})
}

func (w *bundleWorld) bundle(parts ...feebundle.Part) feebundle.Bundle {
	w.t.Helper()
	b, err := w.app.Bundles.Create(w.t.Context(), w.who, w.project, feebundle.Bundle{Name: "新业主套餐", Parts: parts})
	w.must(err)
	return b
}

func toHouse(w *bundleWorld, from clock.Date) feebundle.Place {
	return feebundle.Place{Assignment: tariff.Assignment{Scope: tariff.ToBuilding, Target: w.house, From: from}}
}

func toRooms(from clock.Date, rooms ...id.ID) feebundle.Place {
	return feebundle.Place{Assignment: tariff.Assignment{Scope: tariff.ToRoom, From: from}, Rooms: rooms}
}

func (w *bundleWorld) give(b feebundle.Bundle, p feebundle.Place) feebundle.Use {
	w.t.Helper()
	u, err := w.app.Bundles.Give(w.t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: b.Version, Place: p})
	w.must(err)
	return u
}

func (w *bundleWorld) undo(u feebundle.Use) feebundle.Use {
	w.t.Helper()
	u, err := w.app.Bundles.Undo(w.t.Context(), w.who, w.project, u.ID, u.Version, "给错了楼栋")
	w.must(err)
	return u
}

// charged says which rooms are charged an item in June and for how many days.
func (w *bundleWorld) charged(item id.ID) (days []int) {
	w.t.Helper()
	ctx, q := w.t.Context(), w.app.DB.Reader(w.t.Context())
	p, err := w.app.Tariff.Plan(ctx, q, w.project, 202606)
	w.must(err)
	own, err := w.app.Tariff.RoomAssignments(ctx, q, w.project, 0, slices.Max(w.rooms))
	w.must(err)
	days = make([]int, len(w.rooms))
	k := slices.IndexFunc(p.Items, func(i *tariff.PlanItem) bool { return i.ID == item })
	if k < 0 {
		return days
	}
	w.must(w.app.Estate.StreamRooms(ctx, q, w.project, estate.RoomFilter{Rooms: w.rooms}, func(r *estate.BillingRoom) error {
		mine := slices.DeleteFunc(slices.Clone(own), func(a tariff.Assignment) bool { return a.Item != item || a.Target != r.ID })
		days[slices.Index(w.rooms, r.ID)] = p.Items[k].Months[0].Covered(r, mine).Count()
		return nil
	}))
	return days
}

func (w *bundleWorld) wantCharged(item id.ID, want ...int) {
	w.t.Helper()
	if got := w.charged(item); !slices.Equal(got, want) {
		w.t.Errorf("charged in June for %v days, want %v", got, want)
	}
}

// What each item would do is said before; what a room has is left alone; the
// whole is undone as one.
func TestBundleIsGivenAndUndone(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		area, waste, lift, gone := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("垃圾清运费", tariff.Fixed, 10_000_000), w.item("电梯费", tariff.Fixed, 0), w.item("旧费用", tariff.Fixed, 1_000_000)
		w.assign(tariff.Assignment{Item: waste, Scope: tariff.ToRoom, Target: w.rooms[0], From: 20260101})
		w.assign(tariff.Assignment{Item: waste, Scope: tariff.ToRoom, Target: w.rooms[1], From: 20260101, Exempt: true})
		b := w.bundle(feebundle.Part{Item: area}, feebundle.Part{Item: waste}, feebundle.Part{Item: lift}, feebundle.Part{Item: gone})
		w.write(func(tx *db.Tx) error {
			i, err := w.app.Tariff.Item(t.Context(), tx, w.project, gone)
			i.Active = false
			if err == nil {
				_, err = w.app.Tariff.EditItem(t.Context(), tx, w.who, w.project, i)
			}
			return err
		})
		effects, rooms, err := w.app.Bundles.Preview(t.Context(), w.app.DB.Reader(t.Context()), w.project, feebundle.Giving{Bundle: b.ID, Place: toHouse(w, 20260611)})
		w.must(err)
		said := []string{}
		for _, e := range effects {
			said = append(said, e.Name+"："+e.Words()+"|"+e.Warning())
		}
		want := []string{"物业服务费：4 户从 2026-06-11 起收|1 户没有登记建筑面积，补上后才出得了账", "垃圾清运费：2 户从 2026-06-11 起收；1 户已有，不动；1 户单独设了不收，不动|",
			"电梯费：4 户从 2026-06-11 起收|2026-06-11 还没有单价，补上单价后才出得了账", "旧费用：已停用，不加|"}
		if rooms != 4 || !slices.Equal(said, want) {
			t.Errorf("%d rooms\n%q\nwant\n%q", rooms, said, want)
		}
		w.wantCharged(area, 0, 0, 0, 0)
		u := w.give(b, toHouse(w, 20260611))
		w.wantCharged(area, 20, 20, 20, 20)
		w.wantCharged(waste, 30, 0, 20, 20)
		w.wantCharged(gone, 0, 0, 0, 0)
		for name, try := range map[string]func() error{
			"stale": func() error {
				_, err := w.app.Bundles.Undo(t.Context(), w.who, w.project, u.ID, 7, "给错了楼栋")
				return is(err, fault.ErrStale)
			},
			"no reason": func() error {
				_, err := w.app.Bundles.Undo(t.Context(), w.who, w.project, u.ID, 1, " ")
				return is(err, feebundle.ErrReason)
			},
			"again": func() error {
				_, err := w.app.Bundles.Give(t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: 1, Place: toHouse(w, 20260611)})
				return is(err, feebundle.ErrNothing)
			},
			"stale bundle": func() error {
				_, err := w.app.Bundles.Give(t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: 2, Place: toHouse(w, 20260611)})
				return is(err, fault.ErrStale)
			},
			"nobody": func() error {
				_, err := w.app.Bundles.Give(t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: 1,
					Place: feebundle.Place{Assignment: tariff.Assignment{Scope: tariff.ToKind, Kind: "office", From: 20260611}}})
				return is(err, feebundle.ErrNobody)
			},
			"room of nobody": func() error {
				_, err := w.app.Bundles.Give(t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: 1, Place: toRooms(20260611, 7)})
				return is(err, estate.ErrNoRoom)
			},
			"no rooms": func() error {
				_, err := w.app.Bundles.Give(t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: 1, Place: toRooms(20260611)})
				return is(err, feebundle.ErrGiving)
			},
		} {
			if err := try(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		u = w.undo(u)
		if u.Given || u.Undone.Kept != 0 {
			t.Errorf("%+v", u)
		}
		w.wantCharged(area, 0, 0, 0, 0)
		w.wantCharged(waste, 30, 0, 0, 0)
		if _, err := w.app.Bundles.Undo(t.Context(), w.who, w.project, u.ID, u.Version, "给错了楼栋"); !errors.Is(err, feebundle.ErrUndone) {
			t.Errorf("undone twice: %v", err)
		}
	})
}

func is(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("got %v, want %v", err, want)
}

// A scope that somebody has changed since stays when the bundle is undone.
func TestBundleUndoLeavesWhatWasChangedSince(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		area, waste := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("垃圾清运费", tariff.Fixed, 10_000_000)
		u := w.give(w.bundle(feebundle.Part{Item: area}, feebundle.Part{Item: waste}), toRooms(20260601, w.rooms[0], w.rooms[1]))
		w.wantCharged(waste, 30, 30, 0, 0)
		w.write(func(tx *db.Tx) error {
			list, err := w.app.Tariff.Assignments(t.Context(), tx, w.project, waste)
			if err == nil {
				_, err = w.app.Tariff.EndAssignment(t.Context(), tx, w.who, w.project, list[0].ID, 20260615, 1)
			}
			return err
		})
		if u = w.undo(u); u.Undone.Kept != 1 {
			t.Errorf("%d kept", u.Undone.Kept)
		}
		w.wantCharged(area, 0, 0, 0, 0)
		w.wantCharged(waste, 15, 0, 0, 0)
	})
}

// A changed bundle changes no room; it says who lacks the new item and gives it
// to them, as a part of what is undone as one.
func TestBundleGrowsWithoutChangingRooms(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		area, waste := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("垃圾清运费", tariff.Fixed, 10_000_000)
		b := w.bundle(feebundle.Part{Item: area})
		first, second := w.give(b, toRooms(20260601, w.rooms[0])), w.give(b, feebundle.Place{Assignment: tariff.Assignment{Scope: tariff.ToRule, From: 20260501,
			Rule: tariff.Rule{Building: w.house, FloorFrom: 2}}})
		w.assign(tariff.Assignment{Item: waste, Scope: tariff.ToRoom, Target: w.rooms[2], From: 20260101})
		b.Parts = append(b.Parts, feebundle.Part{Item: waste})
		b, err := w.app.Bundles.Edit(ctx, w.who, w.project, b)
		w.must(err)
		w.wantCharged(waste, 0, 0, 30, 0)
		gaps, err := w.app.Bundles.Gaps(ctx, q, w.project, b.ID)
		w.must(err)
		if len(gaps) != 2 || gaps[0].Use.ID != second.ID || gaps[0].Effects[0].Gains != 1 || gaps[0].Effects[0].Had != 1 || gaps[1].Use.ID != first.ID || gaps[1].Effects[0].Gains != 1 {
			t.Fatalf("%+v", gaps)
		}
		if _, err := w.app.Bundles.Fill(ctx, w.who, w.project, first.ID, first.Version, b.Version, 20260531); !errors.Is(err, feebundle.ErrGiving) {
			t.Errorf("before the first day: %v", err)
		}
		second, err = w.app.Bundles.Fill(ctx, w.who, w.project, second.ID, second.Version, b.Version, 20260611)
		w.must(err)
		w.wantCharged(waste, 0, 0, 30, 20)
		gaps, err = w.app.Bundles.Gaps(ctx, q, w.project, b.ID)
		if w.must(err); len(gaps) != 1 || gaps[0].Use.ID != first.ID {
			t.Errorf("after one was filled: %+v", gaps)
		}
		w.undo(second)
		w.wantCharged(area, 30, 0, 0, 0)
		w.wantCharged(waste, 0, 0, 30, 0)
	})
}

// By quantity a wide scope would change how many others are charged for, so it
// is not given; chosen rooms are.
func TestBundleLeavesQuantitiesAlone(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		bins := w.item("车位费", tariff.ByQuantity, 10_000_000)
		w.assign(tariff.Assignment{Item: bins, Scope: tariff.ToProject, From: 20260701, Quantity: 10_000})
		b := w.bundle(feebundle.Part{Item: bins, Quantity: 20_000})
		if _, err := w.app.Bundles.Give(t.Context(), w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: 1, Place: toHouse(w, 20260801)}); !errors.Is(err, feebundle.ErrNothing) {
			t.Errorf("all have it: %v", err)
		}
		w.assign(tariff.Assignment{Item: bins, Scope: tariff.ToRoom, Target: w.rooms[3], From: 20260601, Exempt: true})
		w.assign(tariff.Assignment{Item: bins, Scope: tariff.ToRoom, Target: w.rooms[0], From: 20260601, Until: 20260630, Quantity: 10_000})
		effects, _, err := w.app.Bundles.Preview(t.Context(), w.app.DB.Reader(t.Context()), w.project, feebundle.Giving{Bundle: b.ID, Place: toHouse(w, 20260610)})
		w.must(err)
		if e := effects[0]; e.Verdict != feebundle.Mixed || e.Had != 1 || e.Gains != 2 || e.Spared != 1 {
			t.Errorf("%+v", e)
		}
		u := w.give(b, toRooms(20260610, w.rooms...))
		w.wantCharged(bins, 30, 21, 21, 0)
		w.undo(u)
		w.wantCharged(bins, 30, 0, 0, 0)
	})
}

// What is charged once becomes a single charge of each room, once; undoing takes
// back by red documents what is not paid.
func TestBundleChargesOnce(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		ctx := t.Context()
		area, card := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("装修垃圾清运费", tariff.Once, 0)
		b := w.bundle(feebundle.Part{Item: area}, feebundle.Part{Item: card, Amount: 300_00})
		clerk := func(rights ...actor.Permission) actor.Actor {
			return actor.Actor{Account: 9, Name: "周敏", Grants: []actor.Grant{{Project: w.project, Permissions: rights}}}
		}
		in := feebundle.Giving{Bundle: b.ID, Version: 1, Place: toRooms(bundleDay, w.rooms[0], w.rooms[1])}
		if _, err := w.app.Bundles.Give(ctx, clerk(tariff.PermItem), w.project, in); !errors.Is(err, feebundle.ErrOnce) {
			t.Errorf("without the right: %v", err)
		}
		w.wantCharged(area, 0, 0, 0, 0)
		u, err := w.app.Bundles.Give(ctx, clerk(tariff.PermItem, adjust.PermCharge), w.project, in)
		w.must(err)
		docs, err := w.app.Adjust.List(ctx, w.app.DB.Reader(ctx), w.project, adjust.Filter{Request: page.Request{Limit: 10}})
		w.must(err)
		if len(docs.Items) != 2 || docs.Items[0].Amount != 300_00 || docs.Items[0].Reason != "套餐 新业主套餐" || docs.Items[0].Month != 202605 {
			t.Errorf("%+v", docs.Items)
		}
		later := w.give(b, toHouse(w, bundleDay)) // the two others
		if e := later.Effects[1]; e.Gains != 2 || e.Had != 2 {
			t.Errorf("charged a second time: %+v", e)
		}
		list, _, err := w.owed(ctx, w.project, w.rooms[0])
		w.must(err)
		if len(list) != 1 || list[0].Amount != 300_00 {
			t.Fatalf("%+v", list)
		}
		_, err = w.take(ctx, w.project, w.rooms[0], cashier.MethodCash, 300_00)
		w.must(err)
		if _, err := w.app.Bundles.Undo(ctx, clerk(tariff.PermItem, adjust.PermCharge), w.project, u.ID, u.Version, "给错了户"); !errors.Is(err, feebundle.ErrUndoOnce) {
			t.Errorf("undone without the right to release: %v", err)
		}
		u, err = w.app.Bundles.Undo(ctx, clerk(tariff.PermItem, billing.PermRelease), w.project, u.ID, u.Version, "给错了户")
		w.must(err)
		if u.Undone.Kept != 1 {
			t.Errorf("%d kept, the paid one should be", u.Undone.Kept)
		}
		if list, _, err = w.owed(ctx, w.project, w.rooms[1]); err != nil || len(list) != 0 {
			t.Errorf("still owed: %+v %v", list, err)
		}
		effects, _, err := w.app.Bundles.Preview(ctx, w.app.DB.Reader(ctx), w.project, feebundle.Giving{Bundle: b.ID, Place: toHouse(w, 20260801)})
		w.must(err)
		if effects[1].Verdict != feebundle.Later {
			t.Errorf("months ahead: %+v", effects[1])
		}
	})
}

func TestBundleThatCannotBeMeantIsRefused(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		ctx := t.Context()
		area, shared, costs, card, bins := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("公摊电费", tariff.Shared, 0), w.item("律师费", tariff.Costs, 0), w.item("门禁卡", tariff.Once, 0), w.item("车位费", tariff.ByQuantity, 1)
		for name, test := range map[string]struct {
			b    feebundle.Bundle
			want error
		}{
			"no name":           {feebundle.Bundle{Parts: []feebundle.Part{{Item: area}}}, feebundle.ErrBundle},
			"no items":          {feebundle.Bundle{Name: "甲"}, feebundle.ErrBundle},
			"twice":             {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: area}, {Item: area}}}, feebundle.ErrBundle},
			"shared":            {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: shared}}}, feebundle.ErrPart},
			"costs":             {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: costs, Amount: 1}}}, feebundle.ErrPart},
			"once for nothing":  {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: card}}}, feebundle.ErrBundle},
			"no quantity":       {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: bins}}}, feebundle.ErrBundle},
			"quantity of area":  {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: area, Quantity: 1}}}, feebundle.ErrBundle},
			"item of elsewhere": {feebundle.Bundle{Name: "甲", Parts: []feebundle.Part{{Item: 7}}}, fault.ErrNotFound},
		} {
			if _, err := w.app.Bundles.Create(ctx, w.who, w.project, test.b); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		b := w.bundle(feebundle.Part{Item: area})
		if _, err := w.app.Bundles.Create(ctx, w.who, w.project, feebundle.Bundle{Name: b.Name, Parts: b.Parts}); !errors.Is(err, feebundle.ErrName) {
			t.Errorf("the same name: %v", err)
		}
		b.Active = false
		b, err := w.app.Bundles.Edit(ctx, w.who, w.project, b)
		w.must(err)
		if _, err := w.app.Bundles.Give(ctx, w.who, w.project, feebundle.Giving{Bundle: b.ID, Version: b.Version, Place: toHouse(w, bundleDay)}); !errors.Is(err, feebundle.ErrRetired) {
			t.Errorf("retired: %v", err)
		}
		for text, want := range map[string]int{"业主": 1, "%": 0, "": 1} {
			l, err := w.app.Bundles.Bundles(ctx, w.app.DB.Reader(ctx), w.project, feebundle.Filter{Text: text})
			if err != nil || len(l.Items) != want {
				t.Errorf("search %q: %d, %v", text, len(l.Items), err)
			}
		}
	})
}

// A household is told which bundles its room got: by itself, its house or a
// rule, while they are not undone nor over.
func TestBundlesOfARoom(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		area := w.item("物业服务费", tariff.ByArea, 2_000_000)
		b := w.bundle(feebundle.Part{Item: area})
		ended := toRooms(20260501, w.rooms[1])
		ended.Until = 20260510
		w.give(b, ended)
		own, floor := w.give(b, toRooms(20260601, w.rooms[0])), w.give(b, feebundle.Place{Assignment: tariff.Assignment{Scope: tariff.ToRule, From: 20260601, Rule: tariff.Rule{Building: w.house, FloorFrom: 2}}})
		house := w.give(b, toHouse(w, 20260601)) // 102 is without it
		got := func(room id.ID) (out []id.ID) {
			list, named, err := w.app.Bundles.OfRoom(ctx, q, w.project, room)
			w.must(err)
			for i := range list {
				if out = append(out, list[i].ID); named[list[i].Bundle].Name != "新业主套餐" {
					t.Errorf("bundle %+v", named)
				}
			}
			return out
		}
		for n, want := range [][]id.ID{{house.ID, own.ID}, {house.ID}, {house.ID, floor.ID}, {house.ID, floor.ID}} {
			if list := got(w.rooms[n]); !slices.Equal(list, want) {
				t.Errorf("room %d got %v, want %v", n, list, want)
			}
		}
		w.undo(house)
		if list := got(w.rooms[1]); len(list) != 0 {
			t.Errorf("after the undo %v", list)
		}
		if _, _, err := w.app.Bundles.OfRoom(ctx, q, w.project, 7); !errors.Is(err, estate.ErrNoRoom) {
			t.Errorf("a room of nobody: %v", err)
		}
	})
}

// Who lacks what was put in later is found however long ago it was given.
func TestBundleGapsAreFoundInOldGivings(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		area, waste := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("垃圾清运费", tariff.Fixed, 10_000_000)
		b := w.bundle(feebundle.Part{Item: area})
		first := w.give(b, toRooms(20260601, w.rooms[0]))
		for range 201 {
			w.undo(w.give(b, toRooms(20260601, w.rooms[1])))
		}
		b.Parts = append(b.Parts, feebundle.Part{Item: waste})
		b, err := w.app.Bundles.Edit(t.Context(), w.who, w.project, b)
		w.must(err)
		gaps, err := w.app.Bundles.Gaps(t.Context(), w.app.DB.Reader(t.Context()), w.project, b.ID)
		if w.must(err); len(gaps) != 1 || gaps[0].Use.ID != first.ID {
			t.Errorf("%+v", gaps)
		}
	})
}

// The doctor names bundles that do not fit what they stand on.
func TestBundleDamageIsNamed(t *testing.T) {
	inBundleWorld(t, func(w *bundleWorld) {
		area, card := w.item("物业服务费", tariff.ByArea, 2_000_000), w.item("门禁卡", tariff.Once, 0)
		w.give(w.bundle(feebundle.Part{Item: area}, feebundle.Part{Item: card, Amount: 30_00}), toRooms(bundleDay, w.rooms[0]))
		broken := func() []string {
			list, err := w.app.Bundles.Broken(t.Context(), w.project)
			w.must(err)
			return list
		}
		if list := broken(); len(list) != 0 {
			t.Fatalf("sound, and yet %q", list)
		}
		for _, x := range [][2]string{
			{"UPDATE feebundle_made SET amount = amount + 1 WHERE charge_id <> 0", "UPDATE feebundle_made SET amount = amount - 1 WHERE charge_id <> 0"},
			{"UPDATE feebundle_made SET assignment_id = -assignment_id WHERE assignment_id <> 0", "UPDATE feebundle_made SET assignment_id = -assignment_id WHERE assignment_id <> 0"},
			{"UPDATE feebundle_part SET item_id = -item_id WHERE amount <> 0", "UPDATE feebundle_part SET item_id = -item_id WHERE amount <> 0"},
			{"UPDATE feebundle_effect SET item_id = -item_id WHERE amount <> 0", "UPDATE feebundle_effect SET item_id = -item_id WHERE amount <> 0"},
		} {
			run := func(sql string) {
				w.write(func(tx *db.Tx) error {
					_, err := tx.Exec(t.Context(), sql+" AND project_id = ?", w.project)
					return err
				})
			}
			run(x[0])
			if list := broken(); len(list) != 1 {
				t.Errorf("%s: named %q", x[0], list)
			}
			run(x[1])
		}
	})
}
