package shift_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/money"
	"linli/internal/shift"
)

// wantTexts looks for texts on a page without its marks and blanks.
func wantTexts(t *testing.T, page string, texts ...string) {
	t.Helper()
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]*>`).ReplaceAllString(page, "|")
	page = regexp.MustCompile(`[|\s]*\|[|\s]*`).ReplaceAllString(page, "|")
	for _, x := range texts {
		if !strings.Contains(page, x) {
			t.Errorf("%q is not on the paper: %s", x, page)
		}
	}
}

// The report of a shift names what it holds, and only of a closed one.
func TestPrintShift(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		r := w.takeAs(t, me, w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 26000})
		gone := w.takeAs(t, me, w.c, cashier.Pay{Method: cashier.MethodCard, Amount: 700})
		_, err := w.cashier.Void(ctx, me, w.project, gone.ID, "刷错卡")
		mustBe(t, err, nil)
		_, err = w.shift.PrintShift(ctx, me, w.project, r.Shift)
		mustBe(t, err, shift.ErrShiftRuns)
		w.close(t, me)
		page, err := w.shift.PrintShift(ctx, me, w.project, r.Shift)
		mustBe(t, err, nil)
		wantTexts(t, string(page), "收款交班单", "安和物业服务有限公司　翠湖花园", "RJ2026-000001", "李雪梅", "SJ2026-000001 至 SJ2026-000002，本班 2 张，作废 1 张",
			"现金|1|260.00|0|0.00|0|0.00|260.00", "刷卡|1|7.00|0|0.00|1|7.00|0.00", "收进合计|267.00|0.00|7.00|260.00", "物业服务费|1|253.80", "存入预存|1|6.20",
			"应有现金|260.00", "账款相符", "人民币（大写）贰佰陆拾元整", "SJ2026-000002|3栋201|7.00", "刷错卡", "重新点过 1 次", "收费员签字", "操作日志 第 ")
	})
}

// A red receipt counts in the shift of who pays it out, and stands on its report.
func TestRedInShift(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		w.bill(t, due{w.a, "物业服务费", 202611, 25060})
		r := w.takeAs(t, me, w.a, cash(30000)...)
		red := cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: r.ID, Reason: "收错房屋"}
		_, err := w.cashier.AskRefund(ctx, me, w.project, red)
		mustBe(t, err, cashier.ErrStillOpen)
		w.close(t, me)
		_, err = w.cashier.Void(ctx, me, w.project, r.ID, "晚了")
		mustBe(t, err, cashier.ErrHandedOver)
		_, minus, err := w.giveBack(t, red)
		mustBe(t, err, nil)
		if minus.Shift == r.Shift {
			t.Errorf("red receipt %+v is in the shift that was handed over", minus)
		}
		sh, err := w.shift.Shift(ctx, w.second(), w.project, minus.Shift)
		mustBe(t, err, nil)
		if sh.Income() != -30000 || sh.Expected != -30000 {
			t.Errorf("shift of the red receipt %+v", sh)
		}
		mine, _, err := w.shift.CurrentShift(ctx, me, w.project)
		mustBe(t, err, nil)
		none := money.Fen(0)
		_, err = w.shift.CountShift(ctx, me, w.project, mine.ID, &none, nil)
		mustBe(t, err, nil)
		_, err = w.shift.CloseShift(ctx, me, w.project, mine.ID, shift.Closing{Count: 1, Reason: "从备用金付的"})
		mustBe(t, err, nil)
		paper, err := w.shift.PrintShift(ctx, me, w.project, mine.ID)
		if err != nil || !strings.Contains(string(paper), minus.Number) || !strings.Contains(string(paper), "王经理：收错房屋") {
			t.Errorf("paper of the shift: %v\n%s", err, paper)
		}
	})
}

// Money that came in and money that went back stand apart, on what is read and
// on the paper, of a shift that runs and of one that was closed; the drawer is
// still held against what is left of both.
func TestRefundsApartFromTakings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		w.bill(t, due{w.a, "物业服务费", 202611, 25060})
		first := w.takeAs(t, me, w.a, cash(25060)...)
		w.close(t, me)
		w.takeAs(t, me, w.c, cash(10000)...)
		w.takeAs(t, me, w.c, cash(5000)...)
		w.takeAs(t, me, w.c, cashier.Pay{Method: cashier.MethodCard, Amount: 800})
		_, minus, err := w.giveBack(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: first.ID, Amount: 6000, Method: cashier.MethodCash, Reason: "多收"})
		mustBe(t, err, nil)
		apart := func(sh shift.Shift) {
			t.Helper()
			want := []cashier.ShiftSum{{Method: cashier.MethodCard, Receipts: 1, Amount: 800},
				{Method: cashier.MethodCash, Receipts: 3, Amount: 9000, Refunds: 1, Refunded: 6000}}
			if !slices.Equal(sh.Sums, want) || sh.Expected != 9000 || sh.Income() != 9800 || sh.Money().Refunded != 6000 {
				t.Errorf("%s shift %+v, expected %d", sh.State, sh.Sums, sh.Expected)
			}
		}
		open, err := w.shift.Shift(ctx, w.second(), w.project, minus.Shift)
		mustBe(t, err, nil)
		apart(open)
		w.close(t, me)
		shut, err := w.shift.Shift(ctx, me, w.project, minus.Shift)
		mustBe(t, err, nil)
		apart(shut)
		page, err := w.shift.PrintShift(ctx, me, w.project, minus.Shift)
		mustBe(t, err, nil)
		wantTexts(t, string(page), "现金|2|150.00|1|60.00|0|0.00|90.00", "刷卡|1|8.00|0|0.00|0|0.00|8.00", "收进合计|158.00|60.00|0.00|98.00",
			"加：收现金|150.00|减：付出的退款|60.00|减：作废退回|0.00|应有现金|90.00")
	})
}
