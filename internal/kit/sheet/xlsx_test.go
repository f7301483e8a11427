package sheet

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestA3AbsurdReferences(t *testing.T) {
	for name, c := range map[string]struct{ xml, says string }{
		"negative row":    {`<sheetData><row r="-1"><c r="A1"><v>1</v></c></row></sheetData>`, "-1"},
		"absurd column":   {`<sheetData><row r="1"><c r="ZZZZZZ1"><v>1</v></c></row></sheetData>`, "ZZZZZZ1"},
		"other row":       {`<sheetData><row r="2"><c r="A9"><v>1</v></c></row></sheetData>`, "A9"},
		"going back":      {`<sheetData><row r="1"><c r="C1"><v>1</v></c><c r="B1"><v>2</v></c></row></sheetData>`, "B1"},
		"row twice":       {`<sheetData><row r="4"/><row r="4"/></sheetData>`, "4"},
		"row 1048577":     {`<sheetData><row r="1048577"/></sheetData>`, "1048577"},
		"merge backwards": {`<sheetData/><mergeCells><mergeCell ref="B2:A1"/></mergeCells>`, "B2:A1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(t, raw{sheets: []string{c.xml}}.bytes(t), Limits{})
			refused(t, err, ErrCellRef, c.says)
		})
	}
	t.Run("column beyond the limit", func(t *testing.T) {
		_, _, err := read(t, raw{sheets: []string{`<sheetData><row r="1"><c r="CW1"><v>1</v></c></row></sheetData>`}}.bytes(t), Limits{})
		refused(t, err, ErrLimit, "CW1", "100")
	})
	t.Run("missing shared string", func(t *testing.T) {
		_, _, err := read(t, raw{strings: []string{"一"}, sheets: []string{`<sheetData><row r="1"><c r="A1" t="s"><v>1</v></c></row></sheetData>`}}.bytes(t), Limits{})
		refused(t, err, ErrDamaged, "A1")
	})
	t.Run("XML that ends early", func(t *testing.T) {
		body := `<?xml version="1.0"?><worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>`
		_, _, err := read(t, raw{sheets: []string{body}}.bytes(t), Limits{})
		refused(t, err, ErrDamaged, "表1", "2")
	})
}

func TestA5HugeCell(t *testing.T) {
	big := raw{sheets: []string{`<sheetData><row r="3">` + text("B3", strings.Repeat("a", 32_768)) + `</row></sheetData>`}}
	_, _, err := read(t, big.bytes(t), Limits{})
	refused(t, err, ErrLimit, "B3", "32768", "32767")
	part := raw{sheets: []string{`<sheetData><row r="1">` + text("A1", strings.Repeat("a", 200<<20)) + `</row></sheetData>`}}.bytes(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_, _, err = read(t, part, Limits{})
	runtime.ReadMemStats(&after)
	refused(t, err, ErrLimit, "100 MB")
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("allocated %d MB to refuse a %d KB file", grown>>20, len(part)>>10)
	}
	_, _, err = read(t, raw{strings: []string{strings.Repeat("a", 17<<20)}, sheets: []string{`<sheetData/>`}}.bytes(t), Limits{})
	refused(t, err, ErrLimit, "sharedStrings", "16 MB")
}

// A worksheet never lies in memory, so it may be longer than the other parts,
// as one of 50,000 rows and 21 columns is.
func TestLongWorksheet(t *testing.T) {
	var xml strings.Builder
	xml.WriteString("<sheetData>")
	for i := range 600 {
		fmt.Fprintf(&xml, `<row r="%d">%s</row>`, i+1, text(fmt.Sprintf("A%d", i+1), strings.Repeat("a", 30_000)))
	}
	file := raw{sheets: []string{xml.String() + "</sheetData>"}}.bytes(t)
	rows, _, err := read(t, file, Limits{})
	if err != nil || len(rows) != 600 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
	_, _, err = read(t, file, Limits{SheetBytes: 17 << 20})
	refused(t, err, ErrLimit, "sheet1.xml", "17 MB")
}

func TestA6TooManyRows(t *testing.T) {
	var xml strings.Builder
	xml.WriteString("<sheetData>")
	for i := 1; i <= 50_021; i++ {
		fmt.Fprintf(&xml, `<row r="%d"><c r="A%d"><v>%d</v></c></row>`, i, i, i)
	}
	xml.WriteString("</sheetData>")
	_, _, err := read(t, raw{sheets: []string{xml.String()}}.bytes(t), Limits{})
	refused(t, err, ErrLimit, "50000 行")
	_, _, err = read(t, []byte(strings.Repeat("1,2\n", 50_021)), Limits{})
	refused(t, err, ErrLimit, "50000 行")
	if rows, _ := mustRead(t, []byte(strings.Repeat("1,2\n", 50_001))); len(rows) != 50_001 {
		t.Errorf("got %d rows", len(rows))
	}
	_, _, err = read(t, make([]byte, 20<<20+1), Limits{})
	refused(t, err, ErrLimit, "21 MB", "20 MB")
}

