package audit

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"linli/internal/kit/money"
)

// wordsFile is read by the console's page of the log as well: what is taken out
// as a table says what the page says.
//
//go:embed words.json
var wordsFile []byte

// lexicon is what the codes of the log are called in words.
type lexicon struct {
	Acts     map[string]string
	Kinds    map[string]string
	Fields   map[string]string
	Values   map[string]string
	projects map[string]string // names by id
}

func readLexicon() (lexicon, error) {
	var w lexicon
	if err := json.Unmarshal(wordsFile, &w); err != nil {
		return w, fmt.Errorf("words of the log: %w", err)
	}
	return w, nil
}

func named(names map[string]string, code string) string { return cmp.Or(names[code], code) }

// who did it; without a name a refused request came from a visitor, anything
// else from the system.
func (w lexicon) who(r *auditRow) string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Kind == "operation":
		return "未登录的访客"
	}
	return "系统"
}

// changes are the lines of one entry: every place that differs, or, where there
// is only one side, all that was written down.
func (w lexicon) changes(before, after []byte) (string, error) {
	old, err := readNode(before)
	if err != nil {
		return "", err
	}
	now, err := readNode(after)
	if err != nil {
		return "", err
	}
	both := old != nil && now != nil
	if both {
		align(old, now)
	}
	was, is := places{}, places{}
	was.add(old, "")
	is.add(now, "")
	var out []string
	for _, path := range slices.Concat(is.order, was.order) {
		a, hadA := was.texts[path]
		b, hasB := is.texts[path]
		delete(was.texts, path)
		delete(is.texts, path)
		switch {
		case !hadA && !hasB, both && hadA == hasB && a == b: // said before, or the same
		case !both:
			out = append(out, w.path(path)+"："+w.value(path, cmp.Or(a, b)))
		default:
			out = append(out, w.path(path)+"："+w.value(path, a)+" → "+w.value(path, b))
		}
	}
	return strings.Join(out, "\n"), nil
}

// path says grants.2.role as 角色 2 · 角色.
func (w lexicon) path(path string) string {
	out := ""
	for _, part := range strings.Split(path, ".") {
		word := cmp.Or(w.Fields[strings.ReplaceAll(strings.ToLower(part), "_", "")], w.Fields[part], part)
		_, err := strconv.Atoi(part)
		switch {
		case out == "":
			out = word
		case err == nil:
			out += " " + part
		default:
			out += " · " + word
		}
	}
	return out
}

func (w lexicon) value(path, text string) string {
	last := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case text == "", strings.HasSuffix(last, "area") && text == "0":
		return "–"
	case strings.HasSuffix(last, "area") && err == nil && n > 0:
		return money.Fen(n).Comma() + " ㎡"
	case last == "amount" && err == nil:
		return "¥" + money.Fen(n).Comma()
	case text == "true":
		return "是"
	case text == "false":
		return "否"
	}
	return cmp.Or(w.Values[text], w.projects[text], text)
}

// node is one JSON value with its fields in the order they were written.
type node struct {
	text  string
	list  []*node
	keys  []string
	named map[string]*node
	raw   string // as written, to tell lists' members apart
}

func readNode(raw []byte) (*node, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	n, err := nextNode(d, raw)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read entry: %w", err)
	}
	return n, nil
}

func nextNode(d *json.Decoder, raw []byte) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	start := d.InputOffset()
	n := &node{}
	switch t := token.(type) {
	case json.Delim:
		n.list = []*node{}
		if t == '{' {
			n.list, n.named = nil, map[string]*node{}
		}
		for d.More() {
			key := ""
			if n.named != nil {
				name, err := d.Token()
				if err != nil {
					return nil, err
				}
				key = fmt.Sprint(name)
			}
			child, err := nextNode(d, raw)
			if err != nil {
				return nil, err
			}
			if n.named == nil {
				n.list = append(n.list, child)
				continue
			}
			n.keys, n.named[key] = append(n.keys, key), child
		}
		if _, err := d.Token(); err != nil {
			return nil, err
		}
		n.raw = string(raw[start-1 : d.InputOffset()])
	case nil:
		return nil, nil
	default:
		n.text = fmt.Sprint(t)
		n.raw = fmt.Sprintf("%T %s", t, n.text)
	}
	return n, nil
}

// align puts what stands in both lists first on both sides, so that one new
// role is one new line.
func align(a, b *node) {
	switch {
	case a == nil || b == nil:
	case a.list != nil && b.list != nil:
		common := func(n *node, in []*node) bool {
			return slices.ContainsFunc(in, func(o *node) bool { return o.key() == n.key() })
		}
		var both, old, now []*node
		for _, n := range b.list {
			if common(n, a.list) {
				both = append(both, n)
			} else {
				now = append(now, n)
			}
		}
		for _, n := range a.list {
			if !common(n, b.list) {
				old = append(old, n)
			}
		}
		a.list, b.list = slices.Concat([]*node{}, both, old), slices.Concat([]*node{}, both, now)
	case a.named != nil && b.named != nil:
		for name, n := range b.named {
			align(a.named[name], n)
		}
	}
}

func (n *node) key() string {
	if n == nil {
		return "null"
	}
	return n.raw
}

// places are the texts of a record by their path, in its order.
type places struct {
	order []string
	texts map[string]string
}

func (p *places) add(n *node, path string) {
	if p.texts == nil {
		p.texts = map[string]string{}
	}
	under := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch {
	case n == nil:
	case n.named != nil:
		for _, key := range n.keys {
			p.add(n.named[key], under(key))
		}
	case len(n.list) > 0:
		for i, v := range n.list {
			p.add(v, under(strconv.Itoa(i+1)))
		}
	default:
		p.order, p.texts[path] = append(p.order, path), n.text
	}
}
