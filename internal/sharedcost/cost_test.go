package sharedcost_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/sharedcost"
	"linli/internal/tariff"

	"pgregory.net/rapid"
)

// cost is an item with a document that shares out a total.
func (w *world) cost(c sharedcost.Cost) (sharedcost.Cost, error) {
	w.Helper()
	err := w.DB.Write(w.ctx(), func(tx *db.Tx) error {
		if c.Item == 0 {
			list, err := w.Tariff.Items(w.ctx(), tx, w.Project)
			if err != nil {
				return err
			}
			for _, i := range list {
				if i.Basis == tariff.Shared {
					c.Item = i.ID
				}
			}
		}
		if c.Item == 0 {
			i, err := w.Tariff.CreateItem(w.ctx(), tx, w.Who, w.Project, tariff.Item{Name: "电梯电费", Basis: tariff.Shared, Cycle: "month", StartMonth: 1,
				From: 20250101, Unit: 1, FirstMonth: tariff.Actual})
			if err != nil {
				return err
			}
			c.Item = i.ID
		}
		if c.Source == "" {
			c.Source = "电费发票 0001"
		}
		var err error
		c, err = w.shared.Create(w.ctx(), tx, w.Who, w.Project, c)
		return err
	})
	return c, err
}

func (w *world) releaseCost(c sharedcost.Cost) (sharedcost.Cost, error) {
	err := w.DB.Write(w.ctx(), func(tx *db.Tx) (err error) {
		c, err = w.shared.Release(w.ctx(), tx, w.Who, w.Project, c.ID, c.Version)
		return err
	})
	return c, err
}

func TestShareOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rooms := w.Rooms(estate.Room{Area: 8950, Floor: 1}, estate.Room{Area: 12030, Floor: 2}, estate.Room{Area: 15020, Floor: 3})
		w.Now.Set(clock.Date(20250131).Start())
		cost := sharedcost.Cost{Month: 202501, Weigh: billing.WeighArea, Total: 100000}
		c, err := w.cost(cost)
		if err != nil || c.Rooms != 3 {
			t.Fatalf("%+v: %v", c, err)
		}
		second, err := w.cost(cost)
		if err != nil {
			t.Fatal(err)
		}
		if len(w.Open(rooms...)) != 0 {
			t.Error("a draft is owed")
		}
		if c, err = w.releaseCost(c); err != nil {
			t.Fatal(err)
		}
		if _, err := w.releaseCost(c); !errors.Is(err, sharedcost.ErrState) {
			t.Errorf("released twice: %v", err)
		}
		if _, err := w.releaseCost(second); !errors.Is(err, sharedcost.ErrTwice) {
			t.Errorf("shared out twice: %v", err)
		}
		list := w.Open(rooms...)
		if len(list) != 3 || list[0].Amount != 24861 || list[1].Amount != 33417 || list[2].Amount != 41722 || w.Receivable() != 100000 {
			t.Fatalf("charges %+v, books %d", list, w.Receivable())
		}
		e, err := w.Billing.Explain(w.ctx(), w.DB.Reader(w.ctx()), w.Project, list[0].ID)
		if err != nil || !strings.Contains(strings.Join(e.Lines, "|"), "共同费用 1,000.00 元，由全项目的房屋按建筑面积分摊|本户 89.5 ÷ 合计 360 × 1,000.00 元 = 248.61 元") {
			t.Errorf("%v: %v", e.Lines, err)
		}
		w.check()
		if err := w.Settle(billing.Settlement{Charge: list[0].ID, Amount: 1}); err != nil {
			t.Fatal(err)
		}
		withdraw := func() error {
			return w.DB.Write(w.ctx(), func(tx *db.Tx) error {
				_, err := w.shared.Withdraw(w.ctx(), tx, w.Who, w.Project, c.ID, "总额抄错", c.Version)
				return err
			})
		}
		if err := withdraw(); !errors.Is(err, billing.ErrPaid) {
			t.Errorf("withdrawn though paid: %v", err)
		}
		err = w.DB.Write(w.ctx(), func(tx *db.Tx) error {
			return w.Billing.Unsettle(w.ctx(), tx, w.Project, []billing.Settlement{{Charge: list[0].ID, Amount: 1}})
		})
		if err := errors.Join(err, withdraw()); err != nil {
			t.Fatal(err)
		}
		if len(w.Open(rooms...)) != 0 || w.Receivable() != 0 {
			t.Error("withdrawn costs are still owed")
		}
		if _, err := w.releaseCost(second); err != nil {
			t.Errorf("after the withdrawal: %v", err)
		}
		w.check()
	})
}

func TestRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Rooms(estate.Room{Area: 8950, Floor: 1}, estate.Room{Floor: 1})
		w.Now.Set(clock.Date(20250131).Start())
		main := w.mainMeter(supply.Electricity)
		w.dial(main, 20250131, 100)
		for _, c := range []struct {
			cost sharedcost.Cost
			want error
		}{
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighArea, Total: 100}, sharedcost.ErrInvalid}, // a room without area
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighFloor, Total: 100}, sharedcost.ErrNoWeights},
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighHouse}, sharedcost.ErrInvalid},
			{sharedcost.Cost{Month: 202502, Weigh: billing.WeighHouse, Total: 100}, sharedcost.ErrInvalid},
			{sharedcost.Cost{Month: 202501, Weigh: "luck", Total: 100}, sharedcost.ErrInvalid},
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighUsage, Total: 100}, sharedcost.ErrInvalid},
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighUsage, Kind: supply.Electricity, Total: 100}, sharedcost.ErrNoWeights},
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighHouse, Kind: supply.Electricity, Main: 42, Price: 520_000}, meter.ErrNoReading},
			{sharedcost.Cost{Month: 202501, Weigh: billing.WeighHouse, Kind: supply.Electricity, Main: main}, sharedcost.ErrInvalid},
		} {
			if _, err := w.cost(c.cost); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v, expected %v", c.cost, err, c.want)
			}
		}
		if c, err := w.cost(sharedcost.Cost{Month: 202501, Weigh: billing.WeighHouse, Kind: supply.Electricity, Main: main, Price: 520_000}); err != nil || c.Total != 5200 {
			t.Errorf("loss %+v: %v", c, err)
		}
	})
}

// TestBroken sees parts that do not sum to the total, and charges that are not the parts'.
func TestBroken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Rooms(estate.Room{Area: 8950}, estate.Room{Area: 12030})
		w.Now.Set(clock.Date(20250131).Start())
		c, err := w.cost(sharedcost.Cost{Month: 202501, Weigh: billing.WeighArea, Total: 100000})
		if err == nil {
			c, err = w.releaseCost(c)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.check()
		for _, damage := range []string{"UPDATE billing_shared_part SET amount = amount + ? WHERE project_id = ? AND shared_id = ? AND weight = 895000",
			"UPDATE billing_shared SET total = total + ? WHERE project_id = ? AND id = ?"} {
			w.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, damage, 1, w.Project, c.ID)
				return err
			})
			if broken, err := w.shared.Broken(w.ctx(), w.Project); err != nil || len(broken) != 1 {
				t.Errorf("%s: %v %v", damage, broken, err)
			}
		}
		// Parts and total agree again; what is charged does not.
		if broken, err := w.shared.Broken(w.ctx(), w.Project); err != nil || len(broken) != 1 || !strings.Contains(broken[0], "总额 1000.01 元，各户合计 1000.01 元，应收合计 1000.00 元") {
			t.Errorf("%v %v", broken, err)
		}
	})
}

// TestSums: whatever the weights, the parts sum to the total, none is
// below its exact share by a fen or more, and the charges recompute.
func TestSums(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		list := make([]estate.Room, 9)
		for i := range list {
			list[i] = estate.Room{Area: 8950, Floor: i + 1}
		}
		rooms := w.Rooms(list...)
		w.Now.Set(clock.Date(20250131).Start())
		month := clock.Month(202001)
		rapid.Check(t, func(t *rapid.T) {
			month = month.Add(1)
			if month > 202501 {
				return
			}
			given, all := []sharedcost.Weight{}, int64(0)
			for _, r := range rooms {
				w := rapid.Int64Range(0, 5_000_000).Draw(t, "weight")
				given = append(given, sharedcost.Weight{Room: r, Weight: money.Qty(w)})
				all += w
			}
			if all == 0 {
				return
			}
			c, err := w.cost(sharedcost.Cost{Month: month, Weigh: billing.WeighGiven, Given: given, Total: money.Fen(rapid.Int64Range(1, 90_000_000).Draw(t, "total"))})
			if err != nil {
				t.Fatal(err)
			}
			if c, err = w.releaseCost(c); err != nil {
				t.Fatal(err)
			}
			parts, err := w.shared.Parts(w.ctx(), w.DB.Reader(w.ctx()), w.Project, c.ID, page.Request{Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			var sum money.Fen
			for _, p := range parts.Items {
				sum += p.Amount
				floor, err := money.MulDiv(int64(c.Total), int64(p.Weight), all, money.Down)
				if err != nil || int64(p.Amount) < floor || int64(p.Amount) > floor+1 {
					t.Fatal(fmt.Sprintf("%+v of %d: %v", p, c.Total, err))
				}
			}
			if sum != c.Total {
				t.Fatalf("parts sum to %d of %d", sum, c.Total)
			}
		})
		w.check()
	})
}
