package opening

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Place is a room as the plan needs it.
type Place struct {
	Room  id.ID
	Label string
}

// Item is a fee item as the plan needs it.
type Item struct {
	ID   id.ID
	Name string
	Due  func(clock.Month) clock.Date
}

// Facts are what is stored.
type Facts struct {
	Place   func(r *Row) (Place, bool)
	Item    func(name string) (Item, bool)
	Names   []string // of the items there are
	Charged func(item id.ID, month clock.Month, room id.ID) bool
	Now     clock.Month
}

// Charge is one month of a row.
type Charge struct {
	Place
	Item         Item
	Month        clock.Month
	Amount, Paid money.Fen // Paid of Amount, before Linli
	Payer        id.ID     // left to the caller
	Due          clock.Date
	Row          *Row
}

// Totals add a plan up.
type Totals struct {
	Charges, Rooms int
	Amount, Paid   money.Fen
	First, Last    clock.Month
}

// Plan turns the rows into charges by item, month and room; what cannot be is
// added to Problems.
func (s *Sheet) Plan(f Facts) ([]Charge, Totals) {
	type key struct {
		room, item id.ID
		month      clock.Month
	}
	seen := map[key]int{}
	rooms := map[id.ID]bool{}
	var out []Charge
	var t Totals
	for i := range s.List {
		r := &s.List[i]
		place, item, ok := s.match(f, r)
		if !ok {
			continue
		}
		for _, c := range r.months(place, item) {
			k := key{place.Room, item.ID, c.Month}
			switch first := seen[k]; {
			case first != 0:
				s.Refuse(r.Line, ColMonth, c.Month.String(), fmt.Sprintf("和第 %d 行是同一房屋、同一费用的 %s，请合成一行", first, c.Month))
			case f.Charged(item.ID, c.Month, place.Room):
				s.Refuse(r.Line, ColMonth, c.Month.String(), fmt.Sprintf("%s 的%s %s 系统里已经有了，请删去这一行", place.Label, item.Name, c.Month))
			case c.Month > f.Now && c.Paid < c.Amount:
				s.Refuse(r.Line, ColMonth, c.Month.String(), "还没到的账期只能导入已经收清的")
			default:
				out = append(out, c)
				rooms[place.Room] = true
				t.add(&c)
			}
			if seen[k] == 0 {
				seen[k] = r.Line
			}
		}
	}
	t.Rooms = len(rooms)
	slices.SortStableFunc(out, func(a, b Charge) int {
		return cmp.Or(cmp.Compare(a.Item.ID, b.Item.ID), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Room, b.Room))
	})
	return out, t
}

func (t *Totals) add(c *Charge) {
	t.Charges++
	t.Amount += c.Amount
	t.Paid += c.Paid
	if t.First == 0 || c.Month < t.First {
		t.First = c.Month
	}
	t.Last = max(t.Last, c.Month)
}

func (s *Sheet) match(f Facts, r *Row) (Place, Item, bool) {
	place, ok := f.Place(r)
	if !ok {
		s.Refuse(r.Line, ColRoom, r.Room, "没有这间房；请写全楼栋-单元-房号，如 3-2-1502，或先导入房屋")
	}
	item, known := f.Item(r.Item)
	if !known {
		names := "请先在收费项目里新建"
		if len(f.Names) > 0 {
			names += "，或改成已有的：" + strings.Join(f.Names[:min(len(f.Names), 8)], "、")
		}
		s.Refuse(r.Line, ColItem, r.Item, "没有这个费用项目；"+names)
	}
	return place, item, ok && known
}

// dayParts divides by the days of every month there is (28, 29, 30, 31).
const dayParts = 28 * 29 * 15 * 31

// months cuts a row into months: every whole month weighs the same, a part of
// one by its days; amounts are cut by the largest remainder, so that they sum
// exactly. What was paid fills the earliest months first.
func (r *Row) months(p Place, item Item) []Charge {
	var weights []int64
	var out []Charge
	for m := r.From.Month(); m <= r.Until.Month(); m = m.Add(1) {
		days := min(r.Until, m.Last()).Sub(max(r.From, m.First())) + 1
		weights = append(weights, int64(days)*dayParts/int64(m.Days()))
		due := r.Due
		if due == 0 {
			due = item.Due(m)
		}
		out = append(out, Charge{Place: p, Item: item, Month: m, Due: due, Row: r})
	}
	left := r.Paid
	for i, part := range money.Split(r.Amount, weights) {
		out[i].Amount = part
		out[i].Paid = min(left, part)
		left -= out[i].Paid
	}
	return slices.DeleteFunc(out, func(c Charge) bool { return c.Amount == 0 })
}

// Lines word where a charge comes from.
func (c *Charge) Lines() []string {
	r := c.Row
	out := []string{}
	if r.From.Month() == r.Until.Month() {
		out = append(out, fmt.Sprintf("期初导入：应收 %s 元，导入前已收 %s 元", c.Amount.Yuan(), c.Paid.Yuan()))
	} else {
		out = append(out, fmt.Sprintf("期初导入：%s 至 %s 共 %s 元，已收 %s 元", r.From, r.Until, r.Amount.Yuan(), r.Paid.Yuan()),
			fmt.Sprintf("按月分开，本月 %s 元；已收的先抵最早的月份，本月抵 %s 元", c.Amount.Yuan(), c.Paid.Yuan()))
	}
	if r.PaidOn != 0 && c.Paid > 0 {
		out = append(out, "收于 "+r.PaidOn.String())
	}
	if r.Note != "" {
		out = append(out, "备注："+r.Note)
	}
	return out
}
