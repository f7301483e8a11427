package tariff

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// What callers are refused for.
var (
	ErrDiscount      = fault.New(fault.Invalid, "discount_invalid", "优惠填写不完整，请按提示修改")
	ErrDiscountState = fault.New(fault.Conflict, "discount_state", "这条优惠现在不能这样做，请刷新后再看")
	ErrOwnDiscount   = fault.New(fault.Conflict, "discount_own", "不能批自己提出的优惠，请换一位有权限的同事")
	ErrVacancyEarly  = fault.New(fault.Conflict, "discount_early", "空置还没满约定的月数，满了再批准")
	ErrPassThrough   = fault.New(fault.Conflict, "item_pass_through", "按用量和公摊的费用照实分摊，不设优惠")
)

// DiscountKind says how a discount makes a charge smaller.
type DiscountKind string

// The kinds.
const (
	Percent DiscountKind = "percent" // Keep of the price is charged
	Off     DiscountKind = "off"     // Off fen less per whole month
	Vacancy DiscountKind = "vacancy" // Keep is charged once Months whole months were vacant (domain 1.2)
	Ahead   DiscountKind = "ahead"   // Keep of the sum when Months months are billed at once
)

// Starts says from when a vacancy counts.
type Starts string

// The ways.
const (
	AfterMonths  Starts = "after"    // from the day on which Months are full
	Retroactive  Starts = "retro"    // from the first vacant day, once Months are full
	FromApproval Starts = "approval" // from the approval, not before Months are full
)

// DiscountState is where a discount stands.
type DiscountState string

// The states. Only an approved one changes amounts.
const (
	Asked    DiscountState = "asked"
	Approved DiscountState = "approved"
	Refused  DiscountState = "refused"
	TakenOut DiscountState = "withdrawn" // by whoever asked, before the decision
)

// maxOff is the most that is taken off a month, a hundred million yuan.
const maxOff money.Fen = 100_000_000 * 100

// WholePrice is Keep of the full price: parts of ten thousand.
const WholePrice = 10_000

// Discount is a dated rule that makes an item cheaper for a room, a building or
// all rooms. What decides amounts never changes once it is approved; it can
// only be ended.
type Discount struct {
	ID      id.ID
	Item    id.ID
	Scope   Scope // room, building or project; the narrowest one that covers a day counts alone
	Target  id.ID
	Kind    DiscountKind
	Keep    int64      // parts of 10,000 that stay to be paid: 9800 for 98 折
	Off     money.Fen  // less per whole month, only for Off
	Months  int        // vacancy: whole months before it counts; ahead: months billed at once
	Starts  Starts     // only for Vacancy
	Since   clock.Date // first vacant day for Vacancy, else From
	From    clock.Date // first day that is cheaper
	Until   clock.Date // last day, 0 = open
	Reason  string
	Proof   string  // document that it rests on
	Photos  []id.ID // pictures that it rests on; only when it is asked for
	State   DiscountState
	AskedBy id.ID
	Asker   string
	AskedAt time.Time
	Decided Decision
	Version int
}

// Decision is what was answered to a discount.
type Decision struct {
	By   id.ID
	Name string
	At   time.Time
	Note string
}

func (d *Discount) check() error {
	d.Reason, d.Proof = strings.TrimSpace(d.Reason), strings.TrimSpace(d.Proof)
	switch d.Scope {
	case ToProject:
		if d.Target != 0 {
			return ErrDiscount.At("body.scope", "全项目不用再选楼栋或房屋", nil)
		}
	case ToBuilding, ToRoom:
		if d.Target == 0 {
			return ErrDiscount.At("body.target_id", "要选楼栋或房屋", nil)
		}
	default:
		return ErrDiscount.At("body.scope", "不在可选范围内", string(d.Scope))
	}
	if d.Since == 0 {
		return ErrDiscount.At("body.from_date", "要填写从哪天起", "")
	}
	if d.Until != 0 && d.Until < d.Since {
		return ErrDiscount.At("body.until_date", "不能早于起始日", d.Until.String())
	}
	if n := utf8.RuneCountInString(d.Reason); n < 2 || n > 200 {
		return ErrDiscount.At("body.reason", "请写明原因，2–200 个字", d.Reason)
	}
	if utf8.RuneCountInString(d.Proof) > 200 {
		return ErrDiscount.At("body.proof", "最多 200 个字", nil)
	}
	return d.checkKind()
}

