package tariff

import (
	"context"
	"fmt"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/search"
	"linli/internal/kit/supply"
)

// Basis says what the price is multiplied by.
type Basis string

// The bases.
const (
	ByArea     Basis = "area"     // 建筑面积 × 单价
	Fixed      Basis = "fixed"    // 单价 per room
	ByFormula  Basis = "formula"  // the formula of the rate
	ByPeople   Basis = "people"   // 现住人数 × 单价
	ByQuantity Basis = "quantity" // 数量 of the assignment × 单价
	Metered    Basis = "metered"  // what meters say was used in the month, priced by the rate's tariff
	Shared     Basis = "shared"   // amounts come from shared cost documents
	Once       Basis = "once"     // amounts come from single charges, room by room
	Costs      Basis = "costs"    // like Once, of what it cost to collect (实现债权的费用); paid before late fees and principal (民法典 561)
)

// Single reports whether amounts come from single charges only.
func (b Basis) Single() bool { return b == Once || b == Costs }

// Monthly reports whether every month has a price before anything is used,
// shared or charged singly.
func (b Basis) Monthly() bool { return !b.Single() && b != Metered && b != Shared }

// Cycle is how often the item is billed; obligations are months whatever it is.
type Cycle string

// Months is the length of the cycle.
func (c Cycle) Months() int {
	switch c {
	case "month":
		return 1
	case "bimonth":
		return 2
	case "quarter":
		return 3
	case "half":
		return 6
	case "year":
		return 12
	}
	return 0
}

// Label is the Chinese name of the cycle.
func (c Cycle) Label() string {
	switch c {
	case "month":
		return "月"
	case "bimonth":
		return "两个月"
	case "quarter":
		return "季"
	case "half":
		return "半年"
	}
	return "年"
}

// Habit is how a month that begins or ends inside is charged (domain 1.2).
type Habit string

// The five habits.
const (
	Actual Habit = "actual" // days ÷ days of the month, both boundary days count
	D30    Habit = "d30"    // days ÷ 30, at most a month
	D365   Habit = "d365"   // days × 12 ÷ 365
	Half   Habit = "half"   // from the 16th, or until the 15th: half a month; else a whole
	Next   Habit = "next"   // whole months that are covered on their 1st day
)

// Item is a fee item 费用项目 of one project.
type Item struct {
	ID         id.ID
	Name       string
	Basis      Basis
	Cycle      Cycle
	Advance    bool           // billed in the first month of the period; else in the month after it
	StartMonth int            // 1–12, a month in which a period begins
	PerPeriod  bool           // the price is for a period of the cycle, not for a month
	From       clock.Date     // first day charged
	Until      clock.Date     // last day charged, 0 = open
	DueDay     int            // day of the billing month, 0 = its last day
	Rounding   money.Rounding // once per obligation
	Unit       money.Fen      // 1, 10 or 100 fen
	AtPeriod   bool           // round the period and split it by largest remainder; else round each month
	FirstMonth Habit
	Meter      supply.Kind // only for Metered: whose usage
	Active     bool
	Used       bool // has been in a run: what decides amounts is frozen
	Version    int
}

// calculation is what decides amounts; it never changes once charges exist, so
// that each of them can be recomputed.
type calculation struct {
	basis      Basis
	cycle      Cycle
	start      int
	perPeriod  bool
	rounding   money.Rounding
	unit       money.Fen
	atPeriod   bool
	firstMonth Habit
	meter      supply.Kind
}

func (i *Item) calculation() calculation {
	return calculation{i.Basis, i.Cycle, i.StartMonth, i.PerPeriod, i.Rounding, i.Unit, i.AtPeriod, i.FirstMonth, i.Meter}
}

func (i *Item) check() error {
	name, err := search.CleanName(i.Name)
	if err != nil && i.Name != "" {
		return ErrItem.At("body.name", "不能为空，也不能有看不见的字符", nil)
	}
	i.Name = name
	if n := utf8.RuneCountInString(i.Name); n == 0 || n > 40 {
		return ErrItem.At("body.name", "要填写，最多 40 个字", i.Name)
	}
	switch i.Basis {
	case ByArea, Fixed, ByFormula, ByPeople, ByQuantity, Metered, Shared, Once, Costs:
	default:
		return ErrItem.At("body.basis", "不在可选范围内", string(i.Basis))
	}
	if err := i.checkMeter(); err != nil {
		return err
	}
	if i.Cycle.Months() == 0 {
		return ErrItem.At("body.cycle", "不在可选范围内", string(i.Cycle))
	}
	if i.StartMonth < 1 || i.StartMonth > 12 {
		return ErrItem.At("body.start_month", "要在 1–12 之间", i.StartMonth)
	}
	if i.From == 0 {
		return ErrItem.At("body.from_date", "要填写从哪天起收", "")
	}
	if i.Until != 0 && i.Until < i.From {
		return ErrItem.At("body.until_date", "不能早于起收日", i.Until.String())
	}
	if i.DueDay < 0 || i.DueDay > 31 {
		return ErrItem.At("body.due_day", "要在 1–31 之间，0 为月末", i.DueDay)
	}
	if !i.Rounding.Valid() || i.Unit != money.OneFen && i.Unit != money.OneJiao && i.Unit != money.OneYuan {
		return ErrItem.At("body.unit", "取整单位应为 1、10 或 100 分", int64(i.Unit))
	}
	switch i.FirstMonth {
	case Actual, D30, D365, Half, Next:
	default:
		return ErrItem.At("body.first_month", "不在可选范围内", string(i.FirstMonth))
	}
	return nil
}

