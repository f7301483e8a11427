package alipay_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/alipay"
	"linli/internal/outside/alipay/sim"
	"linli/internal/payment"
)

const (
	head    = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
	account = "#账号：[20886000000000010156]"
	first   = "2026112022001400000000000001\t,L7_A\t,交易\t,物业费,2026-11-20 23:59:01,2026-11-20 23:59:59,\t,\t,\t,\t,*三(159****5620)\t,250.60,250.00,0.00,0.00,0.00,0.60,0.00,,0.00\t,0.00,\t,-1.50,0.00,"
	back    = "2026112022001400000000000001\t,L7_A\t,退款\t,物业费,2026-11-20 23:59:01,2026-11-20 08:00:00,\t,\t,\t,\t,*三(159****5620)\t,-10.00,-10.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,R1\t,0.06,0.00,退多收的"
	end     = "#-----------------------------------------业务明细列表结束------------------------------------"
	sumPaid = "#交易合计：1笔，商家实收共250.00元，商家优惠共0.60元"
	sumBack = "#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元"
)

// B34, B35: a bill is read to the letter, or not at all when a sum, the day or the
// account is another.
func TestReadBill(t *testing.T) {
	file := func(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n" }
	change := func(from, to string) string {
		return strings.Replace(file("#支付宝业务明细查询", account, head, first, back, end, sumPaid, sumBack), from, to, 1)
	}
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"as published":           {change("", ""), true},
		"a comma in the goods":   {change(",物业费,", ",物业费,水费,"), true},
		"a comma in the remark":  {change("退多收的", "退,多收的"), true},
		"other order of columns": {strings.NewReplacer(head, "备注,"+strings.TrimSuffix(head, ",备注"), first, ","+strings.TrimSuffix(first, ","), back, "退,"+strings.TrimSuffix(back, ",退多收的")).Replace(change("", "")), true},
		"cut off":                {file(account, head, first, back), false},
		"a line is missing":      {file(account, head, first, end, sumPaid, sumBack), false},
		"without its sums":       {file(account, head, first, back, end), false},
		"another account":        {change("20886000000000010156", "20886000000000990156"), false},
		"no account":             {file(head, first, back, end, sumPaid, sumBack), false},
		"another amount":         {change("250.60,250.00", "250.60,250.01"), false},
		"another day":            {change("2026-11-20 23:59:59", "2026-11-21 00:00:00"), false},
		"no amount":              {change("250.60", "二百"), false},
		"three decimals":         {change("250.60", "250.605"), false},
		"a column is missing":    {change("订单金额（元）,", ""), false},
		"no time":                {change("2026-11-20 23:59:59", ""), false},
		"lines behind the end":   {change(sumPaid, first+"\r\n"+sumPaid), false},
		"nothing but an error":   {"<html>", false},
	} {
		var got []payment.BillLine
		totals, err := alipay.ReadBill(strings.NewReader(c.text), &payment.Merchant{Number: pid}, 20261120, func(l payment.BillLine) error { got = append(got, l); return nil })
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if !c.ok || err != nil {
			continue
		}
		if len(got) != 2 || totals != (payment.BillTotals{Lines: 2, Amount: 250_60, Back: 10_00, Fee: 144_000}) {
			t.Fatalf("%s: %+v, %+v", name, totals, got)
		}
		if l := got[0]; l.State != payment.BillPaid || l.Amount != 250_60 || l.Settled != 250_00 || l.Fee != 150_000 || l.Rate != 0 || l.Number != "L7_A" || l.Merchant != pid || clock.DateOf(l.At) != 20261120 {
			t.Errorf("%s: %+v", name, l)
		}
		if l := got[1]; l.State != payment.BillRefund || l.Back != 10_00 || l.Refund != "R1" || l.RefundNumber != "R1" || l.Amount != 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// The bill of the simulator, over HTTP in two steps.
func TestBillOfADay(t *testing.T) {
	now := clock.NewManual(clock.Date(20261120).Start().Add(23*time.Hour + 59*time.Minute))
	w := open(t, now)
	bill := func(day clock.Date) (payment.BillTotals, error) {
		n := 0
		totals, err := w.channel.Bill(t.Context(), w.m, day, func(payment.BillLine) error { n++; return nil })
		if err == nil && n != totals.Lines || err != nil && n > 0 {
			t.Errorf("told of %d lines, %+v, %v", n, totals, err)
		}
		return totals, err
	}
	for n, minutes := range []int{0, 2} { // one before and one after midnight
		now.Advance(time.Duration(minutes) * time.Minute)
		if err := w.sim.Alter(sim.Alteration{Bare: true, Merchant: pid, Number: []string{"PAPER0001", "PAPER0002"}[n], Total: 250_60}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bill(20261120); !errors.Is(err, payment.ErrBillAbsent) {
		t.Errorf("at midnight: %v", err)
	}
	if _, err := bill(20261121); !errors.Is(err, payment.ErrBillRefused) {
		t.Errorf("today: %v", err)
	}
	now.Set(clock.Date(20261121).Start().Add(10 * time.Hour))
	if got, err := bill(20261120); err != nil || got.Lines != 1 || got.Amount != 250_60 || got.Fee != 150_000 || len(got.Hash) != 64 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := bill(20261119); !errors.Is(err, payment.ErrBillAbsent) {
		t.Errorf("a day without payments: %v", err)
	}
	if err := w.sim.Alter(sim.Alteration{Number: "PAPER0001", Refund: 50_00}); err != nil {
		t.Fatal(err)
	}
	now.Set(clock.Date(20261122).Start().Add(10 * time.Hour))
	if got, err := bill(20261121); err != nil || got.Lines != 2 || got.Amount != 250_60 || got.Back != 50_00 {
		t.Errorf("with a refund: %+v, %v", got, err)
	}
	w.sim.Misbehave(sim.Faults{CutBills: true})
	if _, err := bill(20261121); !errors.Is(err, payment.ErrBillBroken) {
		t.Errorf("changed on the way: %v", err)
	}
	w.sim.Misbehave(sim.Faults{Busy: true})
	if _, err := bill(20261121); err == nil || errors.Is(err, payment.ErrBillRefused) {
		t.Errorf("busy: %v", err)
	}
}
