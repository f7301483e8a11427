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
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/sharedcost"
)

// block makes a building with units, each with the same rooms; the room that was
// given as unit 0 stands in none.
func (w *world) block(name string, rooms ...string) (id.ID, map[string]id.ID) {
	w.Helper()
	var building id.ID
	out := map[string]id.ID{}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		b, err := w.Estate.CreateBuilding(ctx, tx, w.Who, w.Project, estate.Building{Name: name})
		if err != nil {
			return err
		}
		building = b.ID
		units := map[string]id.ID{"": 0}
		list := make([]estate.Room, len(rooms))
		for i, r := range rooms {
			unit, room, found := strings.Cut(r, "-")
			if !found {
				unit, room = "", r
			}
			if _, ok := units[unit]; !ok {
				u, err := w.Estate.CreateUnit(ctx, tx, w.Who, w.Project, b.ID, unit)
				if err != nil {
					return err
				}
				units[unit] = u.ID
			}
			list[i] = estate.Room{Building: b.ID, Unit: units[unit], Name: room, Area: 10000, Floor: 1}
		}
		if err := w.Estate.CreateRooms(ctx, tx, w.Who, w.Project, list); err != nil {
			return err
		}
		for i := range list {
			out[rooms[i]] = list[i].ID
		}
		return nil
	})
	return building, out
}

func (w *world) paste(building id.ID, lines ...string) sharedcost.Pasted {
	w.Helper()
	return w.pasteIn(sharedcost.Where{Building: building}, lines...)
}

func (w *world) pasteIn(where sharedcost.Where, lines ...string) sharedcost.Pasted {
	w.Helper()
	p, err := w.shared.Paste(w.ctx(), w.DB.Reader(w.ctx()), w.Project, where, strings.Join(lines, "\n"))
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// TestPaste reads every usual way to write two columns.
func TestPaste(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, three := w.block("3", "1-101", "1-102", "2-101", "2-102")
		w.block("4", "底商03")
		p := w.paste(0, "房号\t权重", "3-1-101\t1.5", "", "３栋１单元１０２，１，２３４．５", "3栋 2单元 101 2", "3-2-102、0.25\r", " 4栋底商03 , 0 ")
		want := "3栋1单元101=1.5 3栋2单元101=2 3栋2单元102=0.25 4栋底商03=0"
		got := []string{}
		for _, x := range p.Weights {
			got = append(got, x.Label+"="+x.Weight.Weight.String())
		}
		if s := strings.Join(got, " "); s != want || p.Sum != 37500 || p.Weights[1].Room != three["2-101"] {
			t.Errorf("%s, sum %s", s, p.Sum)
		}
		// 1,234.5 behind a comma may be two columns more; a tab leaves no doubt.
		if len(p.Faults) != 1 || p.Faults[0].Line != 4 || !strings.Contains(p.Faults[0].Why, "分不清哪个逗号") {
			t.Errorf("%+v", p.Faults)
		}
		// A weight of 0 bears nothing, either.
		if p.Without != 2 || strings.Join(p.Names, " ") != "3栋1单元102 4栋底商03" {
			t.Errorf("%d without: %v", p.Without, p.Names)
		}
		if p = w.paste(0, "3-1-101\t1,234.5", "3-1-102\t225.00000"); len(p.Faults) != 0 || p.Sum != 14_595_000 {
			t.Errorf("%+v", p)
		}
	})
}

// TestPasteFaults names each line that cannot be understood by its number.
func TestPasteFaults(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.block("3", "1-101", "1-102", "2-101", "2-102")
		for text, why := range map[string]string{
			"9-9-999\t1":            "没有这间房；请写全楼栋-单元-房号",
			"101\t1":                "没有这间房；请写全楼栋-单元-房号",
			"陈建国\t1":                "没有这间房",
			"3-1-101":               "没有权重",
			",":                     "没有权重",
			"\t5":                   "没有权重",
			"3-1-101\t一半":           "“一半”不是权重",
			"3-1-101\t1e3":          "“1e3”不是权重",
			"3-1-101\t12%":          "“12%”不是权重",
			"3-1-101\t-1":           "权重不能是负数",
			"3-1-101\t−1":           "权重不能是负数",
			"3-1-101\t47,5":         "“47,5”里的逗号分不清是千分位还是小数点",
			"3-1-101 47,5":          "没有这间房",
			"3-1-101 1,234":         "分不清哪个逗号",
			"3-1-101,1,234":         "分不清哪个逗号",
			"3-1-101\t0.33333":      "小数超过 4 位",
			"3-1-101\t100000000.01": "权重最大 100,000,000",
			"3-1-101\t10000000000":  "权重最大 100,000,000",
			"3-1-101\t1.2.3":        "不是权重",
			"3-1-101\t1\t2":         "这一行有 3 列",
			"3-1-101,1 234":         "不是权重",
		} {
			p := w.paste(0, "3-2-102 1", "", text)
			if len(p.Faults) != 1 || p.Faults[0].Line != 3 || !strings.Contains(p.Faults[0].Why, why) || len(p.Weights) != 1 {
				t.Errorf("%q: %+v, expected %s", text, p, why)
			}
		}
		if p := w.paste(0, "三栋一单元一〇一室\t五", "3-2-102 1"); len(p.Faults) != 1 || p.Faults[0].Line != 1 {
			t.Errorf("a first line that is no title: %+v", p)
		}
		p := w.paste(0, "3-1-101 1", "3-2-101 2", "3栋1单元101室\t3")
		if len(p.Faults) != 1 || p.Faults[0].Line != 3 || p.Faults[0].Why != "和第 1 行是同一间房 3栋1单元101" || p.Sum != 30000 {
			t.Errorf("%+v", p)
		}
		lines := make([]string, 5001)
		for i := range lines {
			lines[i] = fmt.Sprintf("3-1-%d 1", i)
		}
		_, err := w.shared.Paste(w.ctx(), w.DB.Reader(w.ctx()), w.Project, sharedcost.Where{}, strings.Join(lines, "\n"))
		if !errors.Is(err, sharedcost.ErrLines) || !strings.Contains(err.Error(), "现在有 5001 行") {
			t.Errorf("5001 lines: %v", err)
		}
		if p := w.paste(0, lines[:5000]...); len(p.Faults)+len(p.Weights) != 5000 {
			t.Errorf("%d faults, %d weights", len(p.Faults), len(p.Weights))
		}
	})
}

