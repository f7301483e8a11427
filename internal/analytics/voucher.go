package analytics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// What keeps vouchers from being given out.
var (
	ErrUntaxed    = fault.New(fault.Conflict, "voucher_untaxed", "有费用项目还没有可用的税率，补上税率再导出凭证")
	ErrUnbalanced = fault.New(fault.Internal, "voucher_unbalanced", "凭证借贷不平，没有导出")
)

// VoucherMeans is the definition printed beside the figures.
const VoucherMeans = "每天每种单据一张凭证。收入按费用项目在记账当天的税率价税分离，每个项目每种税率按全月合计计税、四舍五入到分，各笔相加等于全月；没有费用项目的收入（抹零、押金转收入）和支出的进项税额不分离。"

// VoucherEntry is one line of a voucher; one of its sides is 0.
type VoucherEntry struct {
	Code, Name    string // of the account
	Item          id.ID
	Summary       string
	Debit, Credit money.Fen
}

// Voucher is what one kind of document posted on a day.
type Voucher struct {
	Date    clock.Date
	No      int // 1, 2, 3 … in its month
	Kind    ledger.DocKind
	Entries []VoucherEntry
}

// Sides add up a voucher.
func (v *Voucher) Sides() (debit, credit money.Fen) {
	for i := range v.Entries {
		debit += v.Entries[i].Debit
		credit += v.Entries[i].Credit
	}
	return debit, credit
}

// TaxSum is the income of a period at one rate; what its documents took back is
// taken off. Gross = Net + Tax.
type TaxSum struct {
	Rate            int // 1/10000
	Simple          bool
	Gross, Net, Tax money.Fen
}

// Untaxed is income that cannot be parted: Item has no rate on the day From, or
// one that the kind of taxpayer may not use.
type Untaxed struct {
	Item  id.ID
	Name  string
	From  clock.Date
	Gross money.Fen
}

// VoucherMonth is a month of vouchers in figures.
type VoucherMonth struct {
	Month         clock.Month
	Words         string // how the tax was parted
	Count         int
	Debit, Credit money.Fen
	Tax           money.Fen
}

// Vouchers are the book of a period as an accounting package takes it.
type Vouchers struct {
	Period
	List    []Voucher
	Months  []VoucherMonth
	Taxes   []TaxSum
	Untaxed []Untaxed
	Whole   money.Fen // income without a fee item, not parted
}

// Vouchers makes the vouchers of a period. Errors: ErrPeriod, ErrDay,
// ErrUnbalanced.
func (s *Service) Vouchers(ctx context.Context, q db.Q, project id.ID, p Period) (Vouchers, error) {
	if err := s.fill(&p); err != nil {
		return Vouchers{}, err
	}
	w := clerk{out: Vouchers{Period: p}, sums: map[taxKey]*TaxSum{}}
	days, err := s.ledger.Days(ctx, q, project, p.From.First(), p.end())
	if err == nil {
		w.names, err = s.names(ctx, q, project)
	}
	if err == nil {
		w.kinds, err = s.Taxpayers(ctx, q, project)
	}
	if err == nil {
		w.taxes, err = s.invoice.Taxes(ctx, q, project)
	}
	if err != nil {
		return Vouchers{}, fmt.Errorf("vouchers: %w", err)
	}
	for i := range days {
		if err := w.enter(&days[i]); err != nil {
			return Vouchers{}, fmt.Errorf("vouchers: %w", err)
		}
	}
	w.close()
	if wrong := w.out.wrong(days); len(wrong) > 0 {
		return w.out, ErrUnbalanced.Because(fmt.Errorf("%s", wrong[0]))
	}
	return w.out, nil
}

// clerk writes vouchers day by day.
type clerk struct {
	out   Vouchers
	names map[id.ID]string
	kinds []Taxpayer
	taxes map[id.ID][]invoice.Tax
	sums  map[taxKey]*TaxSum
}

