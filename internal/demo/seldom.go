package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"linli/internal/adjust"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/estate"
	"linli/internal/feebundle"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/sharedcost"
	"linli/internal/tariff"
	"linli/internal/termination"
)

// home is one of the homes that something seldom happens to, each another one.
func (p *project) home(n int) id.ID { return p.rooms[len(p.rooms)*n/16] }

// seldom is what an office has to do now and then; what comes in the last month
// waits for the visitor.
func (d *demo) seldom(ctx context.Context, p *project, m clock.Month) error {
	var err error
	switch clock.MonthOf(d.until).Sub(m) {
	case 9:
		who := p.accountant
		who.Grants = []actor.Grant{{Project: p.id, Role: "accountant", Permissions: []actor.Permission{adjust.PermCharge}}}
		_, err = d.app.Bundles.Give(ctx, who, p.id, feebundle.Giving{Bundle: d.bundle.ID, Version: d.bundle.Version,
			Place: feebundle.Place{Assignment: tariff.Assignment{Scope: tariff.ToRoom, From: m.Add(1).First()}, Rooms: p.rooms[len(p.rooms)/16 : len(p.rooms)/8]}})
	case 7:
		err = errors.Join(d.ahead(ctx, p, p.home(4)), d.ahead(ctx, p, p.home(5)))
	case 6:
		err = errors.Join(d.vacant(ctx, p, p.home(6), m, true), d.vacant(ctx, p, p.home(7), m, true))
	case 3:
		err = errors.Join(d.measure(ctx, p, p.home(9), -120), d.cared(ctx, p))
	case 2:
		err = errors.Join(d.end(ctx, p, p.home(4), m, true), d.amend(ctx, p, p.home(9), m))
	case 0:
		err = errors.Join(d.end(ctx, p, p.home(5), m, false), d.measure(ctx, p, p.home(10), 150), d.vacant(ctx, p, p.home(8), m, false))
	}
	return err
}

// rules are made before the first month: who pays a year at once pays less, and
// what pumps use is split over the first house.
func (d *demo) rules(ctx context.Context, p *project, first clock.Month) error {
	item, err := d.itemNamed(ctx, p, "物业服务费")
	if err != nil {
		return err
	}
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		asked, err := d.app.Tariff.AskDiscount(ctx, tx, p.accountant, p.id, tariff.Discount{Item: item, Scope: tariff.ToProject, Kind: tariff.Ahead, Keep: 9800, Months: 12,
			Since: first.First(), From: first.First(), Reason: "一次预缴全年 98 折，业主大会同意"})
		if err == nil {
			_, err = d.app.Tariff.Decide(ctx, tx, p.manager, p.id, asked.ID, true, "", asked.Version)
		}
		if err != nil {
			return err
		}
		pumps, err := d.app.Tariff.CreateItem(ctx, tx, p.accountant, p.id, tariff.Item{Name: "二次供水电费公摊", Basis: tariff.Shared, Cycle: "month", StartMonth: 1,
			From: first.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
		d.shared = pumps.ID
		return err
	})
}

func (d *demo) itemNamed(ctx context.Context, p *project, name string) (id.ID, error) {
	items, err := d.app.Tariff.Items(ctx, d.app.DB.Reader(ctx), p.id)
	if err != nil {
		return 0, err
	}
	for _, i := range items {
		if i.Name == name {
			return i.ID, nil
		}
	}
	return 0, fmt.Errorf("no item %s", name)
}

