package card_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linli/internal/card"
	"linli/internal/cashier"
	"linli/internal/cashier/countertest"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

type world struct {
	*countertest.World
	card *card.Service
	day  clock.Date
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	countertest.Run(t, func(t *testing.T, c *countertest.World) {
		w := &world{c, card.New(card.Deps{DB: c.DB, Audit: c.Audit, Cashier: c.Cashier}), clock.DateOf(c.Now.Now())}
		f(t, w)
		w.Sound(t, w.card.Broken)
	}, card.Migrations())
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func swiped(amount money.Fen, reference, terminal, last4 string) cashier.Pay {
	return cashier.Pay{Method: cashier.MethodCard, Amount: amount, Reference: reference, Terminal: terminal, Last4: last4}
}

const header = "收单商户交易明细,,,,,,,,\n终端号,批次号,凭证号,参考号,卡号,交易金额,手续费,交易类型,交易日期时间\n"

// line is one of the acquirer's.
func (w *world) line(voucher, reference, last4 string, amount, kind string) string {
	return fmt.Sprintf("10086001,000012,%s,%s,622202******%s,%s,0.60,%s,%s 10:00:00\n", voucher, reference, last4, amount, kind, w.day)
}

func (w *world) load(t *testing.T, text string) card.Imported {
	t.Helper()
	got, err := w.card.Import(t.Context(), w.Teller(), w.Project, "x/po\u200bs.csv", strings.NewReader(text), int64(len(text)))
	if f := fault.As(err); f != nil {
		t.Fatal(err, f.Fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (w *world) differences(t *testing.T, state string) []card.Difference {
	t.Helper()
	list, err := w.card.Differences(t.Context(), w.Project, card.Filter{Request: page.Request{Limit: 100}, State: state})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list.Items, func(a, b card.Difference) int { return int(a.There+a.Here) - int(b.There+b.Here) })
	return list.Items
}

func (w *world) words(t *testing.T, state string) string {
	t.Helper()
	var out []string
	for _, d := range w.differences(t, state) {
		out = append(out, fmt.Sprintf("%s %s/%s", d.Kind, d.There.Yuan(), d.Here.Yuan()))
	}
	return strings.Join(out, "; ")
}

// Reference first, then terminal, voucher and amount; what is left is named,
// and the same file twice doubles nothing.
func TestCardFile(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.Take(t, w.A, swiped(100_00, "261121000001", "", ""))             // by reference
		w.Take(t, w.A, swiped(200_00, "000102", "10086001", "1234"))       // by terminal, voucher and amount
		w.Take(t, w.A, swiped(300_00, "261121000003", "10086001", ""))     // another amount there
		w.Take(t, w.C, swiped(400_00, "261121000004", "", ""))             // not there
		gone := w.Take(t, w.C, swiped(500_00, "261121000005", "", "5555")) // made void here and there
		kept := w.Take(t, w.C, swiped(600_00, "261121000006", "", ""))     // made void only here
		never := w.Take(t, w.C, swiped(700_00, "261121000007", "", ""))    // made void, never charged
		for _, r := range []id.ID{gone.ID, kept.ID, never.ID} {
			_, err := w.Cashier.Void(t.Context(), w.Teller(), w.Project, r, "刷错")
			mustBe(t, err, nil)
		}
		text := header + w.line("000101", "261121000001", "1111", "100.00", "消费") + w.line("102", "261121999999", "1234", "200.00", "消费") +
			w.line("000103", "261121000003", "3333", "301.00", "消费") + w.line("000105", "261121000005", "5555", "500.00", "消费") +
			w.line("000106", "261121000015", "5555", "500.00", "消费撤销") + w.line("000107", "261121000006", "6666", "600.00", "消费") +
			w.line("000108", "261121000008", "8888", "800.00", "消费") + w.line("000109", "261121000009", "9999", "90.00", "退货") +
			w.line("000110", "261121000010", "1010", "10.00", "消费") + w.line("000111", "261121000011", "1010", "-10.00", "消费撤销") + w.line("", "", "", "0.00", "余额查询")
		got := w.load(t, text)
		want := card.Imported{Name: "pos.csv", Rows: 11, New: 10, Other: 1, From: w.day, Until: w.day, Open: 5}
		if got != want {
			t.Errorf("%+v", got)
		}
		const odd = "refund 90.00/0.00; missing 0.00/400.00; amount 301.00/300.00; unknown 800.00/0.00; voided 600.00/600.00"
		if words := w.words(t, card.StateOpen); words != odd {
			t.Errorf("differs in %s", words)
		}
		if again := w.load(t, text); again.New != 0 || again.Known != 10 || again.Open != 5 || w.words(t, "") != odd {
			t.Errorf("the same file again: %+v, %s", again, w.words(t, ""))
		}
		d, err := w.card.Day(t.Context(), w.Project, w.only(t).ID)
		if err != nil || d.Lines != 10 || d.Amount != 2511_00 || d.Refunds != 600_00 || d.Fee != 6_00 || d.Open != 5 {
			t.Errorf("%+v, %v", d, err)
		}
		w.remedies(t)
		w.brokenByHand(t)
	})
}

// only is the one day that there is.
func (w *world) only(t *testing.T) card.Day {
	t.Helper()
	list, err := w.card.Days(t.Context(), w.Project, card.DayFilter{Request: page.Request{Limit: 5}})
	if err != nil || len(list.Items) != 1 || list.Items[0].Day != w.day {
		t.Fatalf("%+v, %v", list, err)
	}
	return list.Items[0]
}

// remedies deals with what differs, each in one of its ways.
func (w *world) remedies(t *testing.T) {
	t.Helper()
	ctx, who, list := t.Context(), w.Teller(), w.differences(t, card.StateOpen)
	refund, missing, unknown := list[0], list[1], list[3]
	_, err := w.card.Settle(ctx, who, w.Project, unknown.ID, card.RemedySettled, "x")
	mustBe(t, err, card.ErrRemedy)
	_, err = w.card.Settle(ctx, who, w.Project, missing.ID, card.RemedyHold, " ")
	mustBe(t, err, card.ErrNote)
	_, err = w.card.Receive(ctx, who, w.Project, missing.ID, card.Taking{Room: w.A})
	mustBe(t, err, card.ErrRemedy)
	in := card.Taking{Room: w.D, ExpectedOwed: w.Owed(t, w.D), Confirmed: true}
	got, err := w.card.Receive(ctx, who, w.Project, unknown.ID, in)
	if err != nil || got.State != card.StateDone || got.ReceiptNumber == "" || got.RoomLabel != "3栋202" {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = w.card.Receive(ctx, who, w.Project, unknown.ID, in)
	mustBe(t, err, card.ErrDone)
	r, err := w.Cashier.Receipt(ctx, w.DB.Reader(ctx), w.Project, got.Receipt)
	if err != nil || len(r.Pays) != 1 || r.Pays[0] != swiped(800_00, "261121000008", "10086001", "8888") {
		t.Errorf("%+v, %v", r.Pays, err)
	}
	if _, err = w.card.Settle(ctx, who, w.Project, refund.ID, card.RemedyForeign, "别的项目的"); err != nil {
		t.Error(err)
	}
	// What was put right at the counter is gone when the day is matched again.
	_, err = w.Cashier.Void(ctx, who, w.Project, missing.Receipt, "没刷成")
	mustBe(t, err, nil)
	d, err := w.card.Match(ctx, who, w.Project, w.only(t).ID)
	if err != nil || d.Open != 2 || d.Differences != 4 || w.words(t, card.StateGone) != "missing 0.00/400.00" {
		t.Errorf("%+v, %v, gone %s", d, err, w.words(t, card.StateGone))
	}
	_, err = w.card.Settle(ctx, who, w.Project, missing.ID, card.RemedyHold, "晚了")
	mustBe(t, err, card.ErrDone)
}

// brokenByHand changes rows beside the product; each is named.
func (w *world) brokenByHand(t *testing.T) {
	t.Helper()
	w.Sound(t, w.card.Broken)
	for _, x := range []struct{ do, undo, says string }{
		{"card_line SET amount = amount + 1 WHERE voucher = '000101'", "card_line SET amount = amount - 1 WHERE voucher = '000101'", "与导入时的内容不符"},
		{"card_line SET fee = 0 WHERE voucher = '000101'", "card_line SET fee = 60 WHERE voucher = '000101'", "校验码不符"},
		{"card_difference SET remedy = 'hold' WHERE remedy = 'foreign'", "card_difference SET remedy = 'foreign' WHERE remedy = 'hold'", "与操作日志不符"},
		{"card_difference SET state = 'open', remedy = '', done_by = 0 WHERE remedy = 'foreign'",
			"card_difference SET state = 'done', remedy = 'foreign', done_by = 11 WHERE kind = 'refund'", "又没有处理"},
		{"card_day SET amount = amount + 1", "card_day SET amount = amount - 1", "按明细为"},
	} {
		w.byHand(t, x.do)
		named, err := w.card.Broken(t.Context(), w.Project)
		if err != nil || !strings.Contains(strings.Join(named, "\n"), x.says) {
			t.Errorf("%s: %v, %v", x.do, named, err)
		}
		w.byHand(t, x.undo)
	}
}

func (w *world) byHand(t *testing.T, what string) {
	t.Helper()
	if err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(t.Context(), "UPDATE "+what)
		if err == nil && n != 1 {
			t.Errorf("%s: %d rows", what, n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// A refund by card is found days later by its card, and a file that comes in
// parts says the same as one.
func TestCardRefundLater(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		r := w.Take(t, w.C, swiped(500_00, "261121000005", "10086001", "5555"))
		_, err := w.GiveBack(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 200_00, Method: cashier.MethodCard, Account: "6222", Reason: "多收"})
		mustBe(t, err, nil)
		got := w.load(t, header+w.line("000105", "261121000005", "5555", "500.00", "消费"))
		if words := w.words(t, card.StateOpen); got.Open != 1 || words != "refund_missing 0.00/200.00" {
			t.Errorf("%+v, %s", got, words)
		}
		w.day = w.day.AddDays(2)
		if got = w.load(t, header+w.line("000007", "261123000001", "5555", "-200.00", "联机退货")); got.Open != 0 || w.words(t, card.StateOpen) != "" {
			t.Errorf("%+v, %s", got, w.words(t, ""))
		}
	})
}

func TestCardFileThatCannotBeRead(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		good := header + w.line("1", "2", "3333", "1.00", "消费")
		for name, text := range map[string]string{
			"no header": "a,b\n1,2\n", "no date": strings.Replace(good, w.day.String()+" 10:00:00", "昨天", 1), "no amount": strings.Replace(good, "1.00", "一元", 1),
			"nothing": header + w.line("1", "2", "3333", "1.00", "签到"),
		} {
			_, err := w.card.Import(t.Context(), w.Teller(), w.Project, "x.csv", strings.NewReader(text), int64(len(text)))
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
