package ledger

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Span are the postings about an item on days, both inclusive.
type Span struct {
	Item        id.ID
	From, Until clock.Date
}

// Filter narrows a list of postings; zero fields do not.
type Filter struct {
	page.Request
	Accounts []Account // one of them on either side
	Kinds    []DocKind
	Item     *id.ID // nil for all; 0 are those about no item
	Spans    []Span // one of them, where not nil
	From     clock.Date
	Until    clock.Date
}

// Has reports whether what a day adds up passes the filter, apart from the days
// of the filter itself.
func (f *Filter) Has(t *DayTotal) bool {
	if f.Spans != nil && !slices.ContainsFunc(f.Spans, func(s Span) bool { return s.Item == t.Item && s.From <= t.Date && t.Date <= s.Until }) {
		return false
	}
	return (len(f.Accounts) == 0 || slices.Contains(f.Accounts, t.Debit) || slices.Contains(f.Accounts, t.Credit)) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, t.DocKind)) && (f.Item == nil || t.Item == *f.Item)
}

// Postings lists the book, oldest first.
func (s *Service) Postings(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Row], error) {
	var after id.ID
	if _, err := page.Decode(f.Cursor, &after); err != nil {
		return page.List[Row]{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := listPostings(ctx, q, project, &f, after)
	if err != nil {
		return page.List[Row]{}, fmt.Errorf("list postings: %w", err)
	}
	return page.Cut(rows, f.Limit, func(r Row) []any { return []any{r.ID} }), nil
}

// DayTotal is Total of one day.
type DayTotal struct {
	Date clock.Date
	Total
}

// Days adds up what was posted from one day to another, day by day.
func (s *Service) Days(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]DayTotal, error) {
	out, err := dayTotals(ctx, q, project, from, until)
	if err != nil {
		return nil, fmt.Errorf("days of the book: %w", err)
	}
	return out, nil
}

// Name is the document in words.
func (k DocKind) Name() string {
	return map[DocKind]string{DocRun: "账单发布", DocRunWithdrawn: "账单撤回", DocCharge: "单笔应收", DocChargeVoided: "单笔应收撤销", DocReceipt: "收据",
		DocReceiptVoided: "收据作废", DocWalletDeducted: "预存抵扣", DocWaiver: "减免单", DocCredit: "补差减收", DocCreditBack: "补差减收撤销", DocOverpaid: "补差转预存", DocOverBack: "补差转预存撤销", DocDeposit: "押金扣款", DocChannelFee: "渠道手续费", DocExpense: "支出单", DocExpenseVoided: "支出红冲",
		DocBankHeld: "银行待查款", DocBankFreed: "待查款转出", DocBankReturned: "待查款退回", DocBankMoved: "转入银行", DocBankMovedBack: "转入银行撤回"}[k]
}

// Received is what documents of money moved in fen: positive on the debit side.
func (p *Posting) Received(a Account) money.Fen {
	switch a {
	case p.Debit:
		return p.Amount
	case p.Credit:
		return -p.Amount
	}
	return 0
}
