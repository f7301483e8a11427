package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
	"linli/internal/tariff"
)

// desk prepares what the office of the community needs before its first day.
func (d *demo) desk(ctx context.Context, first clock.Month) error {
	p := d.projects[0]
	_, err := d.app.Dunning.SetSetting(ctx, p.manager, p.id, dunning.Setting{DeadlineDays: 15, Contact: "李雪梅 0571-8600 1234",
		Objection: "请到服务中心（1 栋架空层）或打 0571-8600 1234 说明，我们 3 个工作日内书面答复，核查期间不再催缴，算错的当场更正。有困难可以申请分期。",
		Account:   "户名 杭州安和物业服务有限公司，账号 6100 0000 0000 0012 345（安和银行城西支行）"})
	if err != nil {
		return err
	}
	if err := errors.Join(d.rules(ctx, p, first), d.parcel(ctx, p, first)); err != nil {
		return err
	}
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		for _, name := range []string{"装修垃圾清运费", "门禁卡工本费"} {
			i, err := d.app.Tariff.CreateItem(ctx, tx, p.accountant, p.id, tariff.Item{Name: name, Basis: tariff.Once, Cycle: "month", StartMonth: 1,
				From: first.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
			if err != nil {
				return err
			}
			d.once = append(d.once, i.ID)
		}
		return nil
	})
}

// office is an afternoon of papers at the beginning of each month: letters to
// who is late, a waiver, single charges and corrections of records. Those of
// the last month wait for the visitor.
func (d *demo) office(ctx context.Context, m clock.Month, last bool) error {
	at := m.First().Start().Add(15 * time.Hour)
	if at.After(d.until) || len(d.projects[0].rooms) < 8 {
		return nil
	}
	d.clock.Set(at)
	p := d.projects[0]
	late, err := d.app.Dunning.Arrears(ctx, d.app.DB.Reader(ctx), p.id, dunning.ArrearsFilter{Request: page.Request{Limit: 8}, Days: 30})
	if err != nil {
		return err
	}
	rooms := []id.ID{}
	for _, a := range late.Items {
		rooms = append(rooms, a.Room)
	}
	for _, work := range []func() error{
		func() error { return d.hold(ctx, p, m) },
		func() error { return d.letters(ctx, p, rooms) },
		func() error { return d.waive(ctx, p, rooms, last) },
		func() error { return d.singles(ctx, p, m) },
		func() error { return d.correct(ctx, p, last) },
		func() error { return d.split(ctx, p, m, last) },
		func() error { return d.seldom(ctx, p, m) },
	} {
		if err := work(); err != nil {
			return fmt.Errorf("office in %s: %w", m, err)
		}
	}
	return nil
}

// hold takes a deposit from somebody who begins to renovate; half a year later
// a part of the first one is kept for a broken lift door.
func (d *demo) hold(ctx context.Context, p *project, m clock.Month) error {
	v := &visit{project: p, room: pick(d.late, p.rooms)}
	if m.Number()%3 == 0 {
		if err := d.deposit(ctx, v); err != nil {
			return err
		}
	}
	if m.Number() != 6 {
		return nil
	}
	held, err := d.app.Deposit.Deposits(ctx, p.id, deposit.Filter{Request: page.Request{Limit: 1}})
	if err != nil || len(held.Items) == 0 {
		return err
	}
	_, err = d.app.Deposit.Deduct(ctx, p.cashier, p.id, held.Items[0].ID, 300*money.OneYuan, "搬运建材撞坏电梯轿厢，按维修单扣", held.Items[0].Version)
	return err
}

