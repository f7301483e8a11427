package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
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

// Weigh is what a shared cost is split by.
type Weigh string

// The weights.
const (
	WeighArea  Weigh = "area"      // 建筑面积; what counts when nothing is agreed (民法典 283)
	WeighHouse Weigh = "household" // every room the same
	WeighFloor Weigh = "floor"     // 1 层 0, else the floor less one
	WeighUsage Weigh = "usage"     // what the room's own meters used in the month
	WeighGiven Weigh = "given"     // as typed
)

// Label is the Chinese name, empty when there is no such weight.
func (w Weigh) Label() string {
	return map[Weigh]string{WeighArea: "建筑面积", WeighHouse: "户数", WeighFloor: "楼层系数（1 层为 0，其余为层数减 1）", WeighUsage: "分表用量",
		WeighGiven: "给定的权重"}[w]
}

// What is refused of shared costs.
var (
	ErrShared      = fault.New(fault.Invalid, "shared_invalid", "公摊单填写不完整，请按提示修改")
	ErrSharedState = fault.New(fault.Conflict, "shared_state", "这张公摊单现在不能这样做，请刷新后再看")
	ErrSharedTwice = fault.New(fault.Conflict, "shared_twice", "这些房屋本月的这项公摊已经分摊过，不能再收一次")
	ErrNoWeights   = fault.New(fault.Conflict, "shared_no_weights", "没有可以分摊的房屋，或权重都是 0")
	ErrNoLoss      = fault.New(fault.Conflict, "shared_no_loss", "总表用量不大于分表合计，没有损耗可分摊")
)

// SharedState is where a shared cost document stands.
type SharedState string

// The states.
const (
	SharedDraft     SharedState = "draft"
	SharedReleased  SharedState = "released"
	SharedWithdrawn SharedState = "withdrawn" // drafts that were thrown away, too
)

// SharedCost 公摊单 is one cost of a month that several rooms bear together.
type SharedCost struct {
	ID        id.ID
	Item      id.ID
	Month     clock.Month
	Building  id.ID // 0 = all
	Weigh     Weigh
	Total     money.Fen
	Kind      supply.Kind // whose usage: weights by usage, losses
	Main      id.ID       // main meter of a loss, 0 when the total is known
	MainUsage money.Qty
	SubUsage  money.Qty
	Price     money.Price // of a unit lost
	Given     map[id.ID]money.Qty
	Weights   money.Qty // sum
	Rooms     int       // that bear something
	Source    string    // the invoice or meter that shows the cost
	State     SharedState
	Run       id.ID
	CreatedBy string
	CreatedAt time.Time
	DecidedBy string
	DecidedAt time.Time
	Reason    string
	Version   int
}

// SharedPart is what one room bears.
type SharedPart struct {
	Room   id.ID
	Weight money.Qty // ×10⁻⁴
	Amount money.Fen
}

func (c *SharedCost) check(tx *db.Tx, item *tariff.Item) error {
	c.Source = strings.TrimSpace(c.Source)
	switch {
	case item.Basis != tariff.Shared:
		return ErrShared.At("body.item_id", "要选按公摊单收的费用项目", item.Name)
	case !item.Active:
		return tariff.ErrItemRetired
	case c.Month == 0 || c.Month > clock.MonthOf(tx.Now()):
		return ErrShared.At("body.month", "账期最晚到本月", c.Month.String())
	case c.Weigh.Label() == "":
		return ErrShared.At("body.weigh", "不在可选范围内", string(c.Weigh))
	case (c.Weigh == WeighUsage || c.Main != 0) && c.Kind.Label() == "":
		return ErrShared.At("body.meter_kind", "按用量或损耗分摊要选哪种表", string(c.Kind))
	case c.Main == 0 && (c.Total <= 0 || c.Total > maxAmount):
		return ErrShared.At("body.total", "总额要大于 0，且不超过 1 亿元", int64(c.Total))
	case c.Main != 0 && (c.Price <= 0 || c.Price > tariff.MaxPrice):
		return ErrShared.At("body.price", "损耗的单价要大于 0", int64(c.Price))
	case utf8.RuneCountInString(c.Source) < 2 || utf8.RuneCountInString(c.Source) > 200:
		return ErrShared.At("body.source_text", "请写明费用的依据，例如电费发票号，2–200 个字", c.Source)
	}
	return nil
}

