// Package penalty computes late fees 违约金: simple interest on what is left of
// one obligation's principal, day by day, with two meanings of grace and three
// caps. It knows neither charges nor receipts and stores nothing. Part of latefee.
package penalty

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

// Daily is a rate per day in 10⁻⁸: 0.05 % is 50,000.
type Daily int64

// Whole is one hundred percent as Daily.
const Whole Daily = 100_000_000

// ParseDaily reads a decimal part of one, at most eight places: 0.0005.
func ParseDaily(s string) (Daily, error) {
	whole, rest, _ := strings.Cut(strings.TrimSpace(s), ".")
	n, err := strconv.ParseInt(whole+(rest + "00000000")[:8], 10, 64)
	if err != nil || whole == "" || len(rest) > 8 || n < 0 {
		return 0, fmt.Errorf("daily rate %q is no decimal of at most eight places", s)
	}
	return Daily(n), nil
}

// Percent writes 0.05%.
func (d Daily) Percent() string {
	text := fmt.Sprintf("%d.%06d", int64(d)/1_000_000, int64(d)%1_000_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// Grace is what the days of grace mean. Both are met in contracts.
type Grace string

// The meanings.
const (
	FromDue  Grace = "from_due" // paid after the grace, the days count from the due date
	Excluded Grace = "excluded" // days of grace never count
)

// Cap is what a late fee may not exceed.
type Cap string

// The caps. LPR4 is the ceiling of private lending, four times the one-year
// loan prime rate, which courts apply by analogy (民间借贷规定 25).
const (
	NoCap     Cap = "none"
	Principal Cap = "principal"
	LPR4      Cap = "lpr4"
)

// Name is the cap in words.
func (c Cap) Name() string {
	switch c {
	case Principal:
		return "不超过本金"
	case LPR4:
		return "不超过一年期 LPR 的四倍"
	}
	return "没有上限"
}

// Terms are what a contract says of being late.
type Terms struct {
	Daily       Daily
	GraceDays   int
	Grace       Grace
	Cap         Cap
	NextWorkday bool // a due day of rest moves to the next day of work (民法典 203)
}

// DueOn is the day after which a charge is late that falls due on due.
func (t Terms) DueOn(due clock.Date, c *Calendar) clock.Date {
	if !t.NextWorkday {
		return due
	}
	return c.Workday(due)
}

// MovedLine words how a due day of rest was moved; empty when it was not.
func (t Terms) MovedLine(due clock.Date, c *Calendar) string {
	to := t.DueOn(due, c)
	if to == due {
		return ""
	}
	text := fmt.Sprintf("到期日 %s 是休息日（%s），顺延到 %s", due, c.Rest(due), to)
	if !c.Knows(due.Year()) {
		text += fmt.Sprintf("；%d 年放假安排还没有录入，只按周末顺延", due.Year())
	}
	return text
}

// LPR is the one-year loan prime rate from a day on, in 10⁻⁴: 3.10 % is 310.
type LPR struct {
	From   clock.Date
	Rate   int64
	Source string
}

//go:embed lpr.csv
var published string

// Published are the rates of the National Interbank Funding Center, oldest
// first; a project adds those that come later.
func Published() ([]LPR, error) {
	var out []LPR
	for line := range strings.Lines(published) {
		day, rate, _ := strings.Cut(strings.TrimSpace(line), ",")
		from, err := clock.ParseDate(day)
		if err != nil {
			return nil, fmt.Errorf("read published rates: %w", err)
		}
		n, err := strconv.ParseInt(rate, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read published rates: %w", err)
		}
		out = append(out, LPR{from, n, "全国银行间同业拆借中心公布"})
	}
	return out, nil
}

// LPROn is the rate that holds on a day; before the first one, the first.
func LPROn(rates []LPR, day clock.Date) (LPR, bool) {
	var found LPR
	for _, r := range rates {
		if found.From == 0 || r.From <= day && r.From >= found.From || found.From > day && r.From < found.From {
			found = r
		}
	}
	return found, found.From != 0
}

// Paid is a part of the principal that was paid on a day.
type Paid struct {
	On     clock.Date
	Amount money.Fen
}

// Segment is a stretch of days on which the same principal was open.
type Segment struct {
	From, Until clock.Date // counted after From, up to and including Until
	Days        int
	Principal   money.Fen
	Amount      money.Fen // its part of the fee; the parts sum to Total
}

// Result is the late fee of one obligation on a day.
type Result struct {
	Days     int
	Segments []Segment
	Contract money.Fen // by the rate alone
	Limit    money.Fen // what the cap allows; meaningless with NoCap
	Total    money.Fen // the smaller of the two
	LPR      LPR       // the rate of the cap LPR4
}

// Capped reports whether the cap made the fee smaller.
func (r *Result) Capped() bool { return r.Total < r.Contract }

// Compute is the late fee on a day of an obligation of principal fen that fell
// due on due. The day of payment counts as a day late. Payments inside the
// grace bear none. It is rounded once, half up; the segments share it by
// largest remainder.
func (t Terms) Compute(principal money.Fen, due clock.Date, paid []Paid, on clock.Date, rates []LPR) (Result, error) {
	var r Result
	ends := due.AddDays(t.GraceDays)
	if on <= ends || on <= due || principal <= 0 {
		return r, nil
	}
	from := due
	if t.Grace == Excluded {
		from = ends
	}
	days, err := r.cut(principal, from, ends, paid, on)
	if err != nil || days == 0 {
		return r, err
	}
	contract, err := money.MulDiv(days, int64(t.Daily), int64(Whole), money.HalfUp)
	if err != nil {
		return r, fmt.Errorf("late fee: %w", err)
	}
	r.Contract, r.Total = money.Fen(contract), money.Fen(contract)
	switch t.Cap {
	case Principal:
		r.Limit = principal
	case LPR4:
		rate, ok := LPROn(rates, due)
		if !ok {
			return r, fmt.Errorf("late fee: no loan prime rate for %s", due)
		}
		limit, err := money.MulDiv(days, 4*rate.Rate, 365*10_000, money.HalfUp)
		if err != nil {
			return r, fmt.Errorf("late fee: %w", err)
		}
		r.LPR, r.Limit = rate, money.Fen(limit)
	default:
		r.share()
		return r, nil
	}
	r.Total = min(r.Total, r.Limit)
	r.share()
	return r, nil
}

// cut makes the segments and sums principal × days.
func (r *Result) cut(principal money.Fen, from, ends clock.Date, paid []Paid, on clock.Date) (int64, error) {
	paid = slices.Clone(paid)
	slices.SortStableFunc(paid, func(a, b Paid) int { return int(a.On - b.On) })
	left := principal
	var sum int64
	add := func(until clock.Date) error {
		n := until.Sub(from)
		if n <= 0 || left <= 0 {
			return nil
		}
		product, err := money.MulDiv(int64(left), int64(n), 1, money.HalfUp)
		if err != nil {
			return fmt.Errorf("late fee: %w", err)
		}
		total, err := money.Fen(sum).Add(money.Fen(product))
		if err != nil {
			return fmt.Errorf("late fee: %w", err)
		}
		sum = int64(total)
		r.Days += n
		r.Segments = append(r.Segments, Segment{From: from, Until: until, Days: n, Principal: left})
		from = until
		return nil
	}
	for _, p := range paid {
		if p.On > on {
			break
		}
		if p.On > ends {
			if err := add(p.On); err != nil {
				return 0, err
			}
			from = max(from, p.On)
		}
		left -= p.Amount
	}
	return sum, add(on)
}

func (r *Result) share() {
	weights := make([]int64, len(r.Segments))
	for i, s := range r.Segments {
		weights[i] = int64(s.Principal) * int64(s.Days)
	}
	for i, part := range money.Split(r.Total, weights) {
		r.Segments[i].Amount = part
	}
}

// Lines words the computation, the last line ends in the amount.
func (t Terms) Lines(r *Result) []string {
	out := make([]string, 0, len(r.Segments)+2)
	for _, s := range r.Segments {
		out = append(out, fmt.Sprintf("%s 元 × %s/天 × %d 天", s.Principal.Yuan(), t.Daily.Percent(), s.Days))
	}
	if len(out) == 0 {
		return []string{"= 0.00 元，没有超过宽限期的天数"}
	}
	switch {
	case r.Capped() && t.Cap == Principal:
		out = append(out, fmt.Sprintf("= %s 元，超过本金，按本金计 %s 元", r.Contract.Yuan(), r.Total.Yuan()))
	case r.Capped():
		out = append(out, fmt.Sprintf("= %s 元，超过 %s 起的一年期 LPR %d.%02d%% 的四倍（全年 %d.%02d%%），按此计 %s 元", r.Contract.Yuan(), r.LPR.From,
			r.LPR.Rate/100, r.LPR.Rate%100, 4*r.LPR.Rate/100, 4*r.LPR.Rate%100, r.Total.Yuan()))
	default:
		out = append(out, fmt.Sprintf("= %s 元，%s", r.Total.Yuan(), t.Cap.Name()))
	}
	return out
}
