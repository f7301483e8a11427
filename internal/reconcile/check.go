package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Broken lists days whose sums or fees are not those of their lines, and days
// and merchants of whom the book has another balance than the channel, as
// sentences for the operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out, err := brokenStatements(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check statements: %w", err)
	}
	found, err := brokenFees(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check fees: %w", err)
	}
	out = append(out, found...)
	if found, err = s.brokenClearing(ctx, q, project); err != nil {
		return nil, fmt.Errorf("check captures: %w", err)
	}
	return append(out, found...), nil
}

// brokenClearing names days on which what lies with the channels in the book is
// not what was captured and booked that day minus what went back and was
// booked, and minus the channels' fees; with several merchants also for each.
func (s *Service) brokenClearing(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	want, err := s.payment.CapturedByDay(ctx, q, project)
	if err != nil || len(want) == 0 {
		return nil, err
	}
	back, err := s.payment.RefundedByDay(ctx, q, project)
	if err != nil {
		return nil, err
	}
	fees, err := feesByDay(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for _, minus := range []map[clock.Date]money.Fen{back, fees} {
		for day, sum := range minus {
			want[day] -= sum
		}
	}
	have, err := s.ledger.NetByDay(ctx, q, project, ledger.Clearing, ledger.DocBankMoved, ledger.DocBankMovedBack)
	if err != nil {
		return nil, err
	}
	for day := range have {
		want[day] += 0 // every day of either side
	}
	out := []string{}
	for _, day := range slices.Sorted(maps.Keys(want)) {
		if have[day] != want[day] {
			out = append(out, fmt.Sprintf("%s 科目 %d %s 账上发生 %s 元，按渠道到账、退款和手续费应为 %s 元", day, ledger.Clearing, ledger.Clearing.Name(), have[day].Yuan(), want[day].Yuan()))
		}
	}
	found, err := s.brokenMerchants(ctx, q, project)
	return append(out, found...), err
}

// brokenMerchants names merchants of whom the book has another balance than
// what came to their accounts, minus what went back and their fees, each as
// booked. A project with one merchant is checked by its days.
func (s *Service) brokenMerchants(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	docs, err := s.payment.MerchantDocs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	fees, err := feeDocs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	want, of := map[string]money.Fen{}, map[id.ID]string{}
	for _, d := range append(docs, fees...) {
		want[d.Merchant] += d.Amount
		of[d.Doc] = d.Merchant
	}
	if len(want) < 2 {
		return nil, nil
	}
	net, err := s.ledger.NetByDoc(ctx, q, project, ledger.Clearing, ledger.DocBankMoved, ledger.DocBankMovedBack)
	if err != nil {
		return nil, err
	}
	have := map[string]money.Fen{}
	for doc, sum := range net {
		have[of[doc]] += sum
		want[of[doc]] += 0
	}
	out := []string{}
	for _, m := range slices.Sorted(maps.Keys(want)) {
		if have[m] != want[m] {
			out = append(out, fmt.Sprintf("商户 %s 在科目 %d %s 账上是 %s 元，按到账、退款和手续费应为 %s 元", m, ledger.Clearing, ledger.Clearing.Name(), have[m].Yuan(), want[m].Yuan()))
		}
	}
	return out, nil
}