func (d *Discount) checkKind() error {
	if d.Kind != Off && (d.Keep < 0 || d.Keep >= WholePrice || d.Off != 0) {
		return ErrDiscount.At("body.keep", "应收比例要在 0–99.99% 之间", d.Keep)
	}
	if d.Kind != Vacancy && d.Starts != "" {
		return ErrDiscount.At("body.starts", "只有空置优惠才选从什么时候算", string(d.Starts))
	}
	switch d.Kind {
	case Percent:
		d.Months = 0
	case Off:
		if d.Off <= 0 || d.Off > maxOff || d.Keep != 0 {
			return ErrDiscount.At("body.off", "每月减多少要大于 0，且不超过 1 亿元", int64(d.Off))
		}
		d.Months = 0
	case Vacancy:
		if d.Months < 0 || d.Months > 36 {
			return ErrDiscount.At("body.months", "要在 0–36 个月之间", d.Months)
		}
		if d.Scope != ToRoom {
			return ErrDiscount.At("body.scope", "空置优惠只能给一间房", string(d.Scope))
		}
		if d.Proof == "" && len(d.Photos) == 0 {
			return ErrDiscount.At("body.proof", "请写明空置的证明，例如登记表编号，或附上照片", "")
		}
		switch d.Starts {
		case AfterMonths, Retroactive, FromApproval:
		default:
			return ErrDiscount.At("body.starts", "不在可选范围内", string(d.Starts))
		}
	case Ahead:
		if d.Months < 2 || d.Months > 12 {
			return ErrDiscount.At("body.months", "要在 2–12 个月之间", d.Months)
		}
	default:
		return ErrDiscount.At("body.kind", "不在可选范围内", string(d.Kind))
	}
	return nil
}

// begins is the first cheaper day of a discount that is approved on a day.
func (d *Discount) begins(approved clock.Date) clock.Date {
	if d.Kind != Vacancy {
		return d.Since
	}
	full := laterBy(d.Since, d.Months)
	switch d.Starts {
	case Retroactive:
		if d.Until == 0 || d.Until >= full.AddDays(-1) {
			return d.Since
		}
	case FromApproval:
		return max(full, approved)
	}
	return full
}

// laterBy is the same day n months on, or the last day of that month.
func laterBy(d clock.Date, n int) clock.Date {
	m := d.Month().Add(n)
	return m.First().AddDays(min(d.Day(), m.Days()) - 1)
}

// AskDiscount proposes a discount; it changes nothing until somebody else
// approves it. Errors: ErrDiscount, ErrPhoto, ErrItemRetired, fault.ErrNotFound.
func (s *Service) AskDiscount(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d Discount) (Discount, error) {
	if err := d.check(); err != nil {
		return d, err
	}
	i, err := oneItem(ctx, tx, project, d.Item)
	if err != nil {
		return d, err
	}
	if !i.Active {
		return d, ErrItemRetired
	}
	if i.Basis == Metered || i.Basis == Shared || i.Basis.Single() {
		return d, ErrPassThrough
	}
	if err := s.exists(ctx, tx, project, &Assignment{Scope: d.Scope, Target: d.Target}); err != nil {
		return d, err
	}
	d.ID, d.Version, d.State, d.From, d.Decided = tx.NewID(), 1, Asked, d.begins(clock.DateOf(tx.Now())), Decision{}
	d.AskedBy, d.Asker, d.AskedAt = who.Account, who.Name, tx.Now()
	if err := insertDiscount(ctx, tx, project, &d); err != nil {
		return d, err
	}
	if err := s.keepPhotos(ctx, tx, who, project, &d); err != nil {
		return d, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.discount_asked", Kind: "discount", Subject: d.ID,
		Summary: "提出" + i.Name + "优惠：" + d.Words() + "，" + d.Reason, After: d})
	return d, nil
}

// Decide approves or refuses a discount. Whoever asked may not decide; a
// refusal needs a note. A vacancy that counts back is approved when its months
// are full, because nobody knows before. Errors: ErrOwnDiscount, ErrReason,
// ErrDiscountState, ErrVacancyEarly, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, who actor.Actor, project, discount id.ID, approve bool, note string, version int) (Discount, error) {
	note = strings.TrimSpace(note)
	if !approve && !told(note) || utf8.RuneCountInString(note) > 200 {
		return Discount{}, ErrReason
	}
	return s.changeDiscount(ctx, tx, who, project, discount, version, func(d *Discount) (string, error) {
		if d.State != Asked {
			return "", ErrDiscountState
		}
		if d.AskedBy == who.Account && !who.IsSystem() {
			return "", ErrOwnDiscount
		}
		d.Decided = Decision{who.Account, who.Name, tx.Now(), note}
		if !approve {
			d.State = Refused
			return "退回优惠：" + d.Words() + "，" + note, nil
		}
		if full := laterBy(d.Since, d.Months); d.Starts == Retroactive && full > clock.DateOf(tx.Now()) {
			return "", ErrVacancyEarly.Say("追溯的空置优惠要连续空置满 %d 个月才能批准，到 %s 满", d.Months, full)
		}
		d.State, d.From = Approved, d.begins(clock.DateOf(tx.Now()))
		return "批准优惠：" + d.Words(), nil
	})
}