// Fifty thousand rows stay under 64 MB at any time and take every value.
func TestA6FlatMemory(t *testing.T) {
	var xml strings.Builder
	xml.WriteString("<sheetData>")
	for i := 1; i <= 50_000; i++ {
		fmt.Fprintf(&xml, `<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="B%d"><v>%d.5</v></c></row>`, i, i, i%2, i, i)
	}
	xml.WriteString("</sheetData>")
	data := raw{strings: []string{"甲", "乙"}, sheets: []string{xml.String()}}.bytes(t)
	xml.Reset()
	runtime.GC()
	var start, now runtime.MemStats
	runtime.ReadMemStats(&start)
	var peak uint64
	b, err := Open("x", strings.NewReader(string(data)), int64(len(data)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	n := 0
	err = b.Rows("表1", func(row int, cells []Cell) error {
		n++
		if row != n || cells[0].Text != []string{"甲", "乙"}[n%2] || cells[1].Text != fmt.Sprintf("%d.5", n) {
			t.Fatalf("row %d: %+v", row, cells)
		}
		if n%10_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, start.HeapAlloc))
		}
		return nil
	})
	if err != nil || n != 50_000 {
		t.Fatalf("%d rows, %v", n, err)
	}
	if peak > 64<<20 {
		t.Errorf("heap grew by %d MB", peak>>20)
	}
}

func TestA8TooManyParts(t *testing.T) {
	extra := make([]zipPart, 2001)
	for i := range extra {
		extra[i] = zipPart{name: fmt.Sprintf("xl/media/%d.png", i)}
	}
	_, _, err := read(t, raw{sheets: []string{`<sheetData/>`}, extra: extra}.bytes(t), Limits{})
	refused(t, err, ErrLimit, "2000")
}

func TestA10PathsInZip(t *testing.T) {
	for _, name := range []string{"../../../../etc/x", "/etc/x", `..\x`, "xl/../../x", "C:/x"} {
		_, _, err := read(t, raw{sheets: []string{`<sheetData/>`}, extra: []zipPart{{name: name}}}.bytes(t), Limits{})
		refused(t, err, ErrDamaged, "不允许的路径")
	}
	_, _, err := read(t, raw{sheets: []string{`<sheetData/>`}, extra: []zipPart{{name: "XL/WorkBook.xml"}}}.bytes(t), Limits{})
	refused(t, err, ErrDamaged, "两个")
}

func TestA17ErrorsAndFormulas(t *testing.T) {
	rows, _ := mustRead(t, raw{sheets: []string{`<sheetData><row r="1">` +
		`<c r="A1"><f>B9*2</f><v>7</v></c><c r="B1" t="e"><v>#N/A</v></c><c r="C1" t="e"><f>#REF!</f><v>#REF!</v></c><c r="D1" t="str"><f>A1</f><v>张三</v></c><c r="E1" t="b"><v>1</v></c><c r="F1"><f>A1</f></c>` +
		`</row></sheetData>`}}.bytes(t))
	want := []struct {
		kind Kind
		text string
		bad  string
	}{{KindFormula, "7", ""}, {KindError, "#N/A", "#N/A"}, {KindError, "#REF!", "#REF!"}, {KindFormula, "张三", ""}, {KindText, "TRUE", ""}, {KindFormula, "", ""}}
	for i, w := range want {
		c := rows[0].cells[i]
		if c.Kind != w.kind || c.Text != w.text || !strings.Contains(c.Problem, w.bad) || (w.bad == "") != (c.Problem == "") {
			t.Errorf("%s: got %+v, want %+v", c.Ref, c, w)
		}
	}
}

func TestA18MergedCells(t *testing.T) {
	var xml strings.Builder
	xml.WriteString(`<sheetData><row r="1">` + text("A1", "台账") + text("B1", "") + `</row><row r="2">` + text("A2", "1栋") + text("B2", "101") + `</row>`)
	for i := 3; i <= 14; i++ {
		fmt.Fprintf(&xml, `<row r="%d"><c r="A%d"/>%s</row>`, i, i, text(fmt.Sprintf("B%d", i), fmt.Sprint(100+i)))
	}
	xml.WriteString(`</sheetData><mergeCells><mergeCell ref="A2:A13"/><mergeCell ref="B14:C14"/><mergeCell ref="A1:B1"/></mergeCells>`)
	rows, _ := mustRead(t, raw{sheets: []string{xml.String()}}.bytes(t))
	if len(rows) != 14 {
		t.Fatalf("%d rows", len(rows))
	}
	if rows[0].cells[0].Problem == "" {
		t.Error("a merge over columns is not marked")
	}
	for _, r := range rows[1:13] {
		c := r.cells[0]
		if c.Text != "1栋" || c.Merged != (r.n > 2) || c.Ref != Ref(r.n, 1) {
			t.Errorf("row %d: %+v", r.n, c)
		}
	}
	if c := rows[13].cells[0]; c.Text != "" {
		t.Errorf("below the merge: %+v", c)
	}
	if c := rows[13].cells[1]; !strings.Contains(c.Problem, "B14:C14") {
		t.Errorf("merge over columns: %+v", c)
	}
}

