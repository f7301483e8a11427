package invoice

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// chunk is how many receipts are compared at once.
const chunk = 200

// Broken names invoices that hold more of a receipt than it has kept, issued
// ones without a number or with one that stands twice, and sums that do not
// agree, as sentences for the operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out, err := brokenDocs(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check invoices: %w", err)
	}
	receipts, err := coveredReceipts(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check invoices: %w", err)
	}
	for part := range slices.Chunk(receipts, chunk) {
		kept, err := s.cashier.Kept(ctx, q, project, part)
		if err != nil {
			return nil, fmt.Errorf("check invoices: %w", err)
		}
		covered, err := liveCovers(ctx, q, project, part)
		if err != nil {
			return nil, fmt.Errorf("check invoices: %w", err)
		}
		for _, k := range kept {
			var have, held money.Fen
			over := false
			for at, amount := range covered {
				if at.receipt == k.Receipt.ID {
					have, held = have+k.Lines[at.charge], held+amount
					over = over || amount > k.Lines[at.charge]
				}
			}
			if over {
				out = append(out, fmt.Sprintf("收据 %s 留下的钱 %s 元，发票上却有 %s 元", k.Receipt.Number, have.Yuan(), held.Yuan()))
			}
		}
	}
	return out, nil
}
