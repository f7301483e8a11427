package wechat

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

const (
	head = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
	paid = "`2026-11-20 23:59:59,`wx1,`1900000109,`,`,`4200001,`L7-A,`o1,`NATIVE,`SUCCESS,`OTHERS,`CNY,`250.00,`0.60,`0,`0,`0.00,`0.00,`,`,`物业费, 十一月,`,`1.50000,`0.60%,`250.60,`0.00,`"
	back = "`2026-11-20 08:00:00,`wx1,`1900000109,`,`,`4200001,`L7-A,`o1,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000001,`R1,`10.00,`0.00,`ORIGINAL,`SUCCESS,`物业费,`,`-0.06000,`0.60%,`0.00,`10.00,`"
	sums = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
	told = "`2,`250.00,`10.00,`0.00,`1.44000,`250.60,`10.00"
)

// B34, B35: a bill is read to the letter, or not at all when a sum, the day or what
// is owed for it is another.
func TestReadBill(t *testing.T) {
	text := func(lines ...string) string { return "\ufeff" + strings.Join(lines, "\r\n") + "\r\n" }
	for name, c := range map[string]struct {
		file string
		ok   bool
	}{
		"as published":            {text(head, paid, back, sums, told), true},
		"refunds not counted":     {text(head, paid, back, sums, strings.Replace(told, "`2", "`1", 1)), true},
		"other order of columns":  {text("费率备注,"+strings.TrimSuffix(head, ",费率备注"), "`,"+strings.TrimSuffix(paid, ",`"), "`,"+strings.TrimSuffix(back, ",`"), sums, told), true},
		"without its sums":        {text(head, paid, back), false},
		"cut off":                 {text(head, paid, sums, told), false},
		"another amount":          {text(head, strings.Replace(paid, "250.60", "250.61", 1), back, sums, told), false},
		"another fee":             {text(head, strings.Replace(paid, "1.50000", "1.50001", 1), back, sums, told), false},
		"another day":             {text(head, strings.Replace(paid, "11-20 23:59:59", "11-21 00:00:00", 1), back, sums, told), false},
		"no amount":               {text(head, strings.Replace(paid, "250.60", "二百", 1), back, sums, told), false},
		"three decimals":          {text(head, strings.Replace(paid, "250.60", "250.605", 1), back, sums, told), false},
		"a column is missing":     {text(strings.Replace(head, "订单金额,申请", "申请", 1), paid, back, sums, told), false},
		"nothing but an error":    {`{"code":"SYSTEM_ERROR"}`, false},
		"a refund without number": {text(head, paid, strings.Replace(back, "`5000001", "`", 1), sums, told), false},
	} {
		var got []payment.BillLine
		totals, err := readBill(strings.NewReader(c.file), &payment.Merchant{Number: "1900000109"}, 20261120, func(l payment.BillLine) error { got = append(got, l); return nil })
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if !c.ok || err != nil {
			continue
		}
		if len(got) != 2 || totals != (payment.BillTotals{Lines: 2, Amount: 250_60, Back: 10_00, Fee: 144_000}) {
			t.Fatalf("%s: %+v, %+v", name, totals, got)
		}
		if l := got[0]; l.State != payment.BillPaid || l.Amount != 250_60 || l.Settled != 250_00 || l.Fee != 150_000 || l.Rate != 6000 || l.Number != "L7-A" || clock.DateOf(l.At) != 20261120 {
			t.Errorf("%s: %+v", name, l)
		}
		if l := got[1]; l.State != payment.BillRefund || l.Back != 10_00 || l.Refund != "5000001" || l.RefundNumber != "R1" || l.Amount != 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// The bill of the simulator, over HTTP in two steps.
func TestBillOfADay(t *testing.T) {
	now := clock.NewManual(clock.Date(20261120).Start().Add(23*time.Hour + 59*time.Minute))
	s, err := sim.Open(sim.Options{Clock: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	cred, err := s.Enrol("1900000109")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	c, err := New(Deps{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	m := payment.Merchant{Channel: "wechat", Number: cred.Number, App: cred.App, Serial: cred.Serial, PlatformSerial: cred.PlatformSerial, PlatformKey: cred.PlatformKey,
		PrivateKey: cred.PrivateKey, APIKey: cred.APIKey}
	bill := func(day clock.Date) (payment.BillTotals, error) {
		n := 0
		totals, err := c.Bill(t.Context(), m, day, func(payment.BillLine) error { n++; return nil })
		if err == nil && n != totals.Lines || err != nil && n > 0 {
			t.Errorf("told of %d lines, %+v, %v", n, totals, err)
		}
		return totals, err
	}
	for n, minutes := range []int{0, 2} { // one before and one after midnight
		now.Advance(time.Duration(minutes) * time.Minute)
		if err := s.Alter(sim.Alteration{Bare: true, Merchant: cred.Number, Number: []string{"PAPER-0001", "PAPER-0002"}[n], Total: 250_60}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bill(20261120); !errors.Is(err, payment.ErrBillNotReady) {
		t.Errorf("at midnight: %v", err)
	}
	now.Set(clock.Date(20261121).Start().Add(10 * time.Hour))
	if got, err := bill(20261120); err != nil || got.Lines != 1 || got.Amount != 250_60 || got.Fee != 25060*6 || len(got.Hash) != 40 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := bill(20261119); !errors.Is(err, payment.ErrNoBill) {
		t.Errorf("a day without payments: %v", err)
	}
	s.Misbehave(sim.Faults{TamperBills: true})
	if _, err := bill(20261120); !errors.Is(err, payment.ErrBillBroken) {
		t.Errorf("changed on the way: %v", err)
	}
	s.Misbehave(sim.Faults{Busy: true})
	if _, err := bill(20261120); !errors.Is(err, payment.ErrBillRefused) || !strings.Contains(err.Error(), "FREQUENCY_LIMITED") {
		t.Errorf("busy: %v", err)
	}
}
