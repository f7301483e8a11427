package opening

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/search"
	"linli/internal/kit/spool"
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
	Item  func(name string) (Item, bool)
	Names []string // of the items there are
	// Look finds rooms and charges of some rows at a time.
	Look func(rows []Row) (Stored, error)
	Now  clock.Month
}

// Know makes the facts answer for the items there are.
func (f *Facts) Know(list []Item) {
	named := map[string]Item{}
	for _, it := range list {
		named[search.Fold(it.Name)] = it
		f.Names = append(f.Names, it.Name)
	}
	f.Item = func(name string) (Item, bool) { it, ok := named[search.Fold(name)]; return it, ok }
}

// Stored is what is stored of the rooms of some rows.
type Stored struct {
	Place   func(r *Row) (Place, bool)
	Charged map[Taken]bool
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

// atOnce is how many rows are looked up together.
const atOnce = 2000

// Plan hands on the charges of the rows in the order of the sheet; what cannot
// be is added to Problems.
func (s *Sheet) Plan(f Facts, each func(c *Charge) error) (Totals, error) {
	p := planned{Sheet: s, facts: f, seen: map[spot][]span{}, rooms: map[id.ID]bool{}, each: each}
	err := spool.Some(&s.rows, atOnce, func(rows []Row) error {
		stored, err := f.Look(rows)
		for i := 0; i < len(rows) && err == nil; i++ {
			err = p.row(&rows[i], stored)
		}
		return err
	})
	p.totals.Rooms = len(p.rooms)
	return p.totals, err
}

// planned is a plan while it is made.
type planned struct {
	*Sheet
	facts  Facts
	totals Totals
	seen   map[spot][]span // what earlier rows charge
	rooms  map[id.ID]bool
	each   func(c *Charge) error
}

type spot struct{ room, item id.ID }

// span are the months of one row.
type span struct {
	from, until clock.Month
	line        int32
}

func (p *planned) row(r *Row, stored Stored) error {
	place, item, ok := p.match(stored, r)
	if !ok {
		return nil
	}
	at := spot{place.Room, item.ID}
	for _, c := range r.months(place, item) {
		if wrong := p.wrong(at, &c, stored); wrong != "" {
			p.Refuse(r.Line, ColMonth, c.Month.String(), wrong)
			return nil // one word about a row is enough
		}
		p.rooms[place.Room] = true
		p.totals.add(&c)
		if err := p.each(&c); err != nil {
			return err
		}
	}
	p.seen[at] = append(p.seen[at], span{r.From.Month(), r.Until.Month(), int32(r.Line)})
	return nil
}

// wrong says why a charge cannot be, or nothing.
func (p *planned) wrong(at spot, c *Charge, stored Stored) string {
	for _, x := range p.seen[at] {
		if x.from <= c.Month && c.Month <= x.until {
			return fmt.Sprintf("和第 %d 行是同一房屋、同一费用的 %s，请合成一行", x.line, c.Month)
		}
	}
	switch {
	case stored.Charged[Taken{Period{at.item, c.Month}, at.room}]:
		return fmt.Sprintf("%s 的%s %s 系统里已经有了，请删去这一行", c.Label, c.Item.Name, c.Month)
	case c.Month > p.facts.Now && c.Paid < c.Amount:
		return "还没到的账期只能导入已经收清的"
	}
	return ""
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

func (p *planned) match(stored Stored, r *Row) (Place, Item, bool) {
	s, f := p.Sheet, &p.facts
	place, ok := stored.Place(r)
	if !ok {
		s.Refuse(r.Line, ColRoom, r.Room, "没有这间房；请写全楼栋-单元-房号，如 3-2-1502，或先导入房屋")
	}
	item, known := f.Item(r.Item)
	if !known {
		names := "请先在费用项目里新建"
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

// Text is a charge in the list of what an import would do.
func (c *Charge) Text() string {
	return fmt.Sprintf("%s %s 应收 %s，已收 %s，欠 %s", c.Item.Name, c.Month, c.Amount.Comma(), c.Paid.Comma(), (c.Amount - c.Paid).Comma())
}

// Facts tell what is added up, by title.
func (t *Totals) Facts() [][2]string {
	return [][2]string{{"费用", strconv.Itoa(t.Charges) + " 条"}, {"房屋", strconv.Itoa(t.Rooms) + " 间"}, {"账期", fmt.Sprintf("%s 至 %s", t.First, t.Last)},
		{"应收合计", t.Amount.Comma() + " 元"}, {"导入前已收", t.Paid.Comma() + " 元"}, {"期初欠费", (t.Amount - t.Paid).Comma() + " 元"}}
}