// TestPasteInside finds rooms of the chosen building without its name, and says
// which stand outside of it.
func TestPasteInside(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		three, rooms := w.block("3", "1-101", "1-102", "2-101", "2-202")
		w.block("2", "1-301", "201", "202")
		p := w.paste(three, "1-101 1", "2单元101 2", "3栋1单元102 3")
		if len(p.Faults) != 0 || p.Without != 1 || p.Names[0] != "3栋2单元202" || len(p.Weights) != 3 || p.Weights[1].Room != rooms["2-101"] {
			t.Errorf("%+v", p)
		}
		if p = w.paste(three, "202 4"); len(p.Weights) != 1 || p.Weights[0].Room != rooms["2-202"] {
			t.Errorf("%+v", p)
		}
		for text, why := range map[string]string{
			"101":     "2 间房都可以这样写：3栋1单元101、3栋2单元101；请写全",
			"3-101":   "2 间房都可以这样写",
			"2-202":   "2 间房都可以这样写：3栋2单元202、2栋202；请写全", // 2单元202 here, 2栋202 there
			"2-1-301": "2栋1单元301 不在3栋",
			"1-999":   "3栋里没有这间房",
			"3栋":      "3栋里没有这间房",
		} {
			if p := w.paste(three, text+"\t1"); len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Why, why) {
				t.Errorf("%q: %+v, expected %s", text, p, why)
			}
		}
		if _, err := w.shared.Paste(w.ctx(), w.DB.Reader(w.ctx()), w.Project, sharedcost.Where{Building: 42}, "101 1"); !errors.Is(err, estate.ErrNoBuilding) {
			t.Errorf("a building that is not there: %v", err)
		}
	})
}

