package formula

import (
	"strconv"
	"strings"

	"linli/internal/kit/money"
)

// writer prints an expression; atom decides how an attribute looks.
type writer struct {
	strings.Builder
	atom func(Attr) string
}

// String returns the canonical text: Chinese names, ASCII signs, no brackets
// that change nothing. It parses to the same formula unless it outgrows the
// limits; what is stored is the text that was typed.
func (f *Formula) String() string {
	w := writer{atom: Attr.String}
	w.write(f.root, 0)
	return w.String()
}

// Explain says how the amount came about, for the room v and the rounding that
// Eval is given: "118.42 ㎡ × 2.35 元/㎡·月 = 278.287，四舍五入 278.29" for products,
// the formula with its values filled in for others. A value that cannot be
// computed is explained by its error.
func (f *Formula) Explain(v *Vars, mode money.Rounding, unit money.Fen) string {
	text, ok := f.product(v)
	if !ok {
		text = f.substituted(v)
	}
	amount, err := f.Eval(v, mode, unit)
	if err != nil {
		return text + "，" + err.Error()
	}
	value, err := f.compute(v)
	if err != nil {
		return text + "，" + err.Error()
	}
	exact := value.decimal()
	if text == exact {
		text += " 元"
	} else {
		text += " = " + exact
	}
	if value.cmp(fraction(int64(amount), 100)) != 0 {
		text += "，" + mode.Label() + " " + amount.Yuan()
	}
	return text
}

// product writes a chain of plain factors with their units.
func (f *Formula) product(v *Vars) (text string, ok bool) {
	factors, ok := f.root.factors(nil)
	if !ok || len(factors) < 2 {
		return "", false
	}
	perArea := f.needs&(Area|InnerArea) != 0
	parts := make([]string, len(factors))
	for i, n := range factors {
		if n.kind == nodeNumber {
			parts[i] = n.value.decimal()
			continue
		}
		value, known := v.value(n.attr)
		if !known {
			return "", false
		}
		parts[i] = value.decimal() + n.attr.unit(perArea)
	}
	return strings.Join(parts, " × "), true
}

func (n *node) factors(list []*node) ([]*node, bool) {
	switch {
	case n.kind == nodeNumber || n.kind == nodeAttr:
		return append(list, n), true
	case n.kind != nodeBinary || n.op != "*":
		return nil, false
	}
	list, ok := n.args[0].factors(list)
	if !ok {
		return nil, false
	}
	return n.args[1].factors(list)
}

// substituted writes the formula with the values of v in place of names.
// Negative values get brackets, unknown ones keep their name.
func (f *Formula) substituted(v *Vars) string {
	alone := f.root.kind == nodeAttr
	w := writer{atom: func(a Attr) string {
		value, known := v.value(a)
		switch {
		case !known:
			return a.String()
		case value.neg && !alone:
			return "(" + value.decimal() + ")"
		}
		return value.decimal()
	}}
	w.write(f.root, 0)
	return w.String()
}

// The strength with which an expression holds together.
const (
	bindSum     = 2
	bindProduct = 3
	bindSign    = 4
	bindAtom    = 5
)

func (n *node) binding() int {
	switch {
	case n.kind == nodeNegate:
		return bindSign
	case n.kind != nodeBinary:
		return bindAtom
	case n.op == "*" || n.op == "/":
		return bindProduct
	}
	return bindSum
}

// write prints n, in brackets when it binds less than its surroundings ask for.
func (w *writer) write(n *node, binding int) {
	own := n.binding()
	if own < binding {
		w.WriteString("(")
		defer w.WriteString(")")
	}
	switch n.kind {
	case nodeNumber:
		w.WriteString(n.value.decimal())
	case nodeAttr:
		w.WriteString(w.atom(n.attr))
	case nodeNegate:
		w.WriteString("-")
		w.write(n.args[0], bindSign)
	case nodeBinary:
		w.write(n.args[0], own)
		w.WriteString(n.op)
		// A sign behind an operator is bracketed too: 面积*(-2).
		if n.args[1].kind == nodeNegate {
			own = bindSign
		}
		w.write(n.args[1], own+1)
	case nodeCompare:
		w.write(n.args[0], 0)
		w.WriteString(n.op)
		w.write(n.args[1], 0)
	default:
		w.call(n)
	}
}

func (w *writer) call(n *node) {
	names := map[nodeKind]string{
		nodeIf: "如果", nodeMin: "最小", nodeMax: "最大",
		nodeCeil: "向上取整", nodeFloor: "向下取整", nodeRound: "四舍五入",
	}
	w.WriteString(names[n.kind])
	w.WriteString("(")
	for i, arg := range n.args {
		if i > 0 {
			w.WriteString(", ")
		}
		w.write(arg, 0)
	}
	if n.places > 0 {
		w.WriteString(", " + strconv.Itoa(n.places))
	}
	w.WriteString(")")
}
