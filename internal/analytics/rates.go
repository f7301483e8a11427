package analytics

import (
	"context"
	"fmt"

	"linli/internal/billing"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Rate is one rate of collection with what it is made of.
type Rate struct {
	Due, Paid money.Fen
	Rate      int64 // in 1/10000; 0 while nothing is due
}

// percent is the rate as a text, 89.74%.
func (r Rate) percent() string { return fmt.Sprintf("%d.%02d%%", r.Rate/100, r.Rate%100) }

func rate(due, paid money.Fen) (Rate, error) {
	r := Rate{Due: due, Paid: paid}
	if due <= 0 {
		return r, nil
	}
	v, err := money.MulDiv(int64(paid), 10_000, int64(due), money.HalfUp)
	r.Rate = v
	return r, err
}

// The definitions printed beside the rates. Source: domain 1.7.
const (
	CurrentMeans = "期间各月的费用，截至当天已缴的 ÷ 应缴的。减免的、补差退回的不算应缴，存着没用的预存和违约金不算，预缴以后月份的不算。"
	ArrearsMeans = "期间收到的以前月份欠费 ÷ 期初欠费。期初欠费是起始月之前各月到起始月 1 日还没缴的，加上期间补出的、减去期间减免和补差退回的。"
	WholeMeans   = "（当期已缴 + 清欠收到）÷（当期应缴 + 期初欠费）。"
)

// Age is what is owed for so many days after the due day (账龄); the due day
// itself is not overdue.
type Age struct {
	Name  string
	From  clock.Date // due days of the bucket, both included; 0 is open
	Until clock.Date
	Owed  money.Fen
}

// ages are the buckets by days overdue. Source: domain 1.7, case I04.
func ages(on clock.Date) []Age {
	out := []Age{{Name: "未到期", From: on}}
	for _, b := range []struct {
		name     string
		from, to int
	}{{"1–30 天", 1, 30}, {"31–90 天", 31, 90}, {"91–180 天", 91, 180}, {"181–365 天", 181, 365}, {"1–2 年", 366, 730}, {"2–3 年", 731, 1095}} {
		out = append(out, Age{Name: b.name, From: on.AddDays(-b.to), Until: on.AddDays(-b.from)})
	}
	return append(out, Age{Name: "3 年以上", Until: on.AddDays(-1096)})
}

// Balance is what stands on an account at the end of a day, in fen, debit
// positive.
type Balance struct {
	Account ledger.Account
	Amount  money.Fen
}

// Standing is what is owed, collected and held, as of a day.
type Standing struct {
	Period
	Current  Rate // 当期收缴率
	Arrears  Rate // 历史清欠率
	Whole    Rate // 综合收缴率
	Ages     []Age
	Owed     money.Fen
	Balances []Balance
	Taken    []Balance // what receipts brought in the period, by account
}

// Standing reads rates, ageing and balances as of a day.
// Errors: ErrPeriod, ErrDay.
func (s *Service) Standing(ctx context.Context, project id.ID, p Period) (Standing, error) {
	if err := s.fill(&p); err != nil {
		return Standing{}, err
	}
	out := Standing{Period: p, Ages: ages(p.On)}
	q := s.db.Reader(ctx)
	sums, err := s.billing.DueSums(ctx, q, project, p.On)
	if err != nil {
		return out, fmt.Errorf("standing: %w", err)
	}
	older, err := s.older(ctx, q, project, &p, sums)
	if err != nil {
		return out, fmt.Errorf("standing: %w", err)
	}
	if err := out.rates(sums, older); err != nil {
		return out, fmt.Errorf("standing: %w", err)
	}
	if err := s.balances(ctx, project, &out); err != nil {
		return out, fmt.Errorf("standing: %w", err)
	}
	return out, nil
}

// older is what was collected of earlier months within the period, against what
// they owed at its beginning. What was paid or waived after its end is none of
// it, however late the report is read.
func (s *Service) older(ctx context.Context, q db.Q, project id.ID, p *Period, now []billing.DueSum) (Rate, error) {
	collected, err := s.billing.Collected(ctx, q, project, p.From.First(), p.end(), p.From)
	if err != nil {
		return Rate{}, err
	}
	if p.end() != p.On {
		if now, err = s.billing.DueSums(ctx, q, project, p.end()); err != nil {
			return Rate{}, err
		}
	}
	due := collected
	for i := range now {
		if x := &now[i]; !x.Late && x.Month < p.From {
			due += x.Owed()
		}
	}
	return rate(due, collected)
}

func (r *Standing) rates(sums []billing.DueSum, older Rate) error {
	var due, paid money.Fen
	for i := range sums {
		x := &sums[i]
		r.Owed += x.Owed()
		for a := range r.Ages {
			b := &r.Ages[a]
			if (b.From == 0 || x.Due >= b.From) && (b.Until == 0 || x.Due <= b.Until) {
				b.Owed += x.Owed()
			}
		}
		if !x.Late && x.Month >= r.From && x.Month <= r.Until {
			due += x.Amount - x.Waived
			paid += x.Paid
		}
	}
	var err error
	if r.Current, err = rate(due, paid); err != nil {
		return err
	}
	r.Arrears = older
	r.Whole, err = rate(due+older.Due, paid+older.Paid)
	return err
}

func (s *Service) balances(ctx context.Context, project id.ID, r *Standing) error {
	list, err := s.ledger.Totals(ctx, s.db.Reader(ctx), project, 0, r.On)
	if err != nil {
		return err
	}
	all, taken := map[ledger.Account]money.Fen{}, map[ledger.Account]money.Fen{}
	for _, t := range list {
		all[t.Debit] += t.Amount
		all[t.Credit] -= t.Amount
		if t.DocKind != ledger.DocReceipt && t.DocKind != ledger.DocReceiptVoided || t.Month < r.From || t.Month > r.Until {
			continue
		}
		taken[t.Debit] += t.Amount
		taken[t.Credit] -= t.Amount
	}
	for _, a := range []ledger.Account{ledger.Cash, ledger.Bank, ledger.Clearing, ledger.Receivable, ledger.Prepaid, ledger.Deposit, ledger.PublicFund, ledger.Suspense} {
		r.Balances = append(r.Balances, Balance{a, all[a]})
	}
	for _, a := range []ledger.Account{ledger.Cash, ledger.Bank, ledger.Clearing} {
		r.Taken = append(r.Taken, Balance{a, taken[a]})
	}
	return nil
}
