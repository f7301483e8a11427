package cashier_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/id"
)

// plain is the text of a page without marks and blanks.
func plain(page string) string {
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]*>`).ReplaceAllString(page, "|")
	return regexp.MustCompile(`[|\s]*\|[|\s]*`).ReplaceAllString(page, "|")
}

func wantTexts(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, x := range texts {
		if !strings.Contains(plain(page), x) {
			t.Errorf("%q is not on the paper: %s", x, plain(page))
		}
	}
}

// B32: the first paper is the receipt, every other says 补打.
func TestPrint(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202609, 25380}, due{w.a, "物业服务费", 202610, 25380}, due{w.a, "物业服务费", 202611, 25380},
			due{w.b, "车位<管理>费", 202611, 6000})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: []cashier.Pay{
			{Method: cashier.MethodCash, Amount: 60000}, {Method: cashier.MethodTransfer, Amount: 40004}}, Tendered: 60100})
		mustBe(t, err, nil)
		b := w.serve(t)
		read := func(paper string) string {
			t.Helper()
			var out struct{ HTML string }
			b.call("POST", "/receipts/"+r.ID.String()+"/prints", `{"paper":"`+paper+`"}`, 200, &out)
			return out.HTML
		}
		view := func(paper string) string {
			t.Helper()
			code, text, head := b.send("GET", "/receipts/"+r.ID.String()+"/print"+paper, "teller", "", "")
			if code != 200 || head.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("print%s: %d %v %s", paper, code, head, text)
			}
			return text
		}
		wantTexts(t, view(""), "仅供查看，不作收据", "编号|SJ2026-000001|")
		roll := read("80")
		wantTexts(t, roll, "|翠湖花园|收款收据|", "编号|SJ2026-000001|", "房间|3栋101|", "交款人|林晓峰|", "时间|2026-11-21 09:00|",
			"物业服务费|761.40|2026-09 至 2026-11|", "253.8 元/月 × 3 个月|", "车位&lt;管理&gt;费|60.00|2026-11|3栋102，", "存入预存|178.64|",
			"合计|¥1,000.04|壹仟元零肆分|", "现金|600.00|转账|400.04|现金收|601.00|找零|1.00|", "预存余额|178.64|剩余欠费|0.00|收款人|李雪梅|", "安和物业服务有限公司|不作为发票使用")
		if strings.Contains(roll, "补打") || strings.Contains(roll, "作废") {
			t.Error("the first printing is marked")
		}
		w.now.Advance(time.Hour)
		sheet := read("a4")
		wantTexts(t, sheet, "补打 第 1 次 2026-11-21 10:00", "人民币（大写）　壹仟元零肆分|¥1,000.04|", "第一联　交款人留存", "第二联　收款单位记账", "沿此线裁开")
		wantTexts(t, view("?paper=241"), "仅供查看，不作收据")
		parts := read("241")
		wantTexts(t, parts, "补打 第 2 次", "|①存根　②交款人　③财务记账|", "人民币（大写）　壹仟元零肆分|¥1,000.04|", "收款方式　现金|600.00|　转账|400.04|")
		if !strings.Contains(parts, "@page { size: 241mm 93.1mm; margin: 0; }") || strings.Contains(parts, "第 1/") {
			t.Error("three rows stand on one sheet of 241 mm")
		}
		for name, page := range map[string]string{"80": roll, "a4": sheet, "241": parts} {
			for _, c := range regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgba?\(|gr[ae]y|opacity`).FindAllString(page, -1) {
				if c != "#000" && c != "#fff" {
					t.Errorf("%s prints in %s", name, c)
				}
			}
		}
		if !regexp.MustCompile(`@page \{ size: 80mm 1\d\dmm; margin: 0; \}`).MatchString(roll) || !strings.Contains(sheet, "@page { size: A4 portrait; margin: 0; }") {
			t.Error("page sizes are not there")
		}
		_, err = w.cashier.Void(t.Context(), w.teller(), w.project, r.ID, "收错一户")
		mustBe(t, err, nil)
		for _, paper := range []string{"80", "a4", "241"} {
			wantTexts(t, read(paper), "|作废|", "已由李雪梅作废（2026-11-21 10:00）：收错一户", "补打")
		}
	})
}

// A receipt of many rows takes a whole sheet per copy; partial payments and
// single months say so.
func TestPrintLong(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var list []due
		for i := range 7 {
			list = append(list, due{w.c, fmt.Sprintf("费用%d", i), 202611, 1000})
		}
		list = append(list, due{w.c, "垃圾清运费", 202609, 800})
		w.bill(t, list...)
		r, err := w.take(t, cashier.Taking{Room: w.c, Pays: cash(7799)})
		mustBe(t, err, nil)
		page, err := w.cashier.Print(t.Context(), w.teller(), w.project, r.ID, cashier.PaperA4)
		mustBe(t, err, nil)
		wantTexts(t, string(page.HTML), "|8|费用6|2026-11|", "部分缴纳，尚欠 0.01|9.99|", "剩余欠费　|0.01|")
		if strings.Contains(string(page.HTML), "沿此线裁开") || !strings.Contains(string(page.HTML), "counter(pages)") {
			t.Error("eight rows on half a sheet")
		}
		page, err = w.cashier.Print(t.Context(), w.teller(), w.project, r.ID, cashier.Paper241)
		mustBe(t, err, nil)
		if text := string(page.HTML); page.Prints != 2 || strings.Count(text, "<main>") != 2 || strings.Count(text, "¥77.99") != 1 || !strings.Contains(text, "第 2/2 页") || !strings.Contains(text, "合计见末页") {
			t.Errorf("eight rows on 241 mm: %s", plain(text))
		}
		_, err = w.cashier.Print(t.Context(), w.teller(), w.project, id.ID(1), cashier.Paper80)
		if err == nil {
			t.Error("printed a receipt that is not there")
		}
		_, err = w.cashier.Print(t.Context(), w.teller(), w.project, r.ID, "a5")
		mustBe(t, err, cashier.ErrPaper)
	})
}
