// Package paper lays a receipt out: lines are gathered into rows, texts go in,
// an HTML page that fits the printer's paper comes out. It knows no receipt and
// no project. Part of cashier.
package paper

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
)

//go:embed *.html style.css
var files embed.FS

// Size is what receipts are printed on.
type Size string

// The sizes.
const (
	Roll  Size = "80"  // 80 mm roll
	A4    Size = "a4"  // two copies on one sheet
	Parts Size = "241" // 241 × 93.1 mm in three parts, for dot matrix printers
)

// Known reports whether there is such a paper.
func (s Size) Known() bool { return s == Roll || s == A4 || s == Parts }

// halfRows is how many rows a receipt of half an A4 sheet holds at most.
const halfRows = 5

// partRows is how many rows a sheet of 241 mm paper holds.
const partRows = 5

// Style is what is the same on every paper of the counter.
func Style() template.CSS { return template.CSS(read("style.css")) }

func read(name string) string {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded above
	}
	return string(b)
}

// Layout holds the templates, read once.
type Layout struct {
	roll, sheet, parts *template.Template
	style              template.CSS
}

// New reads the templates.
func New() *Layout {
	return &Layout{
		roll:  template.Must(template.New("80").Parse(read("80.html"))),
		sheet: template.Must(template.New("a4").Parse(read("a4.html"))),
		parts: template.Must(template.New("241").Parse(read("241.html"))),
		style: Style(),
	}
}

// Receipt is what a template sees: texts only.
type Receipt struct {
	Company, Project, Number, Room, Payer, Time    string
	Total, Upper, Prepaid, Owed, Cashier, Tendered string
	Change, Again, Void, Stamp                     string
	Rows                                           []Row
	Pays                                           []Pay
	Header, Footer, Phone                          string
	Seal, SealRoll                                 bool
	Link                                           string        // shows whether it is genuine
	Code                                           template.HTML // the same to scan
}

// Row is one row of the paper.
type Row struct {
	No                        int
	Item, Months, How, Amount string
}

// Pay is how a part of the money came.
type Pay struct{ Name, Amount, Proof string }

// page is a receipt with what its paper adds.
type page struct {
	*Receipt
	Style  template.CSS
	Copies []string
	Half   bool
	Length int // mm
	Sheets []form
}

// form is one form of the 241 mm paper; the total stands on the last.
type form struct {
	Rows []Row
	Page string // 第 1/2 页, empty when there is one
	Last bool
}

// Render fills the template of the paper.
func (l *Layout) Render(r *Receipt, on Size) ([]byte, error) {
	p := &page{Receipt: r, Style: l.style, Copies: []string{"第一联　交款人留存", "第二联　收款单位记账"},
		Half: r.half(), Length: r.length(), Sheets: forms(r.Rows)}
	tpl := map[Size]*template.Template{Roll: l.roll, A4: l.sheet, Parts: l.parts}[on]
	var out bytes.Buffer
	if err := tpl.Execute(&out, p); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// forms cuts rows into forms of the 241 mm paper.
func forms(rows []Row) []form {
	var out []form
	for part := range slices.Chunk(rows, partRows) {
		out = append(out, form{Rows: part})
	}
	for i := range out {
		if out[i].Last = i == len(out)-1; len(out) > 1 {
			out[i].Page = fmt.Sprintf("第 %d/%d 页", i+1, len(out))
		}
	}
	return out
}
