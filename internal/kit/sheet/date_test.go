package sheet

import (
	"fmt"
	"strings"
	"testing"
)

func TestA28Dates(t *testing.T) {
	for _, c := range []struct {
		in   string
		sys  DateSystem
		want string // or part of the refusal after !
	}{
		{"2026-02-03", Dates1900, "2026-2-3"}, {"2026/2/3", Dates1900, "2026-2-3"}, {"2026.2.3", Dates1900, "2026-2-3"},
		{"2026年2月3日", Dates1900, "2026-2-3"}, {"２０２６－０２－０３", Dates1900, "2026-2-3"}, {" 20260203 ", Dates1900, "2026-2-3"},
		{"2026/2/3 0:00:00", Dates1900, "2026-2-3"}, {"2028-02-29", Dates1900, "2028-2-29"}, {"1900-01-01", Dates1900, "1900-1-1"}, {"2100-12-31", Dates1900, "2100-12-31"},
		{"45000", Dates1900, "2023-3-15"}, {"45000.75", Dates1900, "2023-3-15"}, {"43538", Dates1904, "2023-3-15"}, {"59", Dates1900, "1900-2-28"}, {"61", Dates1900, "1900-3-1"}, {"1", Dates1900, "1900-1-1"}, {"0", Dates1904, "1904-1-1"}, {"60", Dates1904, "1904-3-1"}, {"73415", Dates1900, "2100-12-31"},
		{"60", Dates1900, "!1900-02-29"}, {"73416", Dates1900, "!1900–2100"}, {"0", Dates1900, "!不是日期"}, {"-1", Dates1900, "!不是日期"}, {"99999999999999999999", Dates1900, "!不是日期"},
		{"26.3.5", Dates1900, "!四位"}, {"26-3-5", Dates1900, "!四位"}, {"3/5/2026", Dates1900, "!四位"}, {"26年3月5日", Dates1900, "!四位"},
		{"2026-02-30", Dates1900, "!不存在"}, {"2026-02-29", Dates1900, "!不存在"}, {"2026-13-01", Dates1900, "!不存在"}, {"2026-00-01", Dates1900, "!不存在"},
		{"0000-00-00", Dates1900, "!1900–2100"}, {"9999-12-31", Dates1900, "!留空"}, {"1899-12-31", Dates1900, "!1900–2100"}, {"2101-01-01", Dates1900, "!1900–2100"},
		{"2026", Dates1900, "!只有年份"}, {"2026-02", Dates1900, "!不是日期"}, {"", Dates1900, "!不是日期"}, {"明天", Dates1900, "!不是日期"}, {"2026-2-3x", Dates1900, "!不是日期"},
	} {
		y, m, d, err := c.sys.ParseDate(c.in)
		if says, bad := strings.CutPrefix(c.want, "!"); bad {
			if err == nil {
				t.Errorf("%q accepted as %d-%d-%d", c.in, y, m, d)
				continue
			}
			refused(t, err, ErrDate, says)
			continue
		}
		if got := fmt.Sprintf("%d-%d-%d", y, m, d); err != nil || got != c.want {
			t.Errorf("%q: %s, %v; want %s", c.in, got, err, c.want)
		}
	}
}

func TestA28DateCells(t *testing.T) {
	xml := `<sheetData><row r="1"><c r="A1" s="1"><v>45000</v></c><c r="B1" s="2"><v>45000.25</v></c><c r="C1" s="1"><v>60</v></c><c r="D1" t="d"><v>2026-02-03T00:00:00</v></c><c r="E1" s="1"><v>45000.999999999</v></c></row></sheetData>`
	for _, c := range []struct {
		props string
		want  string
	}{
		{"", "2023-03-15|2023-03-15 06:00:00|60!|2026-02-03|2023-03-16"},
		{`date1904="1"`, "2027-03-16|2027-03-16 06:00:00|1904-03-01|2026-02-03|2027-03-17"},
	} {
		rows, b := mustRead(t, raw{styles: dateStyles, props: c.props, sheets: []string{xml}}.bytes(t))
		var got []string
		for _, cell := range rows[0].cells {
			s := cell.Text
			if cell.Problem != "" {
				s += "!"
			}
			if cell.Kind != KindDate {
				t.Errorf("%s is no date: %+v", cell.Ref, cell)
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s: got %s, want %s", c.props, s, c.want)
		}
		if (b.Dates() == Dates1904) != (c.props != "") {
			t.Error("wrong date system")
		}
	}
}
