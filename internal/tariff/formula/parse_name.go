package formula

import "strings"

// function describes a callable name: how many arguments it takes.
type function struct {
	kind     nodeKind
	min, max int
	example  string
}

// functionNamed finds a function by its Chinese or (lower-case) English name.
// floor is also an attribute; a bracket behind it makes it the function.
func functionNamed(name string) (function, bool) {
	switch name {
	case "如果", "if":
		return function{nodeIf, 3, 3, "如果(楼层>5, 10, 0)"}, true
	case "最小", "min":
		return function{nodeMin, 2, MaxLength, "最小(面积*单价, 200)"}, true
	case "最大", "max":
		return function{nodeMax, 2, MaxLength, "最大(面积*单价, 50)"}, true
	case "向上取整", "ceil":
		return function{nodeCeil, 1, 2, "向上取整(面积) 或 向上取整(面积, 1)"}, true
	case "向下取整", "floor":
		return function{nodeFloor, 1, 2, "向下取整(面积) 或 向下取整(面积, 1)"}, true
	case "四舍五入", "round":
		return function{nodeRound, 1, 2, "四舍五入(面积) 或 四舍五入(面积, 1)"}, true
	}
	return function{}, false
}

// name reads what follows a name token that has just been passed.
func (p *parser) name(t token) (*node, error) {
	lower := strings.ToLower(t.text)
	if f, ok := functionNamed(lower); ok && p.is("(") {
		return p.call(t, f)
	}
	if a, ok := attrNamed(lower); ok {
		if p.is("(") {
			return nil, p.fail("「%s」后面缺少运算符", t.text)
		}
		p.needs |= a
		return &node{kind: nodeAttr, attr: a, pos: t.pos}, nil
	}
	if f, ok := functionNamed(lower); ok {
		return nil, &SyntaxError{t.pos, "「" + t.text + "」后面要写括号，例如 " + f.example}
	}
	return nil, &SyntaxError{t.pos, "不认识的名称「" + t.text + "」，可用：" + knownNames() + hint(lower)}
}

func knownNames() string {
	var names []string
	for a := Area; a < attrEnd; a <<= 1 {
		names = append(names, a.String())
	}
	return strings.Join(names, "、")
}

// hint recognises names that were glued together with a letter x for ×.
func hint(name string) string {
	left, right, found := strings.Cut(name, "x")
	if !found {
		return ""
	}
	_, known := attrNamed(left)
	if !known {
		_, known = attrNamed(right)
	}
	if !known {
		return ""
	}
	return "；乘号请写 * 或 ×"
}

func (p *parser) call(t token, f function) (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	n := &node{kind: f.kind, pos: t.pos}
	wrong := &SyntaxError{t.pos, "「" + t.text + "」的参数个数不对，例如 " + f.example}
	for {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.is(")") {
			return nil, wrong
		}
		arg, err := p.argument(f.kind, len(n.args))
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
		if !p.is(",") {
			break
		}
	}
	if err := p.close(); err != nil {
		return nil, err
	}
	if len(n.args) < f.min || len(n.args) > f.max {
		return nil, wrong
	}
	return n, n.takePlaces()
}

func (p *parser) argument(kind nodeKind, index int) (*node, error) {
	if kind != nodeIf || index != 0 {
		return p.number()
	}
	condition, err := p.expression()
	if err == nil && !condition.condition() {
		return nil, &SyntaxError{condition.pos, "「如果」的第一个参数要写比较，例如 楼层>5"}
	}
	return condition, err
}

// takePlaces moves the second argument of a rounding function, which is fixed
// when the formula is written, out of the arguments.
func (n *node) takePlaces() error {
	if n.kind != nodeCeil && n.kind != nodeFloor && n.kind != nodeRound || len(n.args) < 2 {
		return nil
	}
	places := n.args[1]
	if places.kind != nodeNumber || places.value.den.lo != 1 || places.value.num.lo > literalPlaces {
		return &SyntaxError{places.pos, "小数位数要写 0 到 6 的整数"}
	}
	n.places = int(places.value.num.lo)
	n.args = n.args[:1]
	return nil
}
