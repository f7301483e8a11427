package analytics

import (
	"context"
	"fmt"
	"slices"
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
)

// PermScheme says how the company of a project is paid.
const PermScheme actor.Permission = "analytics.scheme"

// ErrScheme refuses terms that cannot be.
var ErrScheme = fault.New(fault.Invalid, "scheme_invalid", "计费方式填写不完整，请按提示修改")

// SchemeKind is how a company is paid for its service.
type SchemeKind string

// The kinds. Source: 发改价格〔2003〕1864号 第九条.
const (
	Lump       SchemeKind = "lump"       // 包干制: surplus and deficit are the company's
	Commission SchemeKind = "commission" // 酬金制: the money is the owners', held in trust; the company has its remuneration
)

// maxMonthly is a remuneration that is no typing mistake, in fen.
const maxMonthly = money.Fen(100_000_000_00)

// Scheme is how the company is paid from a month on, by the contract.
type Scheme struct {
	From    clock.Month
	Kind    SchemeKind
	Rate    int64     // remuneration as a part of income, in 1/10000; or
	Monthly money.Fen // fixed for every month
	Opening money.Fen // what the owners bring along, below zero what they owe
	Source  string    // the contract
	By      string
	At      time.Time
	Version int // 0 while there is none
}

func (x *Scheme) check() error {
	x.Source = strings.TrimSpace(x.Source)
	switch {
	case x.Kind != Lump && x.Kind != Commission:
		return ErrScheme.At("body.kind", "不在可选范围内", string(x.Kind))
	case x.From < 200001 || x.From > 209912:
		return ErrScheme.At("body.from", "请选择从哪个月起", x.From.String())
	case utf8.RuneCountInString(x.Source) > 200:
		return ErrScheme.At("body.source", "最多 200 个字", nil)
	case x.Opening > maxMonthly || x.Opening < -maxMonthly:
		return ErrScheme.At("body.opening", "不超过 1 亿元", int64(x.Opening))
	case x.Kind == Lump:
		x.Rate, x.Monthly, x.Opening = 0, 0, 0
		return nil
	case x.Rate < 0 || x.Rate > fullRate:
		return ErrScheme.Say("酬金比例应在 0 到 100%% 之间").At("body.rate", "0–10000", x.Rate)
	case x.Monthly < 0 || x.Monthly > maxMonthly:
		return ErrScheme.Say("每月酬金不超过 1 亿元").At("body.monthly", "0 到 1 亿元", int64(x.Monthly))
	case (x.Rate == 0) == (x.Monthly == 0):
		return ErrScheme.Say("酬金按比例或按每月固定金额，填一项").At("body.rate", "填一项", x.Rate)
	}
	return nil
}

// Schemes lists how the company was paid, the oldest first; without one it is
// by lump sum.
func (s *Service) Schemes(ctx context.Context, q db.Q, project id.ID) ([]Scheme, error) {
	out, err := schemes(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("list schemes: %w", err)
	}
	return out, nil
}

// SetScheme says how the company is paid from a month on, until the next one.
// The report of earlier months stays as it is; one of the same month is
// replaced. Version is that of the one replaced, 0 for a new one. Errors:
// ErrScheme, ledger.ErrMonthClosed, fault.ErrStale.
func (s *Service) SetScheme(ctx context.Context, who actor.Actor, project id.ID, x Scheme) (Scheme, error) {
	if err := x.check(); err != nil {
		return x, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockSchemes(ctx, tx, project); err != nil {
			return err
		}
		if err := s.ledger.StillOpen(ctx, tx, project, x.From); err != nil {
			return err
		}
		all, err := schemes(ctx, tx, project)
		if err != nil {
			return err
		}
		var before any
		have := 0
		if i := slices.IndexFunc(all, func(o Scheme) bool { return o.From == x.From }); i >= 0 {
			have, before = all[i].Version, all[i].facts()
		}
		if have != x.Version {
			return fault.ErrStale
		}
		x.Version++
		x.By, x.At = who.Name, tx.Now()
		if err := putScheme(ctx, tx, project, &x); err != nil {
			if db.IsUnique(err) {
				return fault.ErrStale
			}
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "analytics.scheme_changed", Kind: "scheme", Subject: project,
			Summary: fmt.Sprintf("%s 起%s", x.From, x.Words()), Before: before, After: x.facts()})
		return nil
	})
	if err != nil {
		return x, fmt.Errorf("set scheme: %w", err)
	}
	return x, nil
}

func (x *Scheme) facts() map[string]any {
	return map[string]any{"from": x.From, "kind": x.Kind, "rate": x.Rate, "monthly": x.Monthly, "opening": x.Opening, "source": x.Source}
}

// Words say the terms.
func (x *Scheme) Words() string {
	switch {
	case x.Kind == Lump:
		return "包干制，盈余或亏损归企业"
	case x.Monthly > 0:
		return fmt.Sprintf("酬金制，每月酬金 %s 元", x.Monthly.Comma())
	}
	return fmt.Sprintf("酬金制，酬金为收入的 %d.%02d%%", x.Rate/100, x.Rate%100)
}

