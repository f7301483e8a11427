package screen

import (
	"strings"
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

// What the counter let go is told beside the money.
func TestRoundingOnTheTimeline(t *testing.T) {
	h := &Household{}
	h.addReceipt(&cashier.Receipt{Number: "SJ2026-000001", Amount: 25100, Rounded: 37, State: cashier.StateValid, Lines: []cashier.Line{{ItemName: "物业服务费", Month: 202611}}})
	if e := h.Timeline[0]; e.Title != "缴费 251.00" || !strings.HasSuffix(e.Text, "收据 SJ2026-000001，抹零 0.37") {
		t.Errorf("told %q, %q", e.Title, e.Text)
	}
}
