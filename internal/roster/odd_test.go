package roster_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"linli/internal/roster"
)

// book is a workbook with one sheet of given XML, and more parts beside it.
func book(t *testing.T, rows string, more map[string]string) []byte {
	t.Helper()
	const rels, main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	parts := map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rels + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="` + main + `" xmlns:r="` + rels + `"><sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rels + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet xmlns="` + main + `"><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, list := range []map[string]string{parts, more} {
		for name, body := range list {
			f, err := z.Create(name)
			if err == nil {
				_, err = f.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + body))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// line is a row of texts.
func line(n int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, n)
	for i, c := range cells {
		fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, n, c)
	}
	return b.String() + "</row>"
}

// oddFiles are refused as a whole, each saying what is wrong with it.
func oddFiles(t *testing.T, h *house) {
	t.Helper()
	head := line(1, "楼栋", "房号", "姓名")
	good := line(2, "1", "101", "甲")
	many := map[string]string{}
	for i := range 2001 {
		many[fmt.Sprintf("xl/media/%d.xml", i)] = "<x/>"
	}
	var rows strings.Builder
	rows.WriteString("楼栋,房号\n")
	for i := range 50_021 {
		fmt.Fprintf(&rows, "1,%d\n", i)
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"A3 a negative row", book(t, head+`<row r="-1"><c r="A1"><v>1</v></c></row>`, nil), "-1"},
		{"A3 an absurd column", book(t, head+`<row r="2"><c r="ZZZZZZ1"><v>1</v></c></row>`, nil), "ZZZZZZ1"},
		{"A5 a huge cell", book(t, head+line(2, "1", "101", strings.Repeat("甲", 32_768)), nil), "32767"},
		{"A6 too many rows", []byte(rows.String()), "50000 行"},
		{"A8 too many parts", book(t, head+good, many), "2000"},
		{"A10 a way out of the archive", book(t, head+good, map[string]string{"../../../../etc/cron.d/x": "<x/>"}), "不允许的路径"},
		{"A14 bytes of no encoding", []byte("楼栋,房号,姓名\n1,101,张\xff\xfe三\n"), "第 2 行"},
	} {
		im := h.check(c.content)
		list := h.errorsOf(im.ID)
		if im.State != roster.ImportRefused || len(list) != 1 || !strings.Contains(list[0], c.want) {
			t.Errorf("%s: %s %.300q, want %q", c.name, im.State, list, c.want)
		}
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); code(err) != roster.ErrNotReady.Code {
			t.Errorf("%s: applied: %v", c.name, err)
		}
	}
	if im := h.check(book(t, head+good, nil)); im.State != roster.ImportReady {
		t.Errorf("a good file made the same way: %s %v", im.State, h.errorsOf(im.ID))
	}
}
