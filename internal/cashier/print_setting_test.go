package cashier_test

import (
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/kit/fault"
)

// TestPrintSetting: texts of a project stand on every paper, are seen before
// they are saved, and are texts only.
func TestPrintSetting(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(25380)})
		mustBe(t, err, nil)
		mine := cashier.PrintSetting{Header: " 翠湖<b>服务</b>中心 ", Footer: "周一至周日 8:30–18:00", Phone: "0571-8765 4321 转 2", StampRoll: true}
		for _, paper := range []cashier.Paper{cashier.Paper80, cashier.PaperA4, cashier.Paper241} {
			b, err := w.cashier.View(t.Context(), w.project, r.ID, paper)
			mustBe(t, err, nil)
			if text := plain(string(b)); strings.Contains(text, "服务电话") || strings.Contains(text, "盖章") == (paper == cashier.Paper80) || !strings.Contains(text, "安和物业服务有限公司") {
				t.Errorf("%s as usual: %s", paper, text)
			}
			sample, err := w.cashier.Sample(t.Context(), w.project, paper, mine)
			mustBe(t, err, nil)
			wantTexts(t, string(sample), "样张，不作收据", "翠湖&lt;b&gt;服务&lt;/b&gt;中心", "服务电话 0571-8765 4321 转 2", "周一至周日 8:30–18:00", "肆佰玖拾玖元壹角陆分")
		}
		_, err = w.cashier.Sample(t.Context(), w.project, "a5", mine)
		mustBe(t, err, cashier.ErrPaper)
		got, err := w.cashier.SetPrintSetting(t.Context(), w.teller(), w.project, mine)
		mustBe(t, err, nil)
		if got.Version != 1 || got.Header != "翠湖<b>服务</b>中心" {
			t.Errorf("stored %+v", got)
		}
		_, err = w.cashier.SetPrintSetting(t.Context(), w.teller(), w.project, mine)
		mustBe(t, err, fault.ErrStale)
		for _, paper := range []cashier.Paper{cashier.Paper80, cashier.PaperA4, cashier.Paper241} {
			b, err := w.cashier.View(t.Context(), w.project, r.ID, paper)
			mustBe(t, err, nil)
			text := plain(string(b))
			if strings.Contains(text, "盖章") != (paper == cashier.Paper80) || strings.Contains(text, "安和物业服务有限公司") || !strings.Contains(text, "翠湖&lt;b&gt;服务&lt;/b&gt;中心") {
				t.Errorf("%s as set: %s", paper, text)
			}
		}
		list, err := w.audit.Entries(t.Context(), w.project, audit.Filter{Action: "cashier.print_changed"})
		mustBe(t, err, nil)
		if len(list.Items) != 1 || !strings.Contains(list.Items[0].Before, `"Stamp":true`) {
			t.Errorf("log %+v", list.Items)
		}
		for field, bad := range map[string]cashier.PrintSetting{
			"body.header": {Version: 1, Header: strings.Repeat("字", 31)}, "body.footer": {Version: 1, Footer: strings.Repeat("字", 61)},
			"body.phone": {Version: 1, Phone: "电话<script>"},
		} {
			_, err := w.cashier.SetPrintSetting(t.Context(), w.teller(), w.project, bad)
			mustBe(t, err, cashier.ErrPrintSetting)
			if f := fault.As(err); len(f.Fields) != 1 || f.Fields[0].Location != field {
				t.Errorf("%s: %+v", field, f)
			}
		}
	})
}
