package paper

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Line is what a receipt pays of one charge of a month.
type Line struct {
	Room, Item id.ID
	RoomLabel  string
	ItemName   string
	Month      clock.Month
	How        string    // how the charge was computed
	Owed       money.Fen // open before
	Amount     money.Fen // paid
}

// run is a row of the paper in the making: months that follow each other and
// cost the same stand in one row.
type run struct {
	line        Line
	first, last clock.Month
	n           int
}

// Rows are the lines as they stand on paper; room is the one at the counter,
// which is not named again.
func Rows(lines []Line, room id.ID) []Row {
	var runs []*run
	type key struct {
		room, item id.ID
		how        string
		amount     money.Fen
	}
	open := map[key]*run{}
	for _, l := range lines {
		k := key{l.Room, l.Item, l.How, l.Amount}
		whole := l.Owed == l.Amount
		if g := open[k]; g != nil && whole && l.Month == g.last.Add(1) {
			g.last = l.Month
			g.n++
			continue
		}
		g := &run{line: l, first: l.Month, last: l.Month, n: 1}
		runs = append(runs, g)
		delete(open, k)
		if whole {
			open[k] = g
		}
	}
	// One fee stands together: in the order in which rooms and fees first appear.
	place := map[[2]id.ID]int{}
	for _, g := range runs {
		k := [2]id.ID{g.line.Room, g.line.Item}
		if _, ok := place[k]; !ok {
			place[k] = len(place)
		}
	}
	slices.SortStableFunc(runs, func(a, b *run) int {
		return cmp.Compare(place[[2]id.ID{a.line.Room, a.line.Item}], place[[2]id.ID{b.line.Room, b.line.Item}])
	})
	rows := make([]Row, 0, len(runs)+1)
	for _, g := range runs {
		rows = append(rows, g.row(len(rows)+1, room))
	}
	return rows
}

func (g *run) row(no int, room id.ID) Row {
	l := g.line
	out := Row{No: no, Item: l.ItemName, Months: g.first.String(), How: l.How, Amount: (l.Amount * money.Fen(g.n)).Comma()}
	if g.n > 1 {
		out.Months += " 至 " + g.last.String()
		if months := strconv.Itoa(g.n) + " 个月"; strings.HasSuffix(l.How, "元/月") && !strings.Contains(l.How, "×") {
			out.How = l.How + " × " + months
		} else {
			out.How = join(l.How, "每月 "+l.Amount.Comma()+"，"+months)
		}
	}
	if l.Amount < l.Owed {
		out.How = join(out.How, "部分缴纳，尚欠 "+(l.Owed-l.Amount).Comma())
	}
	if l.Room != room {
		out.How = join(l.RoomLabel, out.How)
	}
	return out
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "，" + b
}
