package sharedcost

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// behind stands behind every room and document there is.
const behind = id.ID(1<<63 - 1)

// State is where a shared cost document stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Released  State = "released"
	Withdrawn State = "withdrawn" // drafts that were thrown away, too
)

// Cost 公摊单 is one cost of a month that several rooms bear together.
type Cost struct {
	ID    id.ID
	Item  id.ID
	Month clock.Month
	Where
	Weigh     billing.Weigh
	Total     money.Fen
	Kind      supply.Kind // whose usage: weights by usage, losses
	Main      id.ID       // main meter of a loss, 0 when the total is known
	MainUsage money.Qty
	SubUsage  money.Qty
	Price     money.Price // of a unit lost
	Given     []Weight    // weights as typed
	Weights   money.Qty   // sum
	Rooms     int         // that bear something
	Source    string      // the invoice or meter that shows the cost
	State     State
	Run       id.ID
	CreatedBy string
	CreatedAt time.Time
	DecidedBy string
	DecidedAt time.Time
	Reason    string
	Version   int
}

func (c *Cost) check(tx *db.Tx, item *tariff.Item) error {
	c.Source = strings.TrimSpace(c.Source)
	switch {
	case item.Basis != tariff.Shared:
		return ErrInvalid.At("body.item_id", "要选按公摊单收的费用项目", item.Name)
	case !item.Active:
		return tariff.ErrItemRetired
	case c.Month == 0 || c.Month > clock.MonthOf(tx.Now()):
		return ErrInvalid.At("body.month", "账期最晚到本月", c.Month.String())
	case c.Weigh.Label() == "":
		return ErrInvalid.At("body.weigh", "不在可选范围内", string(c.Weigh))
	case c.Weigh != billing.WeighGiven && len(c.Given) > 0:
		return ErrInvalid.At("body.given", "只有按给定的权重分摊时才填", len(c.Given))
	case (c.Weigh == billing.WeighUsage || c.Main != 0) && c.Kind.Label() == "":
		return ErrInvalid.At("body.meter_kind", "按用量或损耗分摊要选哪种表", string(c.Kind))
	case c.Main == 0 && (c.Total <= 0 || c.Total > billing.MaxAmount):
		return ErrInvalid.At("body.total", "总额要大于 0，且不超过 1 亿元", int64(c.Total))
	case c.Main != 0 && (c.Price <= 0 || c.Price > tariff.MaxPrice):
		return ErrInvalid.At("body.price", "损耗的单价要大于 0", int64(c.Price))
	case utf8.RuneCountInString(c.Source) < 2 || utf8.RuneCountInString(c.Source) > 200:
		return ErrInvalid.At("body.source_text", "请写明费用的依据，例如电费发票号，2–200 个字", c.Source)
	}
	return nil
}

// Create splits a cost and keeps it as a draft to be looked at: the parts
// sum to the total by the largest remainder. Errors: ErrInvalid, ErrNoWeights,
// ErrGivenTwice, ErrGivenUnknown, ErrGivenOutside, ErrNoLoss, estate.ErrNoBuilding,
// estate.ErrNoUnit, tariff.ErrItemRetired, meter.ErrNeedsReview, meter.ErrNoReading,
// fault.ErrNotFound.
func (s *Service) Create(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c Cost) (Cost, error) {
	item, err := s.tariff.Item(ctx, tx, project, c.Item)
	if err != nil {
		return c, err
	}
	if err := c.check(tx, &item); err != nil {
		return c, err
	}
	if _, err := s.named(ctx, tx, project, c.Where); err != nil {
		return c, err
	}
	parts, err := s.weigh(ctx, tx, project, &c)
	if err != nil {
		return c, err
	}
	if err := c.split(parts); err != nil {
		return c, err
	}
	c.ID, c.State, c.Version, c.CreatedBy, c.CreatedAt = tx.NewID(), Draft, 1, who.Name, tx.Now()
	if err := insertCost(ctx, tx, project, &c, parts); err != nil {
		return c, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.shared_created", Kind: "shared", Subject: c.ID,
		Summary: fmt.Sprintf("新建公摊单 %s %s，%s 元，%d 间房", item.Name, c.Month, c.Total.Comma(), c.Rooms), After: c})
	return c, nil
}

