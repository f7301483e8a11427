package formula

import (
	"slices"
	"strconv"
	"strings"

	"linli/internal/kit/money"
)

// writer prints an expression; atom decides how an attribute looks. With v it
// prints what happened for that room, in words a resident reads: only the
// branch that was taken, and why.
type writer struct {
	strings.Builder
	atom func(Attr) string
	v    *Vars
	why  []string
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
// for others the formula with its values filled in and, of a condition, the
// branch that was taken and why: "(16 层 - 5) × 5 + 10（楼层 16 大于 5） = 65". A
// value that cannot be computed is explained by its error.
func (f *Formula) Explain(v *Vars, mode money.Rounding, unit money.Fen) string {
	text, bare := f.told(v)
	amount, err := f.Eval(v, mode, unit)
	if err != nil {
		return text + "，" + err.Error()
	}
	value, err := f.compute(v)
	if err != nil {
		return text + "，" + err.Error()
	}
	if !bare {
		text += " = " + value.decimal()
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

// told writes the formula with the values of v in place of names. Negative
// values get brackets, unknown ones keep their name. bare says that it came
// down to a single amount.
func (f *Formula) told(v *Vars) (text string, bare bool) {
	if text, ok := f.product(v); ok {
		return text, false
	}
	perArea := f.needs&(Area|InnerArea) != 0
	w := writer{v: v}
	root := w.taken(f.root)
	w.atom = func(a Attr) string {
		value, known := v.value(a)
		switch {
		case !known:
			return a.String()
		case value.neg && root.kind != nodeAttr:
			return "(" + value.decimal() + a.unit(perArea) + ")"
		}
		return value.decimal() + a.unit(perArea)
	}
	w.why = nil
	w.write(f.root, 0)
	switch {
	case root.kind == nodeNumber:
		bare = true
		w.WriteString(" 元")
	case root.kind == nodeAttr:
		bare = root.attr == Price && v.Has(Price)
	}
	if len(w.why) > 0 {
		w.WriteString("（" + strings.Join(w.why, "，") + "）")
	}
	return w.String(), bare
}

// taken follows conditions to the branch that counts for the room, and notes
// why. A condition that cannot be decided stays as it is.
func (w *writer) taken(n *node) *node {
	for n.kind == nodeIf {
		yes, err := compileTest(n.args[0])(w.v)
		if err != nil {
			return n
		}
		if why := w.reason(n.args[0], yes); why != "" && !slices.Contains(w.why, why) {
			w.why = append(w.why, why)
		}
		branch := n.args[2]
		if yes {
			branch = n.args[1]
		}
		n = branch
	}
	return n
}

// reason words a condition that holds, or the opposite of one that does not:
// 楼层 2 不大于 5. One that names nothing of the room explains nothing.
func (w *writer) reason(n *node, holds bool) string {
	named := false
	side := writer{v: w.v, atom: func(a Attr) string {
		named = true
		value, _ := w.v.value(a)
		return a.String() + " " + value.decimal()
	}}
	words := map[string][2]string{">": {"大于", "不大于"}, ">=": {"不小于", "小于"}, "<": {"小于", "不小于"}, "<=": {"不大于", "大于"},
		"=": {"等于", "不等于"}, "≠": {"不等于", "等于"}}
	word, ok := words[n.op]
	side.write(n.args[0], 0)
	if side.WriteString(" "); holds {
		side.WriteString(word[0])
	} else {
		side.WriteString(word[1])
	}
	side.WriteString(" ")
	side.write(n.args[1], 0)
	if !named || !ok {
		return ""
	}
	return side.String()
}

// sign is an operator between its operands.
func (w *writer) sign(op string) string {
	if w.v == nil {
		return op
	}
	return map[string]string{"*": " × ", "/": " ÷ ", "+": " + ", "-": " - "}[op]
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
	if w.v != nil {
		n = w.taken(n)
	}
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
		w.WriteString(w.sign(n.op))
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
		if w.v != nil && n.kind != nodeIf {
			w.say(n)
			return
		}
		w.call(n)
	}
}

// say prints a function in words: （0 与 16 层 - 12 中较大的）.
func (w *writer) say(n *node) {
	w.WriteString("（")
	for i, arg := range n.args {
		switch {
		case i > 0 && i == len(n.args)-1:
			w.WriteString(" 与 ")
		case i > 0:
			w.WriteString("、")
		}
		w.write(arg, 0)
	}
	to := "到整数"
	if n.places > 0 {
		to = "到 " + strconv.Itoa(n.places) + " 位小数"
	}
	w.WriteString(map[nodeKind]string{nodeMin: " 中较小的", nodeMax: " 中较大的", nodeCeil: " 向上取整" + to,
		nodeFloor: " 向下取整" + to, nodeRound: " 四舍五入" + to}[n.kind] + "）")
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