// CreateShared splits a cost and keeps it as a draft to be looked at: the parts
// sum to the total by the largest remainder. Errors: ErrShared, ErrNoWeights,
// ErrNoLoss, ErrItemRetired, meter.ErrNeedsReview, meter.ErrNoReading,
// fault.ErrNotFound.
func (s *Service) CreateShared(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c SharedCost) (SharedCost, error) {
	item, err := s.tariff.Item(ctx, tx, project, c.Item)
	if err != nil {
		return c, err
	}
	if err := c.check(tx, &item); err != nil {
		return c, err
	}
	parts, err := s.weigh(ctx, tx, project, &c)
	if err != nil {
		return c, err
	}
	if err := c.split(parts); err != nil {
		return c, err
	}
	c.ID, c.State, c.Version, c.CreatedBy, c.CreatedAt = tx.NewID(), SharedDraft, 1, who.Name, tx.Now()
	if err := insertShared(ctx, tx, project, &c, parts); err != nil {
		return c, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.shared_created", Kind: "shared", Subject: c.ID,
		Summary: fmt.Sprintf("新建公摊单 %s %s，%s 元，%d 间房", item.Name, c.Month, c.Total.Comma(), c.Rooms), After: c})
	return c, nil
}

// weigh gives every room its weight, in the order of rooms.
func (s *Service) weigh(ctx context.Context, q db.Q, project id.ID, c *SharedCost) ([]SharedPart, error) {
	var usage map[id.ID]*meter.Usage
	var err error
	if c.Weigh == WeighUsage || c.Main != 0 {
		if usage, err = s.meter.Usages(ctx, q, project, c.Kind, c.Month, c.Month, 0, lastRoom); err != nil {
			return nil, err
		}
	}
	filter := estate.RoomFilter{}
	if c.Building != 0 {
		filter.Buildings = []id.ID{c.Building}
	}
	parts := []SharedPart{}
	c.SubUsage = 0
	err = s.estate.StreamRooms(ctx, q, project, filter, func(r *estate.BillingRoom) error {
		w, err := c.weightOf(r, usage[r.ID])
		if err != nil || w < 0 {
			return err
		}
		parts = append(parts, SharedPart{Room: r.ID, Weight: w})
		return nil
	})
	if err != nil || c.Main == 0 {
		return parts, err
	}
	return parts, s.loss(ctx, q, project, c)
}

// weightOf is the weight of one room ×10⁻⁴, below zero when it bears nothing.
func (c *SharedCost) weightOf(r *estate.BillingRoom, u *meter.Usage) (money.Qty, error) {
	if u != nil {
		if err := u.Fault(); err != nil {
			return 0, err
		}
		c.SubUsage += u.Total()
	}
	switch c.Weigh {
	case WeighArea:
		if r.Known&estate.KnownArea == 0 {
			return 0, ErrShared.Say("有房屋没有建筑面积，请到房屋档案补上再分摊")
		}
		return money.Qty(r.Area) * 100, nil
	case WeighFloor:
		if r.Known&estate.KnownFloor == 0 {
			return 0, ErrShared.Say("有房屋没有楼层，请到房屋档案补上再分摊")
		}
		return money.Qty(max(r.Floor-1, 0)) * 10_000, nil
	case WeighUsage:
		if u == nil {
			return -1, nil
		}
		return u.Total(), nil
	case WeighGiven:
		w, ok := c.Given[r.ID]
		if !ok {
			return -1, nil
		}
		if w < 0 || w > maxWeight {
			return 0, ErrShared.At("body.given", "权重不能为负，最大 100,000,000", int64(w))
		}
		return w, nil
	}
	return 10_000, nil
}

const maxWeight money.Qty = 100_000_000 * 10_000

// loss prices what the main meter counted and the rooms' meters did not.
func (s *Service) loss(ctx context.Context, q db.Q, project id.ID, c *SharedCost) error {
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
	if err != nil || total > maxAmount {
		return meter.ErrTooMuch
	}
	if c.Total = total; total == 0 {
		return ErrNoLoss
	}
	return nil
}

