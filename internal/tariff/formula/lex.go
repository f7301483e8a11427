package formula

import "unicode"

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenName
	tokenSign // operator, bracket or comma
)

type token struct {
	kind tokenKind
	text string // names keep their spelling, signs are ASCII
	pos  int    // 1-based character
}

// lexer cuts a text into tokens. Full-width forms count as their ASCII twins,
// because a Chinese keyboard produces them.
type lexer struct {
	text []rune
	at   int
}

func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '×':
		return '*'
	case r == '÷':
		return '/'
	case r == '−':
		return '-'
	}
	return r
}

func (l *lexer) next() (token, error) {
	for l.at < len(l.text) && unicode.IsSpace(l.text[l.at]) {
		l.at++
	}
	start := l.at
	if start == len(l.text) {
		return token{kind: tokenEnd, pos: start + 1}, nil
	}
	r := l.text[start]
	switch {
	case digit(r) || r == '.':
		for l.at < len(l.text) && (digit(l.text[l.at]) || l.text[l.at] == '.') {
			l.at++
		}
		return l.token(tokenNumber, start), nil
	case nameRune(r):
		for l.at < len(l.text) && (nameRune(l.text[l.at]) || digit(l.text[l.at])) {
			l.at++
		}
		return l.token(tokenName, start), nil
	}
	return l.sign(start)
}

func (l *lexer) token(kind tokenKind, start int) token {
	return token{kind, string(l.text[start:l.at]), start + 1}
}

func (l *lexer) sign(start int) (token, error) {
	l.at++
	following := rune(0)
	if l.at < len(l.text) {
		following = l.text[l.at]
	}
	text := ""
	switch r := l.text[start]; r {
	case '+', '-', '*', '/', '(', ')', ',':
		text = string(r)
	case '=', '<', '>', '!':
		text = string(r)
		if following == '=' || r == '<' && following == '>' {
			text += string(following)
			l.at++
		}
	case '≤', '≥', '≠':
		text = string(r)
	}
	switch text {
	case "", "!":
		return token{}, &SyntaxError{start + 1, "不认识的字符「" + string(l.text[start]) + "」"}
	case "==":
		text = "="
	case "≤":
		text = "<="
	case "≥":
		text = ">="
	case "!=", "<>":
		text = "≠"
	}
	return token{tokenSign, text, start + 1}, nil
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

func nameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) }
