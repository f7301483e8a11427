package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func written(t testing.TB, sheets ...Sheet) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := WriteXLSX(&buf, sheets); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestWriteXLSXReadsBack(t *testing.T) {
	data := written(t, Sheet{
		Name:    "房屋",
		Columns: []Column{{Title: "房号", Required: true, Text: true, Note: "写法不限", Example: "1-1-101"}, {Title: "应收（元）", Decimals: 2}, {Title: "户数"}, {Title: "备注"}},
		Rows: FromSlice([][]Value{
			{Text("1-1-101"), Decimal("0.10"), Int(3), Text("=1+1")},
			{Text("0101"), Decimal("-1234567890.05"), Int(-9), Text("+86 138")},
			{Text(" 空格 "), Decimal("9999999999999.99"), Int(0), Text("-cmd|' /C calc'!A0")},
			{Text("13800138000"), Decimal("12345678901234.56"), Int(0), Text("@x<&>\"")},
			{Text(""), Decimal("abc"), Int(0), Text("两行\n字")},
		}),
	}, Sheet{Name: "二", Columns: []Column{{Title: "空"}}, Rows: FromSlice(nil)})
	rows, b := mustRead(t, data)
	got := flat(rows)
	want := strings.Join([]string{
		"A1=房号（必填） B1=应收（元） C1=户数 D1=备注",
		"A2=1-1-101 B2=0.10 C2=3 D2==1+1",
		"A3=0101 B3=-1234567890.05 C3=-9 D3=+86 138",
		"A4= 空格  B4=9999999999999.99 C4=0 D4=-cmd|' /C calc'!A0",
		"A5=13800138000 B5=12345678901234.56 C5=0 D5=@x<&>\"",
		"A6= B6=abc C6=0 D6=两行\n字",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	kinds := []Kind{KindText, KindNumber, KindNumber, KindText}
	for i, k := range kinds {
		if c := rows[1].cells[i]; c.Kind != k {
			t.Errorf("%s is %d, want %d", c.Ref, c.Kind, k)
		}
	}
	if c := rows[4].cells[1]; c.Kind != KindText {
		t.Errorf("16 digits must stay text, got %+v", c)
	}
	infos, err := b.Sheets()
	if err != nil || len(infos) != 3 || infos[1].Name != "二" || infos[2].Name != ExplainSheet || infos[2].Rows != 2 {
		t.Errorf("%+v %v", infos, err)
	}
	h, err := b.FindHeader(map[string][]string{"room": {"房号"}, "due": {"应收"}}, []string{"room", "due"})
	if err != nil || h.Sheet != "房屋" {
		t.Errorf("%+v %v", h, err)
	}
}

// Every amount up to thirteen digits of yuan survives writing and reading to the fen.
func TestMoneyStaysExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fens := rapid.SliceOfN(rapid.Int64Range(-99_999_999_999_999, 99_999_999_999_999), 1, 40).Draw(rt, "fen")
		var rows [][]Value
		var want []string
		for _, fen := range fens {
			sign, abs := "", fen
			if fen < 0 {
				sign, abs = "-", -fen
			}
			s := fmt.Sprintf("%s%d.%02d", sign, abs/100, abs%100)
			want = append(want, s)
			rows = append(rows, []Value{Decimal(s)})
		}
		data := written(t, Sheet{Name: "x", Columns: []Column{{Title: "元", Decimals: 2}}, Rows: FromSlice(rows)})
		got, _, err := read(t, data, Limits{})
		if err != nil {
			rt.Fatal(err)
		}
		for i, w := range want {
			if c := got[i+1].cells[0]; c.Text != w || c.Kind != KindNumber {
				rt.Fatalf("%s came back as %+v", w, c)
			}
		}
	})
}

func TestWriteRefusesTooManyCells(t *testing.T) {
	err := WriteXLSX(&bytes.Buffer{}, []Sheet{{Name: "x", Columns: []Column{{Title: "a"}}, Rows: FromSlice([][]Value{{Int(1), Int(2)}})}})
	if err == nil || !strings.Contains(err.Error(), "2 cells for 1 columns") {
		t.Errorf("%v", err)
	}
}

func TestWriteCSVAgainstFormulas(t *testing.T) {
	var out strings.Builder
	err := WriteCSV(&out, Sheet{Columns: []Column{{Title: "a"}, {Title: "b"}}, Rows: FromSlice([][]Value{{Text("=cmd"), Decimal("-5.00")}, {Text("@x"), Text("-5")}, {Text("a,b\"c"), Int(7)}})})
	if err != nil {
		t.Fatal(err)
	}
	if want := "\uFEFFa,b\r\n'=cmd,-5.00\r\n'@x,'-5\r\n\"a,b\"\"c\",7\r\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