// weigh gives every room its weight, in the order of rooms.
func (s *Service) weigh(ctx context.Context, q db.Q, project id.ID, c *Cost) ([]billing.SharedPart, error) {
	var usage map[id.ID]*meter.Usage
	var err error
	if c.Weigh == billing.WeighUsage || c.Main != 0 {
		if usage, err = s.meter.Usages(ctx, q, project, c.Kind, c.Month, c.Month, c.Month, 0, behind); err != nil {
			return nil, err
		}
	}
	given, err := s.given(ctx, q, project, c)
	if err != nil {
		return nil, err
	}
	parts := []billing.SharedPart{}
	c.SubUsage = 0
	err = s.stream(ctx, q, project, c.Where, func(r *estate.BillingRoom) error {
		w, err := c.weightOf(r, usage[r.ID])
		if err != nil || w < 0 {
			return err
		}
		if c.Weigh == billing.WeighGiven {
			var ok bool
			if w, ok = given[r.ID]; !ok {
				return nil
			}
			delete(given, r.ID)
		}
		parts = append(parts, billing.SharedPart{Room: r.ID, Weight: w})
		return nil
	})
	if err == nil {
		err = s.strangers(ctx, q, project, c, given)
	}
	if err != nil || c.Main == 0 {
		return parts, err
	}
	return parts, s.loss(ctx, q, project, c)
}

// weightOf is the weight of one room ×10⁻⁴, below zero when it bears nothing.
func (c *Cost) weightOf(r *estate.BillingRoom, u *meter.Usage) (money.Qty, error) {
	if u != nil {
		if err := u.Fault(); err != nil {
			return 0, err
		}
		c.SubUsage += u.Total()
	}
	switch c.Weigh {
	case billing.WeighArea:
		if r.Known&estate.KnownArea == 0 {
			return 0, ErrInvalid.Say("有房屋没有建筑面积，请到房屋档案补上再分摊")
		}
		return money.Qty(r.Area) * 100, nil
	case billing.WeighFloor:
		if r.Known&estate.KnownFloor == 0 {
			return 0, ErrInvalid.Say("有房屋没有楼层，请到房屋档案补上再分摊")
		}
		return money.Qty(max(r.Floor-1, 0)) * 10_000, nil
	case billing.WeighUsage:
		if u == nil {
			return -1, nil
		}
		return u.Total(), nil
	}
	return 10_000, nil
}

// loss prices what the main meter counted and the rooms' meters did not.
func (s *Service) loss(ctx context.Context, q db.Q, project id.ID, c *Cost) error {
	main, err := s.meter.MeterUsage(ctx, q, project, c.Month, []id.ID{c.Main})
	if err != nil {
		return err
	}
	usage, ok := main[c.Main]
	if !ok {
		return meter.ErrNoReading.Say("总表 %s 还没有读数，或用量待复核", c.Month)
	}
	if c.MainUsage = usage; usage <= c.SubUsage {
		return ErrNoLoss
	}
	total, err := c.Price.TimesQty(usage-c.SubUsage, money.HalfUp)
	if err != nil || total > billing.MaxAmount {
		return meter.ErrTooMuch
	}
	if c.Total = total; total == 0 {
		return ErrNoLoss
	}
	return nil
}

// split fills in the amounts.
func (c *Cost) split(parts []billing.SharedPart) error {
	weights := make([]int64, len(parts))
	c.Weights, c.Rooms = 0, 0
	for i := range parts {
		weights[i] = int64(parts[i].Weight)
		c.Weights += parts[i].Weight
	}
	if c.Weights == 0 {
		return ErrNoWeights
	}
	for i, amount := range money.Split(c.Total, weights) {
		if parts[i].Amount = amount; amount > 0 {
			c.Rooms++
		}
	}
	return nil
}