// WithdrawDiscount takes back what is not decided yet. Errors: ErrDiscountState,
// fault.ErrStale, fault.ErrNotFound.
func (s *Service) WithdrawDiscount(ctx context.Context, tx *db.Tx, who actor.Actor, project, discount id.ID, version int) (Discount, error) {
	return s.changeDiscount(ctx, tx, who, project, discount, version, func(d *Discount) (string, error) {
		if d.State != Asked {
			return "", ErrDiscountState
		}
		d.State = TakenOut
		return "撤回优惠申请：" + d.Words(), nil
	})
}

// EndDiscount sets the last day of an approved discount; charges that exist
// stay as they are. A day before its first one takes it back altogether, and so
// does, of a vacancy that counts back, one on which its months are not full.
// Errors: ErrDiscountState, fault.ErrStale, fault.ErrNotFound.
func (s *Service) EndDiscount(ctx context.Context, tx *db.Tx, who actor.Actor, project, discount id.ID, until clock.Date, version int) (Discount, error) {
	return s.changeDiscount(ctx, tx, who, project, discount, version, func(d *Discount) (string, error) {
		if d.State != Approved || until == 0 {
			return "", ErrDiscountState
		}
		d.Until = until
		d.From = d.begins(clock.DateOf(d.Decided.At))
		return "优惠到 " + until.String() + " 为止：" + d.Words(), nil
	})
}

func (s *Service) changeDiscount(ctx context.Context, tx *db.Tx, who actor.Actor, project, discount id.ID, version int, fn func(*Discount) (string, error)) (Discount, error) {
	old, err := lockDiscount(ctx, tx, project, discount)
	if err != nil {
		return old, err
	}
	if old.Version != version {
		return old, fault.ErrStale
	}
	d := old
	summary, err := fn(&d)
	if err != nil {
		return old, err
	}
	d.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.discount_" + string(d.State), Kind: "discount", Subject: d.ID,
		Summary: summary, Before: old, After: d})
	return d, updateDiscount(ctx, tx, project, &d)
}

// DiscountFilter narrows the list; what is empty does not.
type DiscountFilter struct {
	page.Request
	State DiscountState
	Item  id.ID
	Room  id.ID // those that name the room itself
}

// Discounts lists discounts, newest first.
func (s *Service) Discounts(ctx context.Context, q db.Q, project id.ID, f DiscountFilter) (page.List[Discount], error) {
	list, err := page.Newest(&f.Request, func(d Discount) id.ID { return d.ID }, func(before id.ID) ([]Discount, error) {
		return listDiscounts(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list discounts: %w", err)
	}
	return list, nil
}

// DiscountsOf lists all discounts of an item, whatever their state, by id.
func (s *Service) DiscountsOf(ctx context.Context, q db.Q, project, item id.ID) (map[id.ID]*Discount, error) {
	list, err := discountsOfItem(ctx, q, project, item)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]*Discount{}
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out, nil
}

// Words says what the discount does: 按 60% 收.
func (d *Discount) Words() string {
	switch d.Kind {
	case Off:
		return "每月减 " + d.Off.Comma() + " 元"
	case Ahead:
		return fmt.Sprintf("一次缴 %d 个月按 %s 收", d.Months, KeepText(d.Keep))
	case Vacancy:
		return "空置按 " + KeepText(d.Keep) + " 收"
	}
	return "按 " + KeepText(d.Keep) + " 收"
}

// KeepText writes parts of ten thousand as percent: 98%, 66.67%.
func KeepText(keep int64) string {
	text := fmt.Sprintf("%d.%02d", keep/100, keep%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// told reports whether a reason says something and fits.
func told(reason string) bool {
	n := utf8.RuneCountInString(reason)
	return n >= 2 && n <= 200
}

// NewestDiscounts are the newest hundred discounts on an item, whatever became
// of them.
func (s *Service) NewestDiscounts(ctx context.Context, q db.Q, project, item id.ID) ([]id.ID, error) {
	return newestDiscounts(ctx, q, project, item, 100)
}
