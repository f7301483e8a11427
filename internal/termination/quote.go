package termination

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Span is how far back and ahead paid months are looked for.
const span = 60

// atOnce is how many charges are read by one statement.
const atOnce = 500

// Month is one month of a period. Amounts in fen.
type Month struct {
	Month  clock.Month
	Charge id.ID
	Full   money.Fen // before discounts
	Amount money.Fen // charged and paid
}

// Period is several months of one fee that were charged at once and are paid
// whole: a year, or months ahead.
type Period struct {
	Run      id.ID
	Item     id.ID
	ItemName string
	Months   []Month // in order
	Paid     money.Fen
	charges  []billing.Charge
}

// From is the first month, Until the last.
func (p *Period) From() clock.Month  { return p.Months[0].Month }
func (p *Period) Until() clock.Month { return p.Months[len(p.Months)-1].Month }

// Periods lists what a room has paid for at once and is not over, the newest
// first. Error: estate.ErrNoRoom.
func (s *Service) Periods(ctx context.Context, q db.Q, project, room id.ID) ([]Period, error) {
	if _, err := s.estate.Room(ctx, q, project, room); err != nil {
		return nil, err
	}
	now := clock.MonthOf(s.db.Clock().Now())
	all, err := s.periods(ctx, q, project, room)
	if err != nil {
		return nil, err
	}
	out := []Period{}
	for _, p := range all {
		if p.Until() >= now && p.whole() == nil {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return int(b.Until() - a.Until()) })
	return out, nil
}

// periods groups the charges of a room by the run and the fee.
func (s *Service) periods(ctx context.Context, q db.Q, project, room id.ID) ([]Period, error) {
	now := clock.MonthOf(s.db.Clock().Now())
	charges, err := s.charged(ctx, q, project, billing.Filter{Rooms: []id.ID{room}, From: now.Add(-span), Until: now.Add(span)})
	if err != nil {
		return nil, err
	}
	var out []Period
	for _, c := range charges {
		if c.Late != 0 {
			continue
		}
		_, full, err := c.BeforeAhead()
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(out, func(p Period) bool { return p.Run == c.Run && p.Item == c.Item })
		if i < 0 {
			out, i = append(out, Period{Run: c.Run, Item: c.Item, ItemName: c.ItemName}), len(out)
		}
		p := &out[i]
		p.Months = append(p.Months, Month{c.Month, c.ID, full, c.Amount})
		p.Paid += c.Amount
		p.charges = append(p.charges, c)
	}
	return slices.DeleteFunc(out, func(p Period) bool { return !p.several() }), nil
}

// charged reads every charge of a filter, by month.
func (s *Service) charged(ctx context.Context, q db.Q, project id.ID, f billing.Filter) ([]billing.Charge, error) {
	f.Limit = atOnce
	var out []billing.Charge
	for {
		list, err := s.billing.Charges(ctx, q, project, f)
		if err != nil {
			return nil, err
		}
		out = append(out, list.Items...)
		if f.Cursor = list.Next; f.Cursor == "" {
			return out, nil
		}
	}
}

// several tells whether the period has more than one month, each once.
func (p *Period) several() bool {
	for i := 1; i < len(p.Months); i++ {
		if p.Months[i].Month == p.Months[i-1].Month {
			return false // two who pay share it
		}
	}
	return len(p.Months) > 1
}

// whole refuses months that are not all paid by receipts, or of which a correction
// gave back a part.
func (p *Period) whole() error {
	for i := range p.charges {
		if c := &p.charges[i]; c.Owed() != 0 || c.Waived != 0 || c.Carried != 0 || c.Returned != 0 {
			return ErrUnpaid
		}
	}
	return nil
}

// Quote is what is given back when only the first months of a period were used.
type Quote struct {
	Period
	Back   Refund
	Policy Policy
	Used   int
	Lines  []string // how it came about
	Kept   money.Fen
	Taken  []billing.Charge // the charges that are taken back
}

