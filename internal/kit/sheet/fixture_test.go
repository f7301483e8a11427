package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"linli/internal/kit/fault"
)

// raw is an xlsx put together by hand, so that it can be wrong.
type raw struct {
	sheets  []string // inner XML of <worksheet>
	names   []string
	strings []string
	styles  string
	props   string // attributes of workbookPr
	extra   []zipPart
}

type zipPart struct {
	name string
	body string
}

const typeRel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

func (x raw) bytes(t testing.TB) []byte {
	t.Helper()
	var sheets, rels, types strings.Builder
	parts := []zipPart{}
	for i, body := range x.sheets {
		name := fmt.Sprintf("表%d", i+1)
		if i < len(x.names) {
			name = x.names[i]
		}
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, i+1, typeRel, i+1)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
		if !strings.HasPrefix(body, "<?xml") {
			body = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + body + `</worksheet>`
		}
		parts = append(parts, zipPart{fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), body})
	}
	if x.strings != nil {
		var sst strings.Builder
		for _, s := range x.strings {
			sst.WriteString("<si><t>" + s + "</t></si>")
		}
		parts = append(parts, zipPart{"xl/sharedStrings.xml", `<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + sst.String() + `</sst>`})
		rels.WriteString(`<Relationship Id="rIdS" Type="` + typeRel + `sharedStrings" Target="sharedStrings.xml"/>`)
	}
	if x.styles != "" {
		parts = append(parts, zipPart{"xl/styles.xml", `<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + x.styles + `</styleSheet>`})
		rels.WriteString(`<Relationship Id="rIdT" Type="` + typeRel + `styles" Target="styles.xml"/>`)
	}
	parts = append(parts,
		zipPart{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` + types.String() + `</Types>`},
		zipPart{"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + typeRel + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		zipPart{"xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr ` + x.props + `/><sheets>` + sheets.String() + `</sheets></workbook>`},
		zipPart{"xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + rels.String() + `</Relationships>`})
	return zipped(t, append(parts, x.extra...))
}

func zipped(t testing.TB, parts []zipPart) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, p.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// dateStyles has style 1 = built-in date 14, 2 = yyyy"年"m"月"d"日", 3 = 0000, 4 = 0.00.
const dateStyles = `<numFmts count="2"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="177" formatCode="0000"/></numFmts>` +
	`<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="176" applyNumberFormat="1"/><xf numFmtId="177" applyNumberFormat="1"/><xf numFmtId="2" applyNumberFormat="1"/></cellXfs>`

func text(ref, s string) string {
	return `<c r="` + ref + `" t="inlineStr"><is><t>` + s + `</t></is></c>`
}

type gotRow struct {
	n     int
	cells []Cell
}

// read opens data and reads its first sheet.
func read(t testing.TB, data []byte, limits Limits) ([]gotRow, *Book, error) {
	t.Helper()
	b, err := Open("导入.csv", bytes.NewReader(data), int64(len(data)), limits)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	infos, err := b.Sheets()
	if err != nil {
		return nil, b, err
	}
	var rows []gotRow
	err = b.Rows(infos[0].Name, func(row int, cells []Cell) error {
		rows = append(rows, gotRow{row, append([]Cell(nil), cells...)})
		return nil
	})
	return rows, b, err
}

func mustRead(t testing.TB, data []byte) ([]gotRow, *Book) {
	t.Helper()
	rows, b, err := read(t, data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return rows, b
}

// refused checks the code and that the Chinese text holds every part.
func refused(t testing.TB, err error, want *fault.Error, parts ...string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != want.Code {
		t.Fatalf("got %v, want %s", err, want.Code)
	}
	for _, p := range parts {
		if !strings.Contains(f.Text, p) {
			t.Errorf("text %q lacks %q", f.Text, p)
		}
	}
}