func TestA19HiddenRowsAndColumns(t *testing.T) {
	rows, b := mustRead(t, raw{sheets: []string{`<cols><col min="2" max="2" hidden="1"/></cols><sheetData>` +
		`<row r="1">` + text("A1", "a") + text("B1", "b") + `</row><row r="5" hidden="1">` + text("A5", "c") + `</row><row r="6" hidden="1"/></sheetData>`}}.bytes(t))
	infos, err := b.Sheets()
	if err != nil || infos[0].Rows != 2 || infos[0].HiddenRows != 1 || infos[0].Columns != 2 {
		t.Fatalf("%+v %v", infos, err)
	}
	if rows[0].cells[0].Hidden || !rows[0].cells[1].Hidden || !rows[1].cells[0].Hidden || rows[1].n != 5 {
		t.Errorf("%+v", rows)
	}
}

// Rows and cells may leave out their references; gaps between rows are legal.
func TestRowsWithoutReferences(t *testing.T) {
	rows, _ := mustRead(t, raw{strings: []string{"甲"}, sheets: []string{`<sheetData><row><c t="s"><v>0</v></c><c/><c><v>3</v></c></row><row r="4"><c r="B4"><v>4</v></c></row><row><c><v>5</v></c></row></sheetData>`}}.bytes(t))
	got := ""
	for _, r := range rows {
		for _, c := range r.cells {
			got += c.Ref + "=" + c.Text + " "
		}
	}
	if want := "A1=甲 B1= C1=3 A4= B4=4 C4= A5=5 B5= C5= "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbersAsShown(t *testing.T) {
	for in, want := range map[string]string{
		"0.1": "0.1", "0.30000000000000004": "0.3", "1.3800138E10": "13800138000", "13800138000": "13800138000",
		"1E-3": "0.001", "-2.50": "-2.5", "007": "7", "0": "0", "-0": "0", "999999999999999": "999999999999999",
		"99.99999999999999999": "100", "1.1000000000000001": "1.1", "3.30106199001011E17": "", "1E400": "", "1E999": "", "abc": "", "NaN": "", "": "",
	} {
		got, ok := plainNumber(in)
		if got != want || ok != (want != "") {
			t.Errorf("plainNumber(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	rows, _ := mustRead(t, raw{styles: dateStyles, sheets: []string{`<sheetData><row r="1"><c r="A1" s="3"><v>101</v></c><c r="B1" s="4"><v>0.1</v></c><c r="C1"><v>330106199001011000</v></c><c r="D1" t="inlineStr"><is><t>张_x0007_三</t></is></c></row></sheetData>`}}.bytes(t))
	c := rows[0].cells
	if c[0].Text != "0101" || c[1].Text != "0.10" || !strings.Contains(c[2].Problem, "15") {
		t.Errorf("%+v", c)
	}
}

func TestBrokenStylesAreHarmless(t *testing.T) {
	for styles, want := range map[string]string{
		`<cellXfs/>`: "45000",
		`<fonts/><fills/><borders/><cellXfs><xf/><xf fontId="-1" fillId="-1" borderId="-5" numFmtId="-1"/></cellXfs>`: "45000",
		`<cellXfs><xf/><xf fontId="99" fillId="99" borderId="99" numFmtId="14"/></cellXfs>`:                           "2023-03-15",
	} {
		rows, _ := mustRead(t, raw{styles: styles, sheets: []string{`<sheetData><row r="1"><c r="A1" s="1"><v>45000</v></c></row></sheetData>`}}.bytes(t))
		if c := rows[0].cells[0]; c.Text != want {
			t.Errorf("%s: %+v", styles, c)
		}
	}
}

func TestFormatsThatAreNotTables(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		says string
	}{
		"empty":    {"", "空"},
		"old xls":  {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "旧版"},
		"web page": {"  <HTML><table>", "网页"},
	} {
		_, _, err := read(t, []byte(c.data), Limits{})
		if err == nil {
			t.Fatalf("%s accepted", name)
		}
		refused(t, err, ErrFormat, c.says)
	}
	whole := raw{sheets: []string{`<sheetData/>`}}.bytes(t)
	_, _, err := read(t, whole[:len(whole)-30], Limits{})
	refused(t, err, ErrDamaged)
	_, _, err = read(t, zipped(t, []zipPart{{"a.txt", "x"}}), Limits{})
	refused(t, err, ErrDamaged, "_rels/.rels")
}

func TestTimeLimit(t *testing.T) {
	data := []byte(strings.Repeat("a,b\n", 1000))
	b, err := Open("x", strings.NewReader(string(data)), int64(len(data)), Limits{Time: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	b.expired.Store(true)
	refused(t, b.Rows("x", func(int, []Cell) error { return nil }), ErrLimit, "3600 秒")
}