// taxKey is what tax is rounded over: parting every day for itself would come
// to other fen than the month that is declared.
type taxKey struct {
	month   clock.Month
	account ledger.Account
	item    id.ID
	rate    int
	simple  bool
}

func (w *clerk) enter(t *ledger.DayTotal) error {
	list := w.out.List
	if n := len(list); n == 0 || list[n-1].Date != t.Date || list[n-1].Kind != t.DocKind {
		no := 1
		if n > 0 && list[n-1].Date.Month() == t.Date.Month() {
			no = list[n-1].No + 1
		}
		w.out.List = append(list, Voucher{Date: t.Date, No: no, Kind: t.DocKind})
	}
	v := &w.out.List[len(w.out.List)-1]
	said := fmt.Sprintf("%s %s，%d 笔", t.DocKind.Name(), titleOf(w.names, t.Item, t.Credit), t.Postings)
	for _, side := range []struct {
		account ledger.Account
		sign    money.Fen
	}{{t.Debit, 1}, {t.Credit, -1}} {
		e := VoucherEntry{Code: strconv.Itoa(int(side.account)), Name: side.account.Name(), Item: t.Item, Summary: said}
		tax, code, name, err := w.part(t, side.account, -side.sign*t.Amount)
		if err != nil {
			return err
		}
		e.put(side.sign*t.Amount + tax)
		if e.Debit != 0 || e.Credit != 0 {
			v.Entries = append(v.Entries, e)
		}
		if tax != 0 {
			e.Code, e.Name = code, name
			e.put(-tax)
			v.Entries = append(v.Entries, e)
		}
	}
	return nil
}

func (e *VoucherEntry) put(amount money.Fen) { e.Debit, e.Credit = max(amount, 0), max(-amount, 0) }

// part answers the tax in an amount of income, both below zero when income is
// taken back, and its account; 0 where nothing is parted.
func (w *clerk) part(t *ledger.DayTotal, account ledger.Account, gross money.Fen) (money.Fen, string, string, error) {
	kind := taxpayerOf(w.kinds, t.Month)
	if !account.Income() || kind.Kind == Together {
		return 0, "", "", nil
	}
	if t.Item == 0 {
		w.out.Whole += gross
		return 0, "", "", nil
	}
	x, ok := invoice.TaxOn(w.taxes[t.Item], t.Date, kind.Kind == Small)
	if !ok {
		w.untaxed(t, gross)
		return 0, "", "", nil
	}
	key := taxKey{t.Month, account, t.Item, x.Rate, x.Simple}
	sum := w.sums[key]
	if sum == nil {
		sum = &TaxSum{Rate: x.Rate, Simple: x.Simple}
		w.sums[key] = sum
	}
	sum.Gross += gross
	net, tax, err := invoice.Split(sum.Gross, x.Rate)
	if err != nil {
		return 0, "", "", err
	}
	more := tax - sum.Tax
	sum.Net, sum.Tax = net, tax
	switch {
	case kind.Kind == Small:
		return more, kind.Output, "应交税费—应交增值税", nil
	case x.Simple:
		return more, kind.Simple, "应交税费—简易计税", nil
	}
	return more, kind.Output, "应交税费—应交增值税（销项税额）", nil
}

func (w *clerk) untaxed(t *ledger.DayTotal, gross money.Fen) {
	i := slices.IndexFunc(w.out.Untaxed, func(u Untaxed) bool { return u.Item == t.Item })
	if i < 0 {
		i = len(w.out.Untaxed)
		w.out.Untaxed = append(w.out.Untaxed, Untaxed{Item: t.Item, Name: cmp.Or(w.names[t.Item], t.Item.String()), From: t.Date})
	}
	w.out.Untaxed[i].Gross += gross
}