// Trust is the owners' money of a period: Opening at the start of each month, what
// came in and went out of it, the company's remuneration, and what is carried
// on. Months by lump sum leave the balance as it is. Amounts in fen; the totals
// of Opening and Balance are what the period began and ended with.
type Trust struct {
	Words   string // the terms at the end of the period
	Opening Line
	Income  Line
	Cost    Line
	Fee     Line
	Balance Line
	Company Line     // the company's own: its remuneration, or its profit by lump sum
	Hows    []string // month by month how the remuneration came about, empty by lump sum
}

// trust computes the owners' money of a profit report; nil while the company
// was never paid by commission up to its end.
func (s *Service) trust(ctx context.Context, q db.Q, project id.ID, r *Profit) (*Trust, error) {
	all, err := s.Schemes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	first := slices.IndexFunc(all, func(x Scheme) bool { return x.Kind == Commission && x.From <= r.Until })
	if first < 0 {
		return nil, nil
	}
	begin := min(all[first].From, r.From)
	list, err := s.ledger.Totals(ctx, q, project, begin.First(), r.end())
	if err != nil {
		return nil, err
	}
	in, out := map[clock.Month]money.Fen{}, map[clock.Month]money.Fen{}
	for i := range list {
		t := &list[i]
		switch {
		case t.Debit.Income():
			in[t.Month] -= t.Amount
		case t.Debit.Cost():
			out[t.Month] += t.Amount
		}
		switch {
		case t.Credit.Income():
			in[t.Month] += t.Amount
		case t.Credit.Cost():
			out[t.Month] -= t.Amount
		}
	}
	n := len(r.Months)
	t := &Trust{Opening: line("上期结转", n), Income: line("代管资金收入", n), Cost: line("代管资金支出", n), Fee: line("企业酬金", n), Balance: line("结转下期", n), Company: line("企业所得", n), Hows: make([]string, n)}
	w := walk{schemes: all}
	for m := begin; m <= r.Until; m = m.Add(1) {
		opening, fee, err := w.month(m, in[m], out[m], m <= r.On.Month())
		if err != nil {
			return nil, err
		}
		if i := m.Sub(r.From); i >= 0 {
			t.put(i, opening, in[m], out[m], fee, &w)
		}
	}
	t.Words = w.now.Words()
	// What was brought along within the period counts as its beginning.
	t.Balance.Total = t.Balance.Months[n-1]
	t.Opening.Total = t.Balance.Total - t.Income.Total + t.Cost.Total + t.Fee.Total
	return t, nil
}

// lines are the rows of the account, none without one.
func (t *Trust) lines() []*Line {
	if t == nil {
		return nil
	}
	return []*Line{&t.Opening, &t.Income, &t.Cost, &t.Fee, &t.Balance, &t.Company}
}

func line(name string, months int) Line { return Line{Name: name, Months: make([]money.Fen, months)} }

func (t *Trust) put(i int, opening, in, out, fee money.Fen, w *walk) {
	t.Opening.Months[i], t.Balance.Months[i] = opening, w.balance
	if w.now.Kind != Commission {
		t.Company.add(i, in-out)
		return
	}
	t.Income.add(i, in)
	t.Cost.add(i, out)
	t.Fee.add(i, fee)
	t.Company.add(i, fee)
	t.Hows[i] = w.how
}

// walk goes through the months, oldest first.
type walk struct {
	schemes []Scheme
	now     Scheme    // in force
	earned  money.Fen // income since it began
	taken   money.Fen // remuneration of it
	balance money.Fen
	how     string // how the remuneration of the month came about
}

// month adds one month and answers what the owners had at its start and the
// remuneration of it. A part of income is rounded over all months of the terms
// together, so that months and years come to the same fen; a fixed amount is
// due for months that have begun.
func (w *walk) month(m clock.Month, in, out money.Fen, begun bool) (opening, fee money.Fen, err error) {
	brought := money.Fen(0)
	for _, x := range w.schemes {
		if x.From == m || x.From < m && x.From > w.now.From {
			w.now, w.earned, w.taken = x, 0, 0
			w.balance += x.Opening
			brought += x.Opening
		}
	}
	opening = w.balance
	if w.now.Kind != Commission {
		return opening, 0, nil
	}
	w.earned += in
	w.how = fmt.Sprintf("每月固定 %s 元", w.now.Monthly.Comma())
	if fee = w.now.Monthly; !begun {
		fee, w.how = 0, "这个月还没有开始，不提酬金"
	}
	if w.now.Rate > 0 {
		all, err := money.MulDiv(int64(w.earned), w.now.Rate, fullRate, money.HalfUp)
		if err != nil {
			return 0, 0, fmt.Errorf("remuneration: %w", err)
		}
		fee = money.Fen(all) - w.taken
		w.how = fmt.Sprintf("%s 起的收入 %s 元 × %d.%02d%% = %s 元，减以前月份已提的 %s 元", w.now.From, w.earned.Comma(), w.now.Rate/100, w.now.Rate%100,
			money.Fen(all).Comma(), w.taken.Comma())
	}
	if brought != 0 {
		w.how += fmt.Sprintf("。上期结转里有这个月转入的业主结余 %s 元", brought.Comma())
	}
	w.taken += fee
	w.balance += in - out - fee
	return opening, fee, nil
}
