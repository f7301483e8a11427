package sheet

import (
	"bytes"
	"testing"
)

// Whatever stands in a worksheet or a csv, reading ends with rows or with a
// refusal, never with a panic or a row out of order.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`<sheetData><row r="1"><c r="A1" s="1"><v>45000</v></c><c r="B1" t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells>`))
	f.Add([]byte(`<cols><col min="1" max="2" hidden="1"/></cols><sheetData><row><c><f>A1</f><v>1E3</v></c></row><row r="9"><c t="inlineStr"><is><r><t>x</t></r></is></c></row></sheetData>`))
	f.Add([]byte("a,\"b\n\",c\n=\"1\"\t\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		book := raw{styles: dateStyles, strings: []string{"甲"}, sheets: []string{string(body)}}.bytes(t)
		for _, data := range [][]byte{body, book} {
			b, err := Open("x", bytes.NewReader(data), int64(len(data)), Limits{})
			if err != nil {
				continue
			}
			if infos, err := b.Sheets(); err == nil {
				last := 0
				err = b.Rows(infos[0].Name, func(row int, cells []Cell) error {
					if row <= last || len(cells) == 0 {
						t.Fatalf("row %d after %d with %d cells", row, last, len(cells))
					}
					last = row
					return nil
				})
				if _, herr := b.FindHeader(roster, []string{"room"}); herr == nil && err != nil {
					t.Fatalf("a header but no rows: %v", err)
				}
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
