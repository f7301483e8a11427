package demo

import (
	"context"
	"fmt"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// estates makes the three projects and imports their rosters.
func (d *demo) estates(ctx context.Context, first clock.Month) error {
	handover := clock.Date(20190618)
	for _, x := range []struct {
		p      estate.Project
		write  func(*register, clock.Date)
		draft  bool
		income money.Fen
	}{
		{estate.Project{Name: "翠湖花园", Kind: estate.KindResidential, Address: "杭州市西湖区翠湖路 88 号", LandArea: 5_820_000, BuiltArea: 13_400_000}, (*register).community, false, 290 * money.OneYuan},
		{estate.Project{Name: "青禾公寓", Kind: estate.KindApartment, Address: "杭州市拱墅区青禾街 12 号", LandArea: 620_000, BuiltArea: 1_280_000}, (*register).apartments, false, 172 * money.OneYuan},
		{estate.Project{Name: "江南国际中心", Kind: estate.KindOffice, Address: "杭州市上城区钱江路 1600 号", LandArea: 940_000, BuiltArea: 3_950_000}, (*register).tower, true, 4700 * money.OneYuan},
	} {
		var made estate.Project
		err := d.app.DB.Write(ctx, func(tx *db.Tx) error {
			var err error
			made, err = d.app.Estate.CreateProject(ctx, tx, actor.System("演示"), x.p)
			return err
		})
		if err != nil {
			return err
		}
		p := &project{id: made.ID, name: made.Name, leaveDraft: x.draft, income: x.income}
		list := newRegister(d.people)
		x.write(list, handover)
		if d.Small {
			list.rows = list.rows[:1+len(list.rows)/10]
		}
		if err := d.bring(ctx, p, list); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		d.projects = append(d.projects, p)
		d.say("%s：导入 %d 行，%d 个缴费户", p.name, len(list.rows)-1, len(p.rooms))
	}
	d.clock.Set(first.Add(-1).First().Start().Add(11 * time.Hour))
	return nil
}

// fee is one item of the demo.
type fee struct {
	project    int
	name       string
	basis      tariff.Basis
	cycle      tariff.Cycle
	price      money.Price
	formula    string
	kind, text string // legal source
	roomKind   string // only these rooms
}

func feesOf() []fee {
	yuan := money.Price(1_000_000)
	return []fee{
		{0, "物业服务费", tariff.ByArea, "month", 2_200_000, "", "contract", "前期物业服务合同第 12 条", ""},
		{0, "公共能耗费", tariff.Fixed, "month", 18 * yuan, "", "vote", "业主大会决定，按户分摊", ""},
		{0, "电梯运行费", tariff.ByFormula, "month", 0, "如果(楼层>2, (楼层-2)*1.5+6, 0.00+6)", "contract", "前期物业服务合同附件三", ""},
		{1, "公寓服务费", tariff.ByArea, "month", 3_500_000, "", "contract", "租赁服务协议", ""},
		{1, "宽带费", tariff.Fixed, "month", 50 * yuan, "", "contract", "租赁服务协议", ""},
		{2, "物业服务费", tariff.ByArea, "quarter", 16 * yuan, "", "contract", "写字楼物业服务合同", estate.RoomOffice},
		{2, "商铺物业费", tariff.ByArea, "month", 22 * yuan, "", "contract", "商铺物业服务合同", estate.RoomShop},
		{2, "空调能源费", tariff.ByFormula, "month", 0, "建筑面积*2.8+最大(0,楼层-12)*15", "contract", "能源服务协议", ""},
	}
}

// fees makes the items, and raises the community's price in the last month
// after a vote of the owners.
func (d *demo) fees(ctx context.Context, first, last clock.Month) error {
	for _, f := range feesOf() {
		p := d.projects[f.project]
		err := d.app.DB.Write(ctx, func(tx *db.Tx) error { return d.fee(ctx, tx, p, f, first, last) })
		if err != nil {
			return fmt.Errorf("%s %s: %w", p.name, f.name, err)
		}
	}
	return nil
}

func (d *demo) fee(ctx context.Context, tx *db.Tx, p *project, f fee, first, last clock.Month) error {
	item, err := d.app.Tariff.CreateItem(ctx, tx, p.accountant, p.id, tariff.Item{Name: f.name, Basis: f.basis, Cycle: f.cycle, Advance: true, StartMonth: 1,
		From: first.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
	if err != nil {
		return err
	}
	rate := tariff.Rate{Item: item.ID, From: first.First(), Price: f.price, Formula: f.formula, SourceKind: f.kind, SourceText: f.text}
	if _, err := d.app.Tariff.AddRate(ctx, tx, p.accountant, p.id, rate); err != nil {
		return err
	}
	if f.project == 0 && f.basis == tariff.ByArea {
		rate.From, rate.Price, rate.SourceKind = last.First(), 2_350_000, "vote"
		rate.SourceText = fmt.Sprintf("业主大会 %s 表决通过", last.Add(-2).First().AddDays(25))
		if _, err := d.app.Tariff.AddRate(ctx, tx, p.accountant, p.id, rate); err != nil {
			return err
		}
	}
	to := tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: first.First()}
	if f.roomKind != "" {
		to.Scope, to.Kind = tariff.ToKind, f.roomKind
	}
	_, err = d.app.Tariff.Assign(ctx, tx, p.accountant, p.id, to)
	return err
}

// transfers lets one home of the community change hands in the middle of the
// month.
func (d *demo) transfers(ctx context.Context, m clock.Month) error {
	p := d.projects[0]
	at := m.First().AddDays(14)
	if at.Start().After(d.until) || len(p.rooms) == 0 {
		return nil
	}
	home := pick(d.r, p.rooms)
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		who := actor.System("演示")
		list, err := d.app.Estate.Occupants(ctx, tx, p.id, home, 0, true)
		if err != nil {
			return err
		}
		for _, o := range list {
			if _, err := d.app.Estate.EndOccupant(ctx, tx, who, p.id, o.ID, at.AddDays(-1)); err != nil {
				return fmt.Errorf("old owner: %w", err)
			}
		}
		name, gender := d.people.person()
		sex := map[string]string{"男": "male", "女": "female"}[gender]
		buyer, err := d.app.Estate.CreatePerson(ctx, tx, who, p.id, estate.PersonInput{Name: name, Kind: estate.KindPerson, Gender: sex, Phone: d.people.phone(), IDNumber: d.people.idNumber(gender)})
		if err != nil {
			return fmt.Errorf("new owner: %w", err)
		}
		_, err = d.app.Estate.AddOccupant(ctx, tx, who, p.id, estate.Occupant{Room: home, Person: buyer, Part: estate.PartOwner, Since: at})
		return err
	})
}

// payers finds one room of each payer of a project.
func (d *demo) payers(ctx context.Context, project id.ID) ([]id.ID, error) {
	var out []id.ID
	seen := map[id.ID]bool{}
	err := d.app.Estate.StreamRooms(ctx, d.app.DB.Reader(ctx), project, estate.RoomFilter{}, func(r *estate.BillingRoom) error {
		if r.Payer != 0 && !seen[r.Payer] {
			seen[r.Payer] = true
			out = append(out, r.ID)
		}
		return nil
	})
	return out, err
}
