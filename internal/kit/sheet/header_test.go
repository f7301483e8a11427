package sheet

import (
	"strings"
	"testing"
)

var roster = map[string][]string{
	"room": {"房号", "房间", "房屋"}, "building": {"楼号", "楼栋"}, "area": {"建筑面积", "面积"},
	"owner": {"业主名称", "业主", "姓名"}, "phone": {"手机号", "联系电话", "电话"}, "spare": {"电话(备用)"},
}

func TestA20Headers(t *testing.T) {
	for name, c := range map[string]struct {
		csv     string
		row     int
		columns map[string]int
		ignored string
	}{
		"plain":      {"楼号,房号,业主名称\n", 1, map[string]int{"building": 0, "room": 1, "owner": 2}, ""},
		"permuted":   {"业主,面积,房间\n", 1, map[string]int{"owner": 0, "area": 1, "room": 2}, ""},
		"dirty":      {"房 号,房号*备注,　业主 ：,建筑面积（㎡）,手机号（必填）\n", 1, map[string]int{"room": 0, "owner": 2, "area": 3, "phone": 4}, "房号*备注（B1）"},
		"stars":      {"*房号,业主＊,【必填】手机号\n", 1, map[string]int{"room": 0, "owner": 1, "phone": 2}, ""},
		"below":      {"某某小区业主台账\n填表日期：2026-01-01\n房号,业主,装修\n1,张三,是\n", 3, map[string]int{"room": 0, "owner": 1}, "装修（C3）"},
		"better one": {"房号,面积,联系电话,手机号,业主\n", 1, map[string]int{"room": 0, "area": 1, "phone": 3, "owner": 4}, "联系电话（C1）"},
		"brackets":   {"房号,业主,电话,电话（备用）\n", 1, map[string]int{"room": 0, "owner": 1, "phone": 2, "spare": 3}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, b := mustRead(t, []byte(c.csv))
			h, err := b.FindHeader(roster, []string{"room", "owner"})
			if err != nil {
				t.Fatal(err)
			}
			if h.Row != c.row || strings.Join(h.Ignored, " ") != c.ignored || len(h.Columns) != len(c.columns) {
				t.Errorf("%+v", h)
			}
			for f, i := range c.columns {
				if h.Columns[f] != i {
					t.Errorf("%s in column %d, want %d", f, h.Columns[f], i)
				}
			}
		})
	}
	for name, c := range map[string]struct{ csv, says string }{
		"missing": {"房号,面积\n", "缺少必填列：业主名称（表头"},
		"none":    {"a,b\n", "房号、业主名称"},
		"twice":   {"房号,业主,房 号\n", "A1 和 C1"},
		"too far": {strings.Repeat("x,y\n", 20) + "房号,业主\n", "前 20 行"},
	} {
		_, b := mustRead(t, []byte(c.csv))
		_, err := b.FindHeader(roster, []string{"room", "owner"})
		if err == nil {
			t.Fatalf("%s accepted", name)
		}
		refused(t, err, ErrHeader, c.says)
	}
}

func TestA19SheetByHeader(t *testing.T) {
	one := `<sheetData><row r="1">` + text("A1", "说明") + `</row></sheetData>`
	two := `<sheetData><row r="1">` + text("A1", "2026 年台账") + `</row><row r="3">` + text("B3", "房号") + text("C3", "业主") + `</row></sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells>`
	_, b := mustRead(t, raw{sheets: []string{one, two}, names: []string{"说明", "随便什么名字"}}.bytes(t))
	h, err := b.FindHeader(roster, []string{"room", "owner"})
	if err != nil || h.Sheet != "随便什么名字" || h.Row != 3 || h.Columns["room"] != 1 {
		t.Fatalf("%+v %v", h, err)
	}
	if c := h.Cell([]Cell{{}, {Text: "101"}}, "room"); c.Text != "101" {
		t.Errorf("%+v", c)
	}
	if c := h.Cell([]Cell{{}}, "phone"); c.Text != "" {
		t.Errorf("%+v", c)
	}
}