// split fills in the amounts.
func (c *SharedCost) split(parts []SharedPart) error {
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

// ReleaseShared makes the parts of a draft charges, exactly once: the same item
// and month cannot be shared out to a room again while these charges live.
// Errors: ErrSharedState, ErrSharedTwice, fault.ErrStale, fault.ErrNotFound.
func (s *Service) ReleaseShared(ctx context.Context, tx *db.Tx, who actor.Actor, project, shared id.ID, version int) (SharedCost, error) {
	c, err := lockShared(ctx, tx, project, shared)
	if err != nil {
		return c, err
	}
	if c.Version != version {
		return c, fault.ErrStale
	}
	if c.State != SharedDraft {
		return c, ErrSharedState
	}
	item, err := s.tariff.Item(ctx, tx, project, c.Item)
	if err != nil {
		return c, err
	}
	run, err := s.chargeShared(ctx, tx, who, project, &c, &item)
	if db.IsUnique(err) {
		return c, ErrSharedTwice.Because(err)
	}
	if err != nil {
		return c, fmt.Errorf("release shared cost: %w", err)
	}
	before := c
	c.State, c.Run, c.DecidedBy, c.DecidedAt = SharedReleased, run, who.Name, tx.Now()
	c.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.shared_released", Kind: "shared", Subject: c.ID,
		Summary: fmt.Sprintf("发布公摊单 %s %s，%s 元，%d 间房", item.Name, c.Month, c.Total.Comma(), c.Rooms), Before: before, After: c})
	return c, updateShared(ctx, tx, project, &c)
}

// WithdrawShared throws a draft away, or takes back what was released while
// nobody has paid. Errors: ErrSharedState, ErrPaid, ErrReason, fault.ErrStale,
// fault.ErrNotFound.
func (s *Service) WithdrawShared(ctx context.Context, tx *db.Tx, who actor.Actor, project, shared id.ID, reason string, version int) (SharedCost, error) {
	reason = strings.TrimSpace(reason)
	if !reasonOK(reason) {
		return SharedCost{}, ErrReason
	}
	c, err := lockShared(ctx, tx, project, shared)
	if err != nil {
		return c, err
	}
	if c.Version != version {
		return c, fault.ErrStale
	}
	switch c.State {
	case SharedReleased:
		if _, _, err := s.withdrawWhole(ctx, tx, who, project, c.Run, reason); err != nil {
			return c, err
		}
	case SharedDraft:
	default:
		return c, ErrSharedState
	}
	before := c
	c.State, c.DecidedBy, c.DecidedAt, c.Reason = SharedWithdrawn, who.Name, tx.Now(), reason
	c.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.shared_withdrawn", Kind: "shared", Subject: c.ID,
		Summary: "撤回公摊单，" + reason, Before: before, After: c})
	return c, updateShared(ctx, tx, project, &c)
}

// SharedCosts lists documents, newest first.
func (s *Service) SharedCosts(ctx context.Context, q db.Q, project id.ID, r page.Request) (page.List[SharedCost], error) {
	list, err := page.Newest(&r, func(c SharedCost) id.ID { return c.ID }, func(before id.ID) ([]SharedCost, error) {
		return listShared(ctx, q, project, before, r.Limit+1)
	})
	if err != nil {
		return list, fmt.Errorf("list shared costs: %w", err)
	}
	return list, nil
}

// SharedParts lists what the rooms bear, in the order of rooms.
func (s *Service) SharedParts(ctx context.Context, q db.Q, project, shared id.ID, r page.Request) (page.List[SharedPart], error) {
	var after id.ID
	if _, err := page.Decode(r.Cursor, &after); err != nil {
		return page.List[SharedPart]{}, err
	}
	rows, err := listSharedParts(ctx, q, project, shared, after, r.Limit+1)
	if err != nil {
		return page.List[SharedPart]{}, fmt.Errorf("list parts of shared cost: %w", err)
	}
	return page.Cut(rows, r.Limit, func(p SharedPart) []any { return []any{p.Room} }), nil
}

// brokenShared names documents whose parts do not sum to their total, or whose
// charges are not theirs.
func (s *Service) brokenShared(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	list, err := unequalShared(ctx, q, project)
	out := []string{}
	for _, x := range list {
		out = append(out, fmt.Sprintf("公摊单 %s 总额 %s 元，各户合计 %s 元，应收合计 %s 元", x.id, x.total.Yuan(), x.parts.Yuan(), x.charges.Yuan()))
	}
	return out, errors.Join(err)
}
