package reconcile

import (
	"slices"
	"testing"

	"linli/internal/kit/sheet"
)

// What a table is taken out for is adding it up: counts and amounts are numbers
// there, the fee with all its decimals, and a row has a cell for each column.
func TestAmountsLeaveAsNumbers(t *testing.T) {
	day := statementCells(&statementJSON{Lines: 3, Amount: 54806, Refunds: 1000, Fee: 328_820, Differences: 2, Open: 1})
	for _, want := range []sheet.Value{sheet.Int(3), sheet.Decimal("548.06"), sheet.Decimal("10.00"), sheet.Decimal("3.2882"), sheet.Int(2), sheet.Int(1)} {
		if !slices.Contains(day, want) {
			t.Errorf("a day lacks %+v: %+v", want, day)
		}
	}
	fee := differenceCells(&differenceJSON{Kind: string(KindFee), There: -6_000, Here: 600})
	odd := differenceCells(&differenceJSON{Kind: string(KindAmount), There: 100, Here: 90})
	if !slices.Contains(fee, sheet.Decimal("-0.06")) || !slices.Contains(fee, sheet.Decimal("0.006")) || !slices.Contains(odd, sheet.Decimal("1.00")) || !slices.Contains(odd, sheet.Decimal("0.90")) {
		t.Errorf("differences %+v, %+v", fee, odd)
	}
	offers := (&Service{}).Exports()
	for i, n := range []int{len(day), len(odd), len(sumCells(&merchantSumJSON{}))} {
		if len(offers[i].Columns) != n {
			t.Errorf("%s has %d columns and %d cells", offers[i].Key, len(offers[i].Columns), n)
		}
	}
}
