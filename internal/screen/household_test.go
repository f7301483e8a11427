package screen

import (
	"testing"

	"linli/internal/cashier"
)

// A void receipt must not read like money that is there.
func TestVoidReceiptOnTheTimeline(t *testing.T) {
	h := &Household{}
	h.addReceipt(&cashier.Receipt{Number: "SJ2026-000001", Amount: 33158, State: cashier.StateVoid})
	h.addReceipt(&cashier.Receipt{Number: "SJ2026-000002", Amount: 33158, State: cashier.StateValid})
	var got []string
	for _, e := range h.Timeline {
		got = append(got, e.Title)
	}
	want := []string{"缴费 331.58（已作废）", "作废收据 SJ2026-000001", "缴费 331.58"}
	if len(got) != len(want) {
		t.Fatalf("timeline %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("event %d is %q, want %q", i, got[i], want[i])
		}
	}
}