// letters go to who is late; some are delivered, and two are called.
func (d *demo) letters(ctx context.Context, p *project, rooms []id.ID) error {
	list, err := d.app.Dunning.Issue(ctx, p.cashier, p.id, rooms, dunning.Reminder)
	if errors.Is(err, dunning.ErrNothing) {
		return nil
	}
	if err != nil {
		return err
	}
	today := clock.DateOf(d.clock.Now())
	for i, l := range list {
		switch i % 4 {
		case 0:
			_, err = d.app.Dunning.Deliver(ctx, p.cashier, p.id, l.ID, dunning.Event{Result: "signed"})
		case 1:
			_, err = d.app.Dunning.Deliver(ctx, p.cashier, p.id, l.ID, dunning.Event{Result: "left", Proof: fmt.Sprintf("照片 %s-%d", l.Number, i)})
		case 2:
			_, err = d.app.Dunning.Record(ctx, p.cashier, p.id, dunning.Event{Kind: dunning.Call, Room: l.Room, Result: "promised", PromiseDate: today.AddDays(12),
				PromiseAmount: l.Principal, Note: "说发工资后到前台交"})
		default:
			_, err = d.app.Dunning.Record(ctx, p.cashier, p.id, dunning.Event{Kind: dunning.Call, Room: l.Room, Result: "no_answer"})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// waive lets a household go free of one month of the common energy; the
// manager agrees, but to the one of the last month nobody has answered yet.
func (d *demo) waive(ctx context.Context, p *project, rooms []id.ID, last bool) error {
	if len(rooms) == 0 {
		return nil
	}
	open, err := d.app.Billing.Open(ctx, d.app.DB.Reader(ctx), p.id, rooms[len(rooms)-1:])
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.ItemName != "公共能耗费" {
			continue
		}
		return d.app.DB.Write(ctx, func(tx *db.Tx) error {
			w, err := d.app.LateFee.AskWaiver(ctx, tx, p.cashier, p.id, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: c.ID, Reason: "整月未入住，用电量为零", Proof: "供电局用电清单"})
			if err != nil || last {
				return err
			}
			_, err = d.app.LateFee.DecideWaiver(ctx, tx, p.manager, p.id, w.ID, true, "已核对清单，同意", w.Version)
			return err
		})
	}
	return nil
}

// singles charges two homes for what only they had, and takes a mistake back.
func (d *demo) singles(ctx context.Context, p *project, m clock.Month) error {
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		rubbish := billing.Single{Room: pick(d.late, p.rooms), Item: d.once[0], Month: m, Amount: 600 * money.OneYuan}
		if _, err := d.app.Adjust.Charge(ctx, tx, p.accountant, p.id, rubbish, "装修垃圾 2 车，按车收", "装修申请表第 "+m.String()+" 号"); err != nil {
			return err
		}
		card := billing.Single{Room: pick(d.late, p.rooms), Item: d.once[1], Month: m, Amount: 20 * money.OneYuan}
		doc, err := d.app.Adjust.Charge(ctx, tx, p.accountant, p.id, card, "补办门禁卡 1 张", "")
		if err != nil || m.Number()%4 != 0 {
			return err
		}
		_, err = d.app.Adjust.Red(ctx, tx, p.accountant, p.id, doc.Charge, doc.Amount, false, "录错房号，已在正确的房屋重新录入", "")
		return err
	})
}

// correct records what two households ask to have corrected; the manager
// decides, but not in the last month.
func (d *demo) correct(ctx context.Context, p *project, last bool) error {
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		for _, c := range []estate.Correction{
			{Kind: estate.TagRoom, Field: "layout", New: "三室一厅", AskedBy: "业主", Way: "visit", Reason: "一间改成了书房，户型与房产证附图一致"},
			{Kind: estate.TagRoom, Field: "state", New: estate.StateVacant, AskedBy: "业主的儿子", Way: "phone", Reason: "老人搬去同住，房屋空置"},
		} {
			c.Subject = pick(d.late, p.rooms)
			asked, err := d.app.Estate.AskCorrection(ctx, tx, p.cashier, p.id, c)
			if errors.Is(err, estate.ErrCorrectionSame) {
				continue
			}
			if err != nil {
				return err
			}
			if last {
				continue
			}
			yes, note := c.Field == "layout", "已核对房产证"
			if !yes {
				note = "上门看过，仍有人居住"
			}
			if _, err := d.app.Estate.DecideCorrection(ctx, tx, p.manager, p.id, asked.ID, asked.Version, yes, note); err != nil {
				return err
			}
		}
		return nil
	})
}

// today leaves on the desk what the visitor finds there: a notice, and refunds
// that wait for somebody's yes.
func (d *demo) today(ctx context.Context, last clock.Month) error {
	if at := d.until.Add(-2 * time.Hour); at.After(d.clock.Now()) {
		d.clock.Set(at)
	}
	if err := d.begin(ctx, last); err != nil {
		return err
	}
	_, err := d.app.Identity.PutNotice(ctx, actor.System("公司"), identity.Notice{Title: "月底对账安排", Until: clock.DateOf(d.until).AddDays(14),
		Body: "本月最后一个工作日 16 点前交班解款；财务次日核对渠道账单，对不上的当天处理。"})
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return errors.Join(d.bank(ctx), d.refunds(ctx), d.invoices(ctx))
}

// refunds asks for two small refunds of receipts that lie in closed shifts.
func (d *demo) refunds(ctx context.Context) error {
	p := d.projects[0]
	list, err := d.app.Cashier.Receipts(ctx, p.id, cashier.Filter{Request: page.Request{Limit: 60}, Until: clock.DateOf(d.until).AddDays(-3), Method: cashier.MethodTransfer})
	if err != nil {
		return err
	}
	reasons := []string{"重复转账，多收的一笔退回", "电梯停运期间的运行费退回"}
	for _, r := range list.Items {
		if len(reasons) == 0 {
			return nil
		}
		if r.State != cashier.StateValid || r.Amount < 100*money.OneYuan || r.Deposit != 0 {
			continue
		}
		_, err := d.app.Cashier.AskRefund(ctx, p.cashier, p.id, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 36 * money.OneYuan,
			Method: cashier.MethodTransfer, Account: "住户的工行卡，尾号 3306", Reason: reasons[0]})
		if err != nil {
			return fmt.Errorf("refund of %s: %w", r.Number, err)
		}
		reasons = reasons[1:]
	}
	return nil
}
