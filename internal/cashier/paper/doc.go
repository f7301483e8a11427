package paper

import (
	"bytes"
	"fmt"
	"html/template"
)

// Doc is a document of one A4 page that people sign: texts only.
type Doc struct {
	Style                           template.CSS
	Title, Number, Company, Project string
	Facts                           [][4]string // two names, each with its text, a row
	Parts                           []DocPart
	Upper, Sum                      string // what it comes to, in words and digits
	Signs                           []string
	Foot, Stamp                     string
}

// DocPart is one table, or a few sentences, under a heading.
type DocPart struct {
	Title string
	Heads []string
	Money int // the first column that holds amounts
	Rows  [][]string
	Total []string // its name, and a text for each column of amounts
	Said  []string
}

// Render fills the page.
func (d *Doc) Render() ([]byte, error) {
	tpl, err := template.New("doc").Parse(read("doc.html"))
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", d.Title, err)
	}
	d.Style = Style()
	var out bytes.Buffer
	if err := tpl.Execute(&out, d); err != nil {
		return nil, fmt.Errorf("print %s: %w", d.Title, err)
	}
	return out.Bytes(), nil
}