// close adds up what was written.
func (w *clerk) close() {
	months, taxes := map[clock.Month]int{}, map[clock.Month]money.Fen{}
	rates := map[[2]int]*TaxSum{}
	for k, sum := range w.sums {
		taxes[k.month] += sum.Tax
		of := [2]int{k.rate, 0}
		if k.simple {
			of[1] = 1
		}
		if rates[of] == nil {
			rates[of] = &TaxSum{Rate: k.rate, Simple: k.simple}
		}
		all := rates[of]
		all.Gross, all.Net, all.Tax = all.Gross+sum.Gross, all.Net+sum.Net, all.Tax+sum.Tax
	}
	for _, sum := range rates {
		w.out.Taxes = append(w.out.Taxes, *sum)
	}
	slices.SortFunc(w.out.Taxes, func(a, b TaxSum) int {
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(strconv.FormatBool(a.Simple), strconv.FormatBool(b.Simple)))
	})
	for _, m := range w.out.months() {
		kind := taxpayerOf(w.kinds, m)
		months[m] = len(w.out.Months)
		w.out.Months = append(w.out.Months, VoucherMonth{Month: m, Words: kind.Words(), Tax: taxes[m]})
	}
	for i := range w.out.List {
		v := &w.out.List[i]
		m := &w.out.Months[months[v.Date.Month()]]
		debit, credit := v.Sides()
		m.Count, m.Debit, m.Credit = m.Count+1, m.Debit+debit, m.Credit+credit
	}
}

// wrong names vouchers whose sides differ, and accounts that come to something
// else than the book with the tax put back to its income; none is what should be.
func (v *Vouchers) wrong(days []ledger.DayTotal) []string {
	var out []string
	moved := map[string]money.Fen{} // by code, debit positive, less what the book has
	for i := range v.List {
		x := &v.List[i]
		if debit, credit := x.Sides(); debit != credit {
			out = append(out, fmt.Sprintf("凭证 %s 第 %d 号借方 %s 元，贷方 %s 元", x.Date, x.No, debit.Yuan(), credit.Yuan()))
		}
		for _, e := range x.Entries {
			moved[e.Code] += e.Debit - e.Credit
		}
	}
	for i := range days {
		moved[strconv.Itoa(int(days[i].Debit))] -= days[i].Amount
		moved[strconv.Itoa(int(days[i].Credit))] += days[i].Amount
	}
	var income, tax money.Fen
	for code, amount := range moved {
		switch a, err := strconv.Atoi(code); {
		case err != nil || ledger.Account(a).Name() == "":
		case ledger.Account(a).Income():
			income += amount
		case amount != 0:
			out = append(out, fmt.Sprintf("科目 %s 在凭证里比账上多 %s 元", code, amount.Yuan()))
		}
	}
	for _, sum := range v.Taxes {
		if tax += sum.Tax; sum.Net+sum.Tax != sum.Gross {
			out = append(out, fmt.Sprintf("税率 %s：不含税 %s 元加税额 %s 元不等于 %s 元", invoice.RateName(sum.Rate, sum.Simple), sum.Net.Yuan(), sum.Tax.Yuan(), sum.Gross.Yuan()))
		}
	}
	if income != tax {
		out = append(out, fmt.Sprintf("凭证的收入比账上少 %s 元，税额却是 %s 元", income.Yuan(), tax.Yuan()))
	}
	return out
}

// Broken names what is wrong with the vouchers of the last three years.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	today := clock.DateOf(s.db.Clock().Now())
	v, err := s.Vouchers(ctx, s.db.Reader(ctx), project, Period{From: today.Month().Add(1 - maxMonths), Until: today.Month(), On: today})
	if errors.Is(err, ErrUnbalanced) {
		days, err := s.ledger.Days(ctx, s.db.Reader(ctx), project, v.From.First(), v.end())
		if err != nil {
			return nil, fmt.Errorf("check vouchers: %w", err)
		}
		return v.wrong(days), nil
	}
	if err != nil {
		return nil, fmt.Errorf("check vouchers: %w", err)
	}
	return nil, nil
}
