package paper

import (
	"fmt"
	"strings"
	"testing"
)

// Half an A4 sheet is taken only by what leaves room for the signatures and the
// line below them; what wraps takes a sheet of its own.
func TestHalf(t *testing.T) {
	plainRow := Row{Item: "物业服务费", Months: "2026-11", How: "132.45 ㎡ × 2.35 元/㎡·月", Amount: "311.26"}
	long := Row{Item: "公共能耗费（含电梯和水泵）", Months: "2026-11", How: "132.45 ㎡ × 2.35 元/㎡·月，每月 311.26，12 个月，部分缴纳，尚欠 0.01", Amount: "311.26"}
	proof := Pay{Name: "转账", Amount: "1,000.00", Proof: "流水 工行 4515671234567890"}
	for _, c := range []struct {
		name string
		rows []Row
		pays []Pay
		half bool
	}{
		{"one row", []Row{plainRow}, nil, true},
		{"five rows", []Row{plainRow, plainRow, plainRow, plainRow, plainRow}, nil, true},
		{"six rows", []Row{plainRow, plainRow, plainRow, plainRow, plainRow, plainRow}, nil, false},
		{"one that wraps", []Row{plainRow, plainRow, plainRow, long}, nil, true},
		{"all wrap", []Row{long, long, long, long}, nil, false},
		{"many payments", []Row{plainRow, plainRow, plainRow, plainRow, plainRow}, []Pay{proof, proof, proof, proof}, false},
	} {
		r := &Receipt{Company: "邻里物业服务有限公司", Project: "翠湖花园", Payer: "上官艳", Room: "1栋1单元203", Total: "311.26", Rows: c.rows, Pays: c.pays}
		page, err := New().Render(r, A4)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(page), "沿此线裁开"); got != c.half {
			t.Errorf("%s: half a sheet %v, should be %v", c.name, got, c.half)
		}
	}
}

// A sheet of a long receipt has margins, its number and its page.
func TestWholeSheet(t *testing.T) {
	r := &Receipt{Number: "SJ2026-000909"}
	for i := range 60 {
		r.Rows = append(r.Rows, Row{No: i + 1, Item: fmt.Sprintf("费用%d", i), Amount: "1.00"})
	}
	page, err := New().Render(r, A4)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`margin: 11mm 5mm 13mm 14mm`, `content: "SJ2026-000909"`, `counter(page) "/" counter(pages)`, "<td>费用59</td>"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}