// Release makes the parts of a draft charges, exactly once: the same item
// and month cannot be shared out to a room again while these charges live.
// Errors: ErrState, ErrTwice, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Release(ctx context.Context, tx *db.Tx, who actor.Actor, project, shared id.ID, version int) (Cost, error) {
	c, err := lockCost(ctx, tx, project, shared)
	if err != nil {
		return c, err
	}
	if c.Version != version {
		return c, fault.ErrStale
	}
	if c.State != Draft {
		return c, ErrState
	}
	item, err := s.tariff.Item(ctx, tx, project, c.Item)
	if err != nil {
		return c, err
	}
	run, err := s.charge(ctx, tx, who, project, &c, &item)
	if db.IsUnique(err) {
		return c, ErrTwice.Because(err)
	}
	if err != nil {
		return c, fmt.Errorf("release shared cost: %w", err)
	}
	before := c
	c.State, c.Run, c.DecidedBy, c.DecidedAt = Released, run, who.Name, tx.Now()
	c.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.shared_released", Kind: "shared", Subject: c.ID,
		Summary: fmt.Sprintf("发布公摊单 %s %s，%s 元，%d 间房", item.Name, c.Month, c.Total.Comma(), c.Rooms), Before: before, After: c})
	return c, updateCost(ctx, tx, project, &c)
}

// charge makes the parts owed.
func (s *Service) charge(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c *Cost, item *tariff.Item) (id.ID, error) {
	parts, err := listParts(ctx, tx, project, c.ID, 0, -1)
	if err != nil {
		return 0, err
	}
	place, err := s.named(ctx, tx, project, c.Where)
	if err != nil {
		return 0, err
	}
	return s.billing.ChargeShared(ctx, tx, who, project, &billing.SharedOut{Doc: c.ID, Item: item, Month: c.Month, Total: c.Total, Weigh: c.Weigh,
		Weights: c.Weights, Source: c.Source, Place: place, Parts: parts})
}

// Withdraw throws a draft away, or takes back what was released while
// nobody has paid. Errors: ErrState, billing.ErrPaid, billing.ErrReason, fault.ErrStale,
// fault.ErrNotFound.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, who actor.Actor, project, shared id.ID, reason string, version int) (Cost, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return Cost{}, billing.ErrReason
	}
	c, err := lockCost(ctx, tx, project, shared)
	if err != nil {
		return c, err
	}
	if c.Version != version {
		return c, fault.ErrStale
	}
	switch c.State {
	case Released:
		if err := s.billing.WithdrawShared(ctx, tx, who, project, c.Run, reason); err != nil {
			return c, err
		}
	case Draft:
	default:
		return c, ErrState
	}
	before := c
	c.State, c.DecidedBy, c.DecidedAt, c.Reason = Withdrawn, who.Name, tx.Now(), reason
	c.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.shared_withdrawn", Kind: "shared", Subject: c.ID,
		Summary: "撤回公摊单，" + reason, Before: before, After: c})
	return c, updateCost(ctx, tx, project, &c)
}

// Costs lists documents, newest first.
func (s *Service) Costs(ctx context.Context, q db.Q, project id.ID, r page.Request) (page.List[Cost], error) {
	list, err := page.Newest(&r, func(c Cost) id.ID { return c.ID }, func(before id.ID) ([]Cost, error) {
		return listCosts(ctx, q, project, before, r.Limit+1)
	})
	if err != nil {
		return list, fmt.Errorf("list shared costs: %w", err)
	}
	return list, nil
}

// Parts lists what the rooms bear, in the order of rooms.
func (s *Service) Parts(ctx context.Context, q db.Q, project, shared id.ID, r page.Request) (page.List[billing.SharedPart], error) {
	var after id.ID
	if _, err := page.Decode(r.Cursor, &after); err != nil {
		return page.List[billing.SharedPart]{}, err
	}
	rows, err := listParts(ctx, q, project, shared, after, r.Limit+1)
	if err != nil {
		return page.List[billing.SharedPart]{}, fmt.Errorf("list parts of shared cost: %w", err)
	}
	return page.Cut(rows, r.Limit, func(p billing.SharedPart) []any { return []any{p.Room} }), nil
}
