package opening_test

import (
	"fmt"
	"strings"
	"testing"

	"linli/internal/billing/opening"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

func read(t *testing.T, lines ...string) *opening.Sheet {
	t.Helper()
	text := strings.Join(lines, "\n") + "\n"
	b, err := sheet.Open("a.csv", strings.NewReader(text), int64(len(text)), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s, err := opening.Read(t.Context(), b, false, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func plan(t *testing.T, s *opening.Sheet) (out []opening.Charge, total opening.Totals) {
	t.Helper()
	total, err := s.Plan(facts(), func(c *opening.Charge) error {
		out = append(out, *c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, total
}

// facts know the rooms 1-1-101 and 1-1-102, a fee, and that October is charged.
func facts() opening.Facts {
	return opening.Facts{
		Look: func([]opening.Row) (opening.Stored, error) {
			return opening.Stored{Charged: map[opening.Taken]bool{{Period: opening.Period{Item: 7, Month: 202610}, Room: 101}: true},
				Place: func(r *opening.Row) (opening.Place, bool) {
					n := map[string]id.ID{"1-1-101": 101, "1-1-102": 102}[r.Room]
					return opening.Place{Room: n, Label: r.Room}, n != 0
				}}, nil
		},
		Item: func(name string) (opening.Item, bool) {
			return opening.Item{ID: 7, Name: name, Due: func(m clock.Month) clock.Date { return m.Last() }}, name == "物业费"
		},
		Names: []string{"物业费"},
		Now:   202611,
	}
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		head, row string
		want      string // charges, or ! and a part of the refusal
	}{
		"our sheet":                    {"房号,费用项目,账期,应收金额,已收金额", "1-1-101,物业费,2025-03,268.50,100", "101 2025-03 26850-10000 due 2025-03-31"},
		"month in words":               {"房号,费用项目,账期,应收金额", `1-1-101,物业费,2025年3月,"1,268.50元"`, "101 2025-03 126850-0 due 2025-03-31"},
		"only what is owed":            {"房号,费用项目,账期,欠费金额", "1-1-101,物业费,202503,88", "101 2025-03 8800-0 due 2025-03-31"},
		"owed beside the amount":       {"房号,费用项目,账期,应收金额,欠费金额", "1-1-101,物业费,2025-03,88,8", "101 2025-03 8800-8000 due 2025-03-31"},
		"due on a day":                 {"房号,费用项目,账期,应收金额,应缴日期", "1-1-101,物业费,2025-03,88,2025-04-10", "101 2025-03 8800-0 due 2025-04-10"},
		"months of a quarter":          {"房号,费用项目,开始日期,结束日期,应收金额,已收金额", "1-1-101,物业费,2025-01-01,2025-03-31,100,40", "101 2025-01 3334-3334 due 2025-01-31; 101 2025-02 3333-666 due 2025-02-28; 101 2025-03 3333-0 due 2025-03-31"},
		"part of a month":              {"房号,费用项目,开始日期,结束日期,应收金额", "1-1-101,物业费,2025-01-16,2025-02-28,151.61", "101 2025-01 5161-0 due 2025-01-31; 101 2025-02 10000-0 due 2025-02-28"},
		"MicroCommunity 房屋费用信息":        {"房屋编码,费用名称,开始时间,结束时间,收费金额", "1-1-102,物业费,2025-03-01,2025-04-01,55.5", "102 2025-03 5550-0 due 2025-03-31"},
		"MicroCommunity 房屋缴费历史":        {"房屋,收费项目,缴费周期,开始时间,结束时间,缴费时间,应缴金额,实缴金额,收银员,备注", "1-1-102,物业费,2,45658,45717,45660,200,200,张三,手工导入", "102 2025-01 10000-10000 due 2025-01-31; 102 2025-02 10000-10000 due 2025-02-28"},
		"paid ahead":                   {"房号,费用项目,账期,应收金额,已收金额", "1-1-101,物业费,2026-12,88,88", "101 2026-12 8800-8800 due 2026-12-31"},
		"owed ahead":                   {"房号,费用项目,账期,应收金额,已收金额", "1-1-101,物业费,2026-12,88,80", "!C2 还没到的账期"},
		"unknown room":                 {"房号,费用项目,账期,应收金额", "9-9-999,物业费,2025-03,88", "!A2 没有这间房"},
		"unknown fee":                  {"房号,费用项目,账期,应收金额", "1-1-101,电梯费,2025-03,88", "!B2 没有这个费用项目；请先在费用项目里新建，或改成已有的：物业费"},
		"charged already":              {"房号,费用项目,账期,应收金额", "1-1-101,物业费,2026-10,88", "!C2 1-1-101 的物业费 2026-10 系统里已经有了"},
		"paid more than charged":       {"房号,费用项目,账期,应收金额,已收金额", "1-1-101,物业费,2025-03,88,90", "!E2 已收超过应收"},
		"what is owed contradicts":     {"房号,费用项目,账期,应收金额,已收金额,欠费金额", "1-1-101,物业费,2025-03,88,8,88", "!F2 欠费应等于应收减已收：88.00 − 8.00"},
		"no amount":                    {"房号,费用项目,账期,应收金额", "1-1-101,物业费,2025-03,", "!D2 应收金额要填写"},
		"nothing":                      {"房号,费用项目,账期,应收金额", "1-1-101,物业费,2025-03,0", "!D2 金额要大于 0"},
		"negative":                     {"房号,费用项目,账期,应收金额", "1-1-101,物业费,2025-03,-5", "!D2 金额应为"},
		"no month":                     {"房号,费用项目,账期,应收金额", "1-1-101,物业费,,88", "!C2 账期要填写"},
		"a month that does not exist":  {"房号,费用项目,账期,应收金额", "1-1-101,物业费,2025-13,88", "!C2 账期应写成"},
		"the end before the beginning": {"房号,费用项目,开始日期,结束日期,应收金额", "1-1-101,物业费,2025-03-02,2025-03-01,88", "!D2 结束日期早于开始日期"},
		"month and dates contradict":   {"房号,费用项目,账期,开始日期,结束日期,应收金额", "1-1-101,物业费,2025-03,2025-04-01,2025-04-30,88", "!C2 不是同一个月"},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, c.head, c.row)
			charges, total := plan(t, s)
			got := []string{}
			for _, x := range charges {
				got = append(got, fmt.Sprintf("%d %s %d-%d due %s", x.Room, x.Month, x.Amount, x.Paid, x.Due))
				total.Amount -= x.Amount
			}
			for _, p := range s.Problems {
				got = append(got, fmt.Sprintf("!%s %s", p.Cell, p.Message))
			}
			text := strings.Join(got, "; ")
			if text != c.want && (c.want[0] != '!' || len(s.Problems) != 1 || !strings.HasPrefix(text, c.want[:3]) || !strings.Contains(text, c.want[4:])) {
				t.Errorf("got %s, want %s", text, c.want)
			}
			if total.Amount != 0 {
				t.Errorf("the totals differ by %d", total.Amount)
			}
		})
	}
}

func TestTheSameMonthTwice(t *testing.T) {
	s := read(t, "房号,费用项目,开始日期,结束日期,账期,应收金额", "1-1-101,物业费,2025-01-01,2025-12-31,,1200", "1-1-101,物业费,,,2025-05,100")
	if _, total := plan(t, s); len(s.Problems) != 1 || s.Problems[0].Row != 3 || total.Charges != 12 || !strings.Contains(s.Problems[0].Message, "第 2 行") {
		t.Errorf("%+v %+v", s.Problems, total)
	}
}

// What the template names, the reader knows.
func TestTemplate(t *testing.T) {
	known := map[string]bool{}
	for _, c := range opening.Columns() {
		known[c.Titles[0]] = true
	}
	for _, c := range opening.Template().Columns {
		if !known[c.Title] || c.Note == "" {
			t.Errorf("column %q", c.Title)
		}
	}
}

// A sheet whose few rows would be millions of charges is refused while it is
// read, at the row with which it becomes too much.
func TestTooManyMonths(t *testing.T) {
	rows := []string{"房号,费用项目,开始日期,结束日期,应收金额"}
	for range 5_002 {
		rows = append(rows, "1-1-101,物业费,2010-01-01,2019-12-31,1200")
	}
	s := read(t, rows...)
	if len(s.Problems) != 1 || s.Problems[0].Row != 5_002 || !strings.Contains(s.Problems[0].Message, "请分成几张表") {
		t.Errorf("%+v", s.Problems)
	}
}

// Rows that all charge the same months cost one look each, and one word.
func TestManyRowsOfOneMonth(t *testing.T) {
	rows := []string{"房号,费用项目,开始日期,结束日期,应收金额"}
	for range 3_000 {
		rows = append(rows, "1-1-101,物业费,2010-01-01,2019-12-31,1200")
	}
	s := read(t, rows...)
	if _, total := plan(t, s); total.Charges != 120 || len(s.Problems) != 2_999 {
		t.Errorf("%+v, %d problems", total, len(s.Problems))
	}
}