// checkMeter holds an item against what its basis can be.
func (i *Item) checkMeter() error {
	if i.Basis != Metered {
		if i.Meter != "" {
			return ErrItem.At("body.meter_kind", "只有按用量的项目才选表", string(i.Meter))
		}
		return nil
	}
	switch {
	case i.Meter.Label() == "":
		return ErrItem.At("body.meter_kind", "要选按哪种表收", string(i.Meter))
	case i.Cycle.Months() > 2:
		return ErrItem.At("body.cycle", "按用量的费用每月或每两个月抄表出账", string(i.Cycle))
	case i.Advance && i.Cycle != "month":
		return ErrItem.At("body.timing", "每两个月抄表的费用要抄表后收", "advance")
	case i.PerPeriod || i.AtPeriod:
		return ErrItem.At("body.round_at", "按用量的费用每次出账取整", "period")
	}
	return nil
}

// CreateItem adds a fee item. Errors: ErrItem, ErrItemName.
func (s *Service) CreateItem(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, i Item) (Item, error) {
	if err := i.check(); err != nil {
		return i, err
	}
	i.ID, i.Version, i.Active, i.Used = tx.NewID(), 1, true, false
	if err := insertItem(ctx, tx, project, &i); err != nil {
		return i, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.item_created", Kind: "item", Subject: i.ID,
		Summary: "新建费用项目 " + i.Name, After: i})
	return i, nil
}

// EditItem changes an item; Version must be the one that was read. What
// decides amounts is frozen by the first run. Errors: ErrItem, ErrItemName,
// ErrItemUsed, fault.ErrStale, fault.ErrNotFound.
func (s *Service) EditItem(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, i Item) (Item, error) {
	if err := i.check(); err != nil {
		return i, err
	}
	old, err := lockItem(ctx, tx, project, i.ID)
	if err != nil {
		return i, err
	}
	if old.Version != i.Version {
		return i, fault.ErrStale
	}
	if old.Used && old.calculation() != i.calculation() {
		return i, ErrItemUsed
	}
	i.Used, i.Version = old.Used, old.Version+1
	if err := updateItem(ctx, tx, project, &i); err != nil {
		return i, err
	}
	action, verb := "billing.item_changed", "修改"
	if old.Active && !i.Active {
		action, verb = "billing.item_retired", "停用"
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "item", Subject: i.ID,
		Summary: verb + "费用项目 " + i.Name, Before: old, After: i})
	return i, nil
}

// Items lists the items of a project, active ones first, oldest first.
func (s *Service) Items(ctx context.Context, q db.Q, project id.ID) ([]Item, error) {
	return items(ctx, q, project)
}

// Item reads one. Error: fault.ErrNotFound.
func (s *Service) Item(ctx context.Context, q db.Q, project, item id.ID) (Item, error) {
	return oneItem(ctx, q, project, item)
}

// LockItem reads an item and keeps others from changing it until the
// transaction ends. Error: fault.ErrNotFound.
func (s *Service) LockItem(ctx context.Context, tx *db.Tx, project, item id.ID) (Item, error) {
	return lockItem(ctx, tx, project, item)
}

// MarkUsed freezes what decides the amounts of items, because charges are made
// of them now.
func (s *Service) MarkUsed(ctx context.Context, tx *db.Tx, project id.ID, items []id.ID) error {
	return markUsed(ctx, tx, project, items)
}

// DueDate is the day of the billing month m on which the item falls due.
func (i *Item) DueDate(m clock.Month) clock.Date {
	if i.DueDay == 0 || i.DueDay >= m.Days() {
		return m.Last()
	}
	return m.First().AddDays(i.DueDay - 1)
}

// PeriodOf is the period of the cycle that contains month m.
func (i *Item) PeriodOf(m clock.Month) (first clock.Month, months int) {
	n := i.Cycle.Months()
	return m.Add(-((m.Number() - i.StartMonth + 12) % n)), n
}

// billedIn is the period that the run of month m bills: the one that contains
// m when paid in advance, the one that contains the month before, once it is
// over, when paid in arrears.
func (i *Item) billedIn(m clock.Month) (first clock.Month, months int, due bool) {
	if i.Advance {
		first, months = i.PeriodOf(m)
		return first, months, true
	}
	first, months = i.PeriodOf(m.Add(-1))
	return first, months, first.Add(months) == m
}

// PriceUnit is what the price is of: 元/㎡·月.
func (i *Item) PriceUnit() string {
	if i.Basis == Metered {
		return "元/" + i.Meter.Unit()
	}
	if i.Basis == Shared || i.Basis.Single() {
		return "元"
	}
	per := "月"
	if i.PerPeriod {
		per = i.Cycle.Label()
	}
	switch i.Basis {
	case ByArea:
		return "元/㎡·" + per
	case ByPeople:
		return "元/人·" + per
	case ByQuantity:
		return "元/个·" + per
	}
	return "元/" + per
}

// RoundingText says how an obligation is rounded: 四舍五入到分.
func (i *Item) RoundingText() string {
	unit := map[money.Fen]string{money.OneFen: "分", money.OneJiao: "角", money.OneYuan: "元"}[i.Unit]
	return fmt.Sprintf("%s到%s", i.Rounding.Label(), unit)
}
