package formula

import (
	"fmt"
	"strings"
)

type nodeKind uint8

const (
	nodeNumber nodeKind = iota
	nodeAttr
	nodeNegate
	nodeBinary  // + - * /
	nodeCompare // = ≠ < <= > >=
	nodeIf
	nodeMin
	nodeMax
	nodeCeil
	nodeFloor
	nodeRound
)

type node struct {
	kind   nodeKind
	op     string
	attr   Attr
	value  number
	places int // decimals that nodeCeil, nodeFloor and nodeRound keep
	args   []*node
	pos    int
}

// condition reports whether the node is true or false rather than a number.
func (n *node) condition() bool { return n.kind == nodeCompare }

type parser struct {
	lexer lexer
	token token
	depth int
	needs Attr
}

func (p *parser) parse(src string) (*node, error) {
	for _, r := range src {
		if len(p.lexer.text) == MaxLength {
			return nil, &SyntaxError{MaxLength + 1, fmt.Sprintf("公式最长 %d 个字符，请拆成几个费用项目", MaxLength)}
		}
		p.lexer.text = append(p.lexer.text, narrow(r))
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == tokenEnd {
		return nil, &SyntaxError{1, "公式是空的，例如写 面积*单价"}
	}
	root, err := p.number()
	if err != nil {
		return nil, err
	}
	if p.token.kind != tokenEnd {
		return nil, p.unexpected()
	}
	return root, nil
}

func (p *parser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

func (p *parser) is(sign string) bool {
	return p.token.kind == tokenSign && p.token.text == sign
}

func (p *parser) isOneOf(signs string) bool {
	return p.token.kind == tokenSign && strings.Contains(signs, " "+p.token.text+" ")
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{p.token.pos, fmt.Sprintf(format, args...)}
}

// unexpected words the complaint about a token that follows a finished value.
func (p *parser) unexpected() error {
	switch {
	case p.token.kind == tokenEnd:
		return p.fail("公式没有写完")
	case p.is(")"):
		return p.fail("多了一个右括号")
	case p.is(","):
		return p.fail("这里不能有逗号")
	case p.token.kind == tokenSign && p.token.text != "(":
		return p.fail("这里不能写「%s」", p.token.text)
	}
	return p.fail("「%s」前面缺少运算符", p.token.text)
}

// enter guards the recursion: every bracket, call and sign comes through here.
func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return p.fail("括号套得太深，最多 %d 层", MaxDepth)
	}
	return nil
}

// number reads an expression that must be a number.
func (p *parser) number() (*node, error) {
	n, err := p.expression()
	if err == nil && n.condition() {
		return nil, &SyntaxError{n.pos, "比较只能写在「如果」的条件里，例如 如果(楼层>5, 10, 0)"}
	}
	return n, err
}

func (p *parser) expression() (*node, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	if !p.isOneOf(" = ≠ < <= > >= ") {
		return left, nil
	}
	op, pos := p.token.text, p.token.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.isOneOf(" = ≠ < <= > >= ") || left.condition() || right.condition() {
		return nil, &SyntaxError{pos, "比较不能连写，请用两个「如果」"}
	}
	return &node{kind: nodeCompare, op: op, args: []*node{left, right}, pos: pos}, nil
}

func (p *parser) sum() (*node, error) { return p.chain(" + - ", p.product) }

func (p *parser) product() (*node, error) { return p.chain(" * / ", p.signed) }

func (p *parser) chain(signs string, part func() (*node, error)) (*node, error) {
	left, err := part()
	if err != nil {
		return nil, err
	}
	for p.isOneOf(signs) {
		op, pos := p.token.text, p.token.pos
		if err := p.advance(); err != nil {
			return nil, err
		}
		right, err := part()
		if err != nil {
			return nil, err
		}
		if left.condition() || right.condition() {
			return nil, &SyntaxError{pos, "比较的结果不能参加计算，请改用「如果」"}
		}
		left = &node{kind: nodeBinary, op: op, args: []*node{left, right}, pos: pos}
	}
	return left, nil
}

func (p *parser) signed() (*node, error) {
	if !p.is("-") {
		return p.atom()
	}
	pos := p.token.pos
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	operand, err := p.signed()
	if err != nil {
		return nil, err
	}
	if operand.condition() {
		return nil, &SyntaxError{pos, "比较的结果不能参加计算，请改用「如果」"}
	}
	return &node{kind: nodeNegate, args: []*node{operand}, pos: pos}, nil
}

func (p *parser) atom() (*node, error) {
	t := p.token
	switch {
	case t.kind == tokenNumber:
		return p.literal()
	case t.kind == tokenName:
		if err := p.advance(); err != nil {
			return nil, err
		}
		return p.name(t)
	case p.is("("):
		return p.bracket()
	case t.kind == tokenEnd:
		return nil, p.fail("公式没有写完，这里缺少一个数或名称")
	}
	return nil, p.fail("「%s」前面缺少一个数或名称", t.text)
}

func (p *parser) bracket() (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.expression()
	if err != nil {
		return nil, err
	}
	return inner, p.close()
}

func (p *parser) close() error {
	switch {
	case p.is(")"):
		return p.advance()
	case p.token.kind == tokenEnd:
		return p.fail("缺少右括号")
	}
	return p.unexpected()
}

// The longest literal that is read: twelve digits, six decimals.
const (
	literalWhole  = 12
	literalPlaces = 6
)

func (p *parser) literal() (*node, error) {
	whole, decimals, hasPoint := strings.Cut(p.token.text, ".")
	switch {
	case strings.Contains(decimals, "."), whole == "", hasPoint && decimals == "":
		return nil, p.fail("「%s」不是一个数，小数请写成 0.5 这样", p.token.text)
	case len(whole) > literalWhole:
		return nil, p.fail("整数部分最多 %d 位", literalWhole)
	case len(decimals) > literalPlaces:
		return nil, p.fail("小数最多 %d 位", literalPlaces)
	}
	decimals = strings.TrimRight(decimals, "0")
	var value int64
	for _, c := range whole + decimals {
		value = value*10 + int64(c-'0')
	}
	n := &node{kind: nodeNumber, value: fraction(value, pow10(len(decimals))), pos: p.token.pos}
	return n, p.advance()
}
