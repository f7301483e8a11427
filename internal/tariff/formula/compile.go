package formula

// compute is a compiled expression; test is a compiled condition.
type (
	compute func(*Vars) (number, error)
	test    func(*Vars) (bool, error)
)

func compile(n *node) compute {
	switch n.kind {
	case nodeNumber:
		value := n.value
		return func(*Vars) (number, error) { return value, nil }
	case nodeAttr:
		return compileAttr(n.attr)
	case nodeNegate:
		operand := compile(n.args[0])
		return func(v *Vars) (number, error) {
			x, err := operand(v)
			return x.negated(), err
		}
	case nodeBinary:
		return compileBinary(n)
	case nodeIf:
		return compileIf(n)
	case nodeMin:
		return compileExtreme(n, -1)
	case nodeMax:
		return compileExtreme(n, 1)
	case nodeCeil:
		return compilePlaces(n, func(neg, _ bool, _ int) bool { return !neg })
	case nodeFloor:
		return compilePlaces(n, func(neg, _ bool, _ int) bool { return neg })
	default: // nodeRound; the parser lets no condition through
		return compilePlaces(n, func(_, _ bool, half int) bool { return half >= 0 })
	}
}

func compileAttr(a Attr) compute {
	missing := &MissingError{a}
	return func(v *Vars) (number, error) {
		x, ok := v.value(a)
		if !ok {
			return number{}, missing
		}
		return x, nil
	}
}

func compileBinary(n *node) compute {
	apply := number.div
	switch n.op {
	case "+":
		apply = number.add
	case "-":
		apply = func(a, b number) (number, error) { return a.add(b.negated()) }
	case "*":
		apply = number.mul
	}
	left, right := compile(n.args[0]), compile(n.args[1])
	return func(v *Vars) (number, error) {
		a, err := left(v)
		if err != nil {
			return number{}, err
		}
		b, err := right(v)
		if err != nil {
			return number{}, err
		}
		return apply(a, b)
	}
}

// compileIf evaluates only the branch that is taken, so that the other one may
// divide by zero or lack an attribute.
func compileIf(n *node) compute {
	condition := compileTest(n.args[0])
	yes, no := compile(n.args[1]), compile(n.args[2])
	return func(v *Vars) (number, error) {
		ok, err := condition(v)
		if err != nil {
			return number{}, err
		}
		if ok {
			return yes(v)
		}
		return no(v)
	}
}

func compileTest(n *node) test {
	left, right := compile(n.args[0]), compile(n.args[1])
	holds := func(order int) bool { return order == 0 }
	switch n.op {
	case "≠":
		holds = func(order int) bool { return order != 0 }
	case "<":
		holds = func(order int) bool { return order < 0 }
	case "<=":
		holds = func(order int) bool { return order <= 0 }
	case ">":
		holds = func(order int) bool { return order > 0 }
	case ">=":
		holds = func(order int) bool { return order >= 0 }
	}
	return func(v *Vars) (bool, error) {
		a, err := left(v)
		if err != nil {
			return false, err
		}
		b, err := right(v)
		if err != nil {
			return false, err
		}
		return holds(a.cmp(b)), nil
	}
}

func compileExtreme(n *node, sign int) compute {
	parts := make([]compute, len(n.args))
	for i, arg := range n.args {
		parts[i] = compile(arg)
	}
	return func(v *Vars) (number, error) {
		best, err := parts[0](v)
		if err != nil {
			return number{}, err
		}
		for _, part := range parts[1:] {
			x, err := part(v)
			if err != nil {
				return number{}, err
			}
			if x.cmp(best) == sign {
				best = x
			}
		}
		return best, nil
	}
}

func compilePlaces(n *node, away func(neg, odd bool, half int) bool) compute {
	operand, places := compile(n.args[0]), n.places
	return func(v *Vars) (number, error) {
		x, err := operand(v)
		if err != nil {
			return number{}, err
		}
		return x.toPlaces(places, away)
	}
}