// TestUnit: a cost of one unit is borne by its rooms alone, and weights of others are refused.
func TestUnit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		three, rooms := w.block("3", "1-101", "1-102", "2-101", "2-102", "商铺1")
		two, _ := w.block("2", "1-301")
		w.Now.Set(clock.Date(20250131).Start())
		units, err := w.Estate.Units(w.ctx(), w.DB.Reader(w.ctx()), w.Project, three)
		if err != nil || len(units) != 2 {
			t.Fatalf("%+v: %v", units, err)
		}
		unit := sharedcost.Where{Building: three, Unit: units[1].ID}
		c, err := w.cost(sharedcost.Cost{Month: 202501, Where: unit, Weigh: billing.WeighHouse, Total: 101})
		if err != nil || c.Rooms != 2 || c.Where != unit {
			t.Fatalf("%+v: %v", c, err)
		}
		if c, err = w.releaseCost(c); err != nil {
			t.Fatal(err)
		}
		mine, all := w.Open(rooms["2-101"], rooms["2-102"]), w.Open(rooms["1-101"], rooms["1-102"], rooms["2-101"], rooms["2-102"], rooms["商铺1"])
		if len(mine) != 2 || len(all) != 2 || mine[0].Amount+mine[1].Amount != 101 {
			t.Errorf("%d charges of the unit, %d of all", len(mine), len(all))
		}
		for _, m := range mine {
			if e, err := w.Billing.Explain(w.ctx(), w.DB.Reader(w.ctx()), w.Project, m.ID); err != nil || e.Lines[0] != "共同费用 1.01 元，由3栋2单元的房屋按户数分摊" {
				t.Errorf("%q: %v", e.Lines, err)
			}
		}
		l, err := w.shared.Costs(w.ctx(), w.DB.Reader(w.ctx()), w.Project, page.Request{Limit: 10})
		if err != nil || len(l.Items) != 1 || l.Items[0].Where != unit {
			t.Errorf("%+v: %v", l, err)
		}
		w.check()

		p := w.pasteIn(unit, "101 1", "2-102 2")
		if len(p.Faults) != 0 || p.Without != 0 || p.Weights[0].Room != rooms["2-101"] {
			t.Errorf("%+v", p)
		}
		p = w.pasteIn(unit, "3-1-101 1", "3栋商铺1 1", "105 1")
		if len(p.Faults) != 3 || p.Faults[0].Why != "3栋1单元101 不在3栋2单元" || p.Faults[1].Why != "3栋商铺1 不在3栋2单元" || p.Faults[2].Why != "3栋2单元里没有这间房" {
			t.Errorf("%+v", p.Faults)
		}
		// 5-301 is room 301 of building 5, which is here, or that of unit 5 beside.
		five, _ := w.block("5", "5-301", "6-301")
		units, err = w.Estate.Units(w.ctx(), w.DB.Reader(w.ctx()), w.Project, five)
		if err != nil {
			t.Fatal(err)
		}
		p = w.pasteIn(sharedcost.Where{Building: five, Unit: units[1].ID}, "5-301 1", "301 1")
		if len(p.Faults) != 1 || !strings.HasPrefix(p.Faults[0].Why, "2 间房都可以这样写：5栋5单元301、5栋6单元301") || len(p.Weights) != 1 || p.Weights[0].Label != "5栋6单元301" {
			t.Errorf("%+v", p)
		}
		for _, x := range []struct {
			where sharedcost.Where
			want  error
		}{
			{unit, sharedcost.ErrGivenOutside},
			{sharedcost.Where{Building: two, Unit: units[1].ID}, estate.ErrNoUnit},
			{sharedcost.Where{Unit: units[1].ID}, estate.ErrNoBuilding},
			{sharedcost.Where{Building: 42}, estate.ErrNoBuilding},
		} {
			_, err := w.cost(sharedcost.Cost{Month: 202501, Where: x.where, Weigh: billing.WeighGiven, Total: 100, Given: []sharedcost.Weight{{Room: rooms["1-101"], Weight: 1}}})
			if !errors.Is(err, x.want) {
				t.Errorf("%+v: %v, expected %v", x.where, err, x.want)
			}
			if _, err := w.shared.Paste(w.ctx(), w.DB.Reader(w.ctx()), w.Project, x.where, "101 1"); x.want != sharedcost.ErrGivenOutside && !errors.Is(err, x.want) {
				t.Errorf("paste into %+v: %v, expected %v", x.where, err, x.want)
			}
		}
	})
}

// TestStrangers: a weight of a room that bears nothing of the cost is refused, not dropped.
func TestStrangers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		three, rooms := w.block("3", "1-101", "1-102")
		_, others := w.block("2", "1-301", "1-302")
		w.Now.Set(clock.Date(20250131).Start())
		a, b, c := rooms["1-101"], rooms["1-102"], others["1-301"]
		give := func(list ...id.ID) []sharedcost.Weight {
			out := []sharedcost.Weight{}
			for _, r := range list {
				out = append(out, sharedcost.Weight{Room: r, Weight: 10_000})
			}
			return out
		}
		for _, x := range []struct {
			building id.ID
			given    []sharedcost.Weight
			want     error
			says     string
		}{
			{three, give(a, c, others["1-302"]), sharedcost.ErrGivenOutside, "2 间房不在3栋：2栋1单元301、2栋1单元302；"},
			{0, give(a, 42), sharedcost.ErrGivenUnknown, "1 间房不在本项目：编号 42"},
			{three, give(42, c), sharedcost.ErrGivenUnknown, "1 间房不在本项目：编号 42"},
			{0, give(a, b, a), sharedcost.ErrGivenTwice, "3栋1单元101给了不止一个权重"},
			{0, []sharedcost.Weight{{Room: a, Weight: -1}}, sharedcost.ErrInvalid, ""},
			{0, nil, sharedcost.ErrNoWeights, ""},
		} {
			_, err := w.cost(sharedcost.Cost{Month: 202501, Where: sharedcost.Where{Building: x.building}, Weigh: billing.WeighGiven, Total: 100, Given: x.given})
			if !errors.Is(err, x.want) || !strings.Contains(err.Error(), x.says) {
				t.Errorf("%+v: %v", x.given, err)
			}
		}
		if _, err := w.cost(sharedcost.Cost{Month: 202501, Weigh: billing.WeighHouse, Total: 100, Given: give(a)}); !errors.Is(err, sharedcost.ErrInvalid) {
			t.Errorf("weights that nothing is split by: %v", err)
		}
		doc, err := w.cost(sharedcost.Cost{Month: 202501, Where: sharedcost.Where{Building: three}, Weigh: billing.WeighGiven, Total: 100,
			Given: []sharedcost.Weight{{Room: a, Weight: 10_000}, {Room: b, Weight: 20_000}}})
		if err != nil || doc.Rooms != 2 || doc.Weights != money.Qty(30_000) {
			t.Errorf("%+v: %v", doc, err)
		}
	})
}