// parcel makes a bundle of what comes with a parking place.
func (d *demo) parcel(ctx context.Context, p *project, first clock.Month) error {
	parts := []feebundle.Part{}
	err := d.app.DB.Write(ctx, func(tx *db.Tx) error {
		monthly, err := d.app.Tariff.CreateItem(ctx, tx, p.accountant, p.id, tariff.Item{Name: "车位管理费", Basis: tariff.Fixed, Cycle: "month", Advance: true, StartMonth: 1,
			From: first.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		rate := tariff.Rate{Item: monthly.ID, From: first.First(), Price: 60_000_000, SourceKind: "contract", SourceText: "车位管理协议"}
		if _, err := d.app.Tariff.AddRate(ctx, tx, p.accountant, p.id, rate); err != nil {
			return err
		}
		card, err := d.app.Tariff.CreateItem(ctx, tx, p.accountant, p.id, tariff.Item{Name: "车位蓝牙卡工本费", Basis: tariff.Once, Cycle: "month", StartMonth: 1,
			From: first.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
		parts = []feebundle.Part{{Item: monthly.ID}, {Item: card.ID, Amount: 50 * money.OneYuan}}
		return err
	})
	if err == nil {
		d.bundle, err = d.app.Bundles.Create(ctx, p.accountant, p.id, feebundle.Bundle{Name: "地下车位套餐", Note: "每个车位每月 60 元，办卡一次 50 元", Parts: parts})
	}
	return err
}

// split shares out what the pumps of the first house used, once a quarter and
// in the last month.
func (d *demo) split(ctx context.Context, p *project, m clock.Month, last bool) error {
	if m.Number()%3 != 1 && !last {
		return nil
	}
	houses, err := d.app.Estate.Buildings(ctx, d.app.DB.Reader(ctx), p.id)
	if err != nil {
		return err
	}
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := d.app.Shared.Create(ctx, tx, p.accountant, p.id, sharedcost.Cost{Item: d.shared, Month: m, Where: sharedcost.Where{Building: houses[0].ID}, Weigh: billing.WeighHouse,
			Total: 386*money.OneYuan + money.Fen(m.Number())*17_30, Source: "电费发票 " + m.Add(-1).String() + "，水泵房分表"})
		if err != nil || last {
			return err
		}
		_, err = d.app.Shared.Release(ctx, tx, p.accountant, p.id, c.ID, c.Version)
		return err
	})
}

// ahead is somebody who pays a year at once.
func (d *demo) ahead(ctx context.Context, p *project, room id.ID) error {
	seat, err := d.app.Cashier.Seat(ctx, p.id, room)
	if err != nil {
		return err
	}
	q, err := d.app.Cashier.QuoteAhead(ctx, p.id, room, billing.AheadAsk{Months: 12})
	if err != nil {
		return err
	}
	_, err = d.app.Cashier.Receive(ctx, p.cashier, p.id, cashier.Taking{Room: room, ExpectedOwed: seat.Owed, ExpectedLate: &seat.LateOwed, Confirmed: true,
		Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total}, Pays: []cashier.Pay{{Method: cashier.MethodTransfer, Amount: seat.Owed + q.Total, Reference: "建行 880126"}}})
	d.receipts++
	return err
}

// vacant asks for less while a home stands empty.
func (d *demo) vacant(ctx context.Context, p *project, room id.ID, m clock.Month, decided bool) error {
	item, err := d.itemNamed(ctx, p, "物业服务费")
	if err != nil {
		return err
	}
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		asked, err := d.app.Tariff.AskDiscount(ctx, tx, p.cashier, p.id, tariff.Discount{Item: item, Scope: tariff.ToRoom, Target: room, Kind: tariff.Vacancy, Keep: 7000,
			Months: 1, Starts: tariff.AfterMonths, Since: m.First(), Reason: "全家外出，整月未入住", Proof: "空置登记表 " + m.String()})
		if err != nil || !decided {
			return err
		}
		_, err = d.app.Tariff.Decide(ctx, tx, p.manager, p.id, asked.ID, true, "已上门核对水表", asked.Version)
		return err
	})
}

// end gives months back to who has sold the home.
func (d *demo) end(ctx context.Context, p *project, room id.ID, m clock.Month, decided bool) error {
	list, err := d.app.Termination.Periods(ctx, d.app.DB.Reader(ctx), p.id, room)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.ItemName != "物业服务费" {
			continue
		}
		in := termination.Ask{Room: room, Run: x.Run, Item: x.Item, Used: max(0, m.Sub(x.From())), Policy: termination.Reprice, Method: cashier.MethodTransfer,
			Account: "住户的农行卡，尾号 7719", Reason: "房屋已出售，从下月起由新业主缴", Proof: "过户证明"}
		q, err := d.app.Termination.Quote(ctx, d.app.DB.Reader(ctx), p.id, room, x.Run, x.Item, in.Used, in.Policy)
		if err != nil {
			return err
		}
		in.Seen = q.Back.Refund
		doc, err := d.app.Termination.Ask(ctx, p.cashier, p.id, in)
		if err != nil || !decided {
			return err
		}
		if doc, err = d.app.Termination.Decide(ctx, p.manager, p.id, doc.ID, true, "", doc.Version); err != nil {
			return err
		}
		f, err := d.app.Cashier.Refund(ctx, p.id, doc.Parts[0].Refund)
		if err == nil {
			_, _, err = d.app.Cashier.PayRefund(ctx, p.cashier, p.id, f.ID, f.Version)
		}
		return err
	}
	return nil
}

// measure corrects the area of a home, in ㎡ ×10⁻².
func (d *demo) measure(ctx context.Context, p *project, room id.ID, by money.Area) error {
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := d.app.Estate.Room(ctx, tx, p.id, room)
		if err != nil {
			return err
		}
		area := r.Area + by
		_, err = d.app.Estate.EditRoom(ctx, tx, p.manager, p.id, room, estate.RoomEdit{Version: r.Version, Area: &area})
		return err
	})
}

// amend gives back what months with the wrong area had too much.
func (d *demo) amend(ctx context.Context, p *project, room id.ID, m clock.Month) error {
	in := correction.Ask{Room: room, Reason: "房产证面积比交付时登记的小，按房产证改", Proof: "不动产权证附图"}
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		err := d.app.Correct.Differences(ctx, tx, p.id, room-1, room, m.Add(-4), m, func(x *correction.Difference) error {
			if x.Amount() != 0 && strings.HasPrefix(x.ItemName, "物业") {
				in.Picks = append(in.Picks, correction.Pick{Item: x.Item, Month: x.Month, Seen: x.Amount()})
			}
			return nil
		})
		if err != nil || len(in.Picks) == 0 {
			return err
		}
		_, err = d.app.Correct.Make(ctx, tx, p.accountant, p.id, in)
		return err
	})
}
