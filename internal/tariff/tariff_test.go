package tariff_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/tariff"
)

// world is one project with this room and what it stands on.
type world struct {
	*testing.T
	db      *db.DB
	tariff  *tariff.Service
	who     actor.Actor
	project id.ID
	block   id.ID
}

// each runs f on both engines. The tables of this room are made by the
// migrations of billing.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	tables := []db.Migrations{audit.Migrations(), file.Migrations(), estate.Migrations(), {Room: "ledger", FS: os.DirFS("../ledger/migrations")}, {Room: "billing", FS: os.DirFS("../billing/migrations")}}
	dbtest.Run(t, tables, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		a := audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
		homes := estate.New(estate.Deps{DB: d, Audit: a})
		w := &world{T: t, db: d, who: actor.System("测试"), tariff: tariff.New(tariff.Deps{DB: d, Audit: a, Files: file.New(file.Deps{DB: d, Dir: t.TempDir()}), Estate: homes})}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			p, err := homes.CreateProject(ctx, tx, w.who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
			if err != nil {
				return err
			}
			b, err := homes.CreateBuilding(ctx, tx, w.who, p.ID, estate.Building{Name: "1栋", Floors: 18})
			w.project, w.block = p.ID, b.ID
			return err
		})
		f(t, w)
	})
}

func (w *world) ctx() context.Context { return w.Context() }

func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return fn(w.ctx(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// item makes an item by month, by area when nothing else is said, that is
// assigned to nobody.
func (w *world) item(i tariff.Item) tariff.Item {
	w.Helper()
	i.Cycle, i.Advance, i.StartMonth, i.From, i.Unit, i.FirstMonth = "month", true, 1, 20250101, 1, tariff.Actual
	if i.Basis == "" {
		i.Basis = tariff.ByArea
	}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = w.tariff.CreateItem(ctx, tx, w.who, w.project, i)
		return err
	})
	return i
}

// charged gives an item a price and assigns it to the whole project.
func (w *world) charged(item id.ID, price money.Price) {
	w.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := w.tariff.AddRate(ctx, tx, w.who, w.project, tariff.Rate{Item: item, From: 20250110, Price: price, SourceKind: "contract", SourceText: "合同第六条"}); err != nil {
			return err
		}
		_, err := w.tariff.Assign(ctx, tx, w.who, w.project, tariff.Assignment{Item: item, Scope: tariff.ToProject, From: 20250101})
		return err
	})
}

func (w *world) plan(m clock.Month) *tariff.Plan {
	w.Helper()
	p, err := w.tariff.Plan(w.ctx(), w.db.Reader(w.ctx()), w.project, m)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// TestAPlanIsResolved: a month says which days count for a room, whatever
// scopes they came from, and what has no price is named.
func TestAPlanIsResolved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.item(tariff.Item{Name: "不收的"})
		i := w.item(tariff.Item{Name: "物业服务费"})
		w.charged(i.ID, 2_000_000)
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.tariff.Assign(ctx, tx, w.who, w.project, tariff.Assignment{Item: i.ID, Scope: tariff.ToBuilding, Target: w.block, Exempt: true, From: 20250211, Until: 20250220})
			return err
		})
		if p := w.plan(202501); len(p.Items) != 0 || len(p.Faults) != 1 || p.Faults[0].Item != i.ID {
			t.Errorf("nine days without a price: %+v", p)
		}
		p := w.plan(202502)
		if len(p.Items) != 1 || p.Items[0].Name != i.Name || p.Items[0].Due != 20250228 || len(p.Items[0].Months) != 1 {
			t.Fatalf("%+v", p)
		}
		m := &p.Items[0].Months[0]
		for name, c := range map[string]struct {
			room estate.BillingRoom
			own  []tariff.Assignment
			want int
		}{
			"elsewhere":       {estate.BillingRoom{ID: 1, Building: 7}, nil, 28},
			"the building":    {estate.BillingRoom{ID: 1, Building: w.block}, nil, 18},
			"handed over":     {estate.BillingRoom{ID: 1, Building: w.block, Handover: 20250221}, nil, 8},
			"charged himself": {estate.BillingRoom{ID: 1, Building: w.block}, []tariff.Assignment{{Scope: tariff.ToRoom, From: 20250101}}, 28},
		} {
			if got := m.Covered(&c.room, c.own).Count(); got != c.want {
				t.Errorf("%s: %d days, want %d", name, got, c.want)
			}
		}
	})
}

func TestMeteredItemsAreChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, bad := range []tariff.Item{
			{Name: "水费", Basis: tariff.Metered, Cycle: "month"},
			{Name: "水费", Basis: tariff.Metered, Meter: supply.Water, Cycle: "quarter"},
			{Name: "水费", Basis: tariff.Fixed, Meter: supply.Water, Cycle: "month"},
		} {
			bad.StartMonth, bad.From, bad.Unit, bad.FirstMonth = 1, 20250101, 1, tariff.Actual
			err := w.db.Write(w.ctx(), func(tx *db.Tx) error {
				_, err := w.tariff.CreateItem(w.ctx(), tx, w.who, w.project, bad)
				return err
			})
			if !errors.Is(err, tariff.ErrItem) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		i := w.item(tariff.Item{Name: "水费", Basis: tariff.Metered, Meter: supply.Water})
		err := w.db.Write(w.ctx(), func(tx *db.Tx) error {
			_, err := w.tariff.AskDiscount(w.ctx(), tx, w.who, w.project, tariff.Discount{Item: i.ID, Scope: tariff.ToProject, Kind: tariff.Percent, Keep: 9000,
				Since: 20250101, Reason: "老业主"})
			return err
		})
		if !errors.Is(err, tariff.ErrPassThrough) {
			t.Errorf("a discount on water: %v", err)
		}
		for from, fits := range map[clock.Date]bool{20250301: true, 20250302: false, 20250331: false} {
			r := tariff.Rate{Item: i.ID, From: from, Price: 3_450_000, SourceKind: "filing", SourceText: "发改价格〔2025〕3号"}
			err := w.db.Write(w.ctx(), func(tx *db.Tx) error {
				_, err := w.tariff.AddRate(w.ctx(), tx, w.who, w.project, r)
				return err
			})
			if errors.Is(err, tariff.ErrRate) == fits || fits && err != nil {
				t.Errorf("a price of water from %s: %v", from, err)
			}
		}
	})
}

func TestAnAssignmentThatCannotBeMeantIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.item(tariff.Item{Name: "卫生费", Basis: tariff.Fixed})
		q := w.item(tariff.Item{Name: "车位费", Basis: tariff.ByQuantity})
		for name, a := range map[string]tariff.Assignment{
			"no condition":      {Item: i.ID, Scope: tariff.ToRule},
			"a state unheard":   {Item: i.ID, Scope: tariff.ToRule, Rule: tariff.Rule{State: "asleep"}},
			"floors upside":     {Item: i.ID, Scope: tariff.ToRule, Rule: tariff.Rule{FloorFrom: 5, FloorTo: 2}},
			"areas upside":      {Item: i.ID, Scope: tariff.ToRule, Rule: tariff.Rule{AreaFrom: 5, AreaUntil: 2}},
			"no such tag":       {Item: i.ID, Scope: tariff.ToRule, Rule: tariff.Rule{Tag: 7}},
			"rule and project":  {Item: i.ID, Scope: tariff.ToProject, Rule: tariff.Rule{FloorFrom: 5}},
			"quantity of fixed": {Item: i.ID, Scope: tariff.ToProject, Quantity: 1},
			"no quantity":       {Item: q.ID, Scope: tariff.ToProject},
		} {
			a.From = clock.Date(20260901)
			err := w.db.Write(w.ctx(), func(tx *db.Tx) error {
				_, err := w.tariff.Assign(w.ctx(), tx, w.who, w.project, a)
				return err
			})
			if !errors.Is(err, tariff.ErrAssignment) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestNobodyApprovesTheirOwnDiscount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.item(tariff.Item{Name: "物业服务费"})
		asker, boss := actor.Actor{Account: 1, Name: "周敏"}, actor.Actor{Account: 2, Name: "陈立群"}
		var d tariff.Discount
		w.write(func(ctx context.Context, tx *db.Tx) error {
			var err error
			d, err = w.tariff.AskDiscount(ctx, tx, asker, w.project, tariff.Discount{Item: i.ID, Scope: tariff.ToProject, Kind: tariff.Percent,
				Keep: 9000, Since: 20260901, Reason: "开盘优惠"})
			return err
		})
		decide := func(who actor.Actor, approve bool, note string, version int) error {
			return w.db.Write(w.ctx(), func(tx *db.Tx) error {
				_, err := w.tariff.Decide(w.ctx(), tx, who, w.project, d.ID, approve, note, version)
				return err
			})
		}
		for _, test := range []struct {
			err  error
			want error
		}{
			{decide(asker, true, "", 1), tariff.ErrOwnDiscount},
			{decide(boss, true, "", 7), fault.ErrStale},
			{decide(boss, false, "", 1), tariff.ErrReason},
			{decide(boss, false, "没有文件", 1), nil},
			{decide(boss, true, "", 2), tariff.ErrDiscountState},
		} {
			if !errors.Is(test.err, test.want) {
				t.Errorf("got %v, want %v", test.err, test.want)
			}
		}
		w.charged(i.ID, 3_000_000)
		if p := w.plan(202609); p.Items[0].Discounts != nil {
			t.Error("a refused discount counts")
		}
	})
}