// Quote computes what is given back, without storing anything. used is how many
// months were served. Errors: ErrAsk, ErrNone, ErrUnpaid.
func (s *Service) Quote(ctx context.Context, q db.Q, project, room, run, item id.ID, used int, policy Policy) (Quote, error) {
	list, err := s.periods(ctx, q, project, room)
	if err != nil {
		return Quote{}, err
	}
	i := slices.IndexFunc(list, func(p Period) bool { return p.Run == run && p.Item == item })
	if i < 0 {
		return Quote{}, ErrNone
	}
	out := Quote{Period: list[i], Policy: policy, Used: used}
	if err := out.whole(); err != nil {
		return out, err
	}
	if used < 0 || used > len(out.Months) {
		return out, ErrAsk.Say("已服务的月数应为 0 到 %d", len(out.Months)).At("body.used", "0 到 "+fmt.Sprint(len(out.Months)), used)
	}
	if policy != Reprice && policy != ProRata {
		return out, ErrAsk.Say("请选择按原价重算，还是按比例退").At("body.policy", "不在可选范围内", string(policy))
	}
	if out.Back, err = refundAhead(out.charges, used, policy); err != nil {
		return out, err
	}
	out.take()
	said := told{item: out.ItemName, from: out.From(), until: out.Until(), months: len(out.Months), used: used, policy: policy, paid: out.Paid,
		full: out.Back.Full, refund: out.Back.Refund}
	if used > 0 {
		said.last = out.Months[used-1].Month
	}
	out.Lines = explain(&said)
	return out, nil
}

// take finds the charges that are taken back: those of the months not used, and
// of used ones, the last first, when rounding gives back more than they are.
// What of them is not given back pays a charge of its own.
func (q *Quote) take() {
	var sum money.Fen
	first := q.Used
	for i := q.Used; i < len(q.charges); i++ {
		sum += q.charges[i].Amount
	}
	for first > 0 && sum < q.Back.Refund {
		first--
		sum += q.charges[first].Amount
	}
	q.Taken, q.Kept = q.charges[first:], sum-q.Back.Refund
}

// told is what an amount is explained by.
type told struct {
	item               string
	from, until        clock.Month
	last               clock.Month // used, 0 where it is not known
	months, used       int
	policy             Policy
	paid, full, refund money.Fen
}

// explain says in words how an amount came about.
func explain(x *told) []string {
	count := func(n int) string { return months(n, x.until.Sub(x.from)+1 > x.months) }
	lines := []string{fmt.Sprintf("%s %s 至 %s 共 %s，已付 %s 元", x.item, x.from, x.until, count(x.months), x.paid.Comma())}
	switch {
	case x.used == 0:
		return append(lines, "一个月也没有服务，全部退还")
	case x.used == x.months:
		return append(lines, "每个月都服务了，没有可退的")
	}
	used := "已服务 " + count(x.used)
	if x.last != 0 {
		used += fmt.Sprintf("：%s 至 %s", x.from, x.last)
	}
	lines = append(lines, used)
	if n, left := int64(x.months), x.months-x.used; x.policy == ProRata {
		even, err := money.MulDiv(int64(x.paid), int64(left), n, money.HalfUp)
		if err != nil || money.Fen(even) != x.refund {
			return append(lines, fmt.Sprintf("没有服务的 %s按各月应收占的比例退 %s 元", count(left), x.refund.Comma()))
		}
		return append(lines, fmt.Sprintf("没有服务的 %s按比例退：%s × %d ÷ %d = %s 元", count(left), x.paid.Comma(), left, n, x.refund.Comma()))
	}
	lines = append(lines, fmt.Sprintf("已服务的 %s按原价 %s 元", count(x.used), x.full.Comma()))
	if x.refund == 0 {
		return append(lines, "不少于已付的，没有可退的")
	}
	return append(lines, fmt.Sprintf("退 %s − %s = %s 元", x.paid.Comma(), x.full.Comma(), x.refund.Comma()))
}
